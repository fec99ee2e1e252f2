import { createContext, runInContext } from "node:vm";
import { afterEach, expect, it } from "vitest";
import { createVirtualClock } from "./virtual-clock.ts";
import { type InstalledClock, installClock } from "./install.ts";
import { currentRealm, inRealm, mirrorProcessIn, type Realm } from "./realm.ts";

const START = Date.parse("2026-03-02T08:00:00Z");
const undo: (() => void)[] = [];
afterEach(() => {
  for (const back of undo.splice(0).toReversed()) back();
});

/** A context as Jest makes it: its own language, the timers and `fetch` of the process as they were, a process of its own. */
function createRealm(): { readonly realm: Realm; readonly run: (code: string) => unknown } {
  const { setTimeout, setInterval, clearTimeout, clearInterval, fetch, performance } = globalThis;
  const own = { hrtime: process.hrtime, uptime: process.uptime };
  const globals = { setTimeout, setInterval, clearTimeout, clearInterval, fetch, performance };
  const context = createContext({ ...globals, process: own });
  return {
    realm: runInContext("globalThis", context) as Realm,
    run: (code) => runInContext(code, context) as unknown,
  };
}

function install(): { readonly advance: (ms: number) => Promise<void> } {
  const clock = createVirtualClock({ startMs: START });
  const installed: InstalledClock = installClock(clock);
  undo.push(() => installed.restore());
  return { advance: (ms) => clock.drive(clock.sleep(ms)) };
}

const readings = `[
  new Date().toISOString(), Date().slice(0, 15), new Date() instanceof Date, new Date(0).getTime(),
  new Intl.DateTimeFormat("en", { dateStyle: "short", timeZone: "UTC" }).format(),
  new Intl.DateTimeFormat("en", { dateStyle: "short", timeZone: "UTC" }).formatToParts()[0].value,
].join()`;

it("shows the time of the process, by the realm's own classes, and puts back what was there", async () => {
  const { realm, run } = createRealm();
  const { advance } = install();
  const before = run("[Date, setTimeout, fetch, Math.random, process.uptime]") as unknown[];
  const restore = mirrorProcessIn(realm);
  undo.push(restore);
  expect(run(readings)).toBe("2026-03-02T08:00:00.000Z,Mon Mar 02 2026,true,0,3/2/26,3");
  run(
    "var woken = []; setTimeout(() => woken.push(Date.now()), 60_000); var up = process.uptime()",
  );
  await advance(120_000);
  expect(run("woken.join()")).toBe(String(START + 60_000));
  expect(run("Math.round(process.uptime() - up)")).toBe(120);
  expect(run("Date.now()")).toBe(START + 120_000);
  restore();
  const after = run("[Date, setTimeout, fetch, Math.random, process.uptime]") as unknown[];
  expect(after.map((value, index) => value === before[index])).toEqual(before.map(() => true));
});

it("shows the chance and the network of the process as they are at each use", async () => {
  const { realm, run } = createRealm();
  const { random } = Math;
  const { fetch } = globalThis;
  undo.push(() => {
    Math.random = random;
    globalThis.fetch = fetch;
  });
  undo.push(mirrorProcessIn(realm));
  Math.random = () => 0.25;
  globalThis.fetch = async () => new Response("mocked");
  expect(run("Math.random()")).toBe(0.25);
  const response = (await run('fetch("https://login.microsoftonline.com/")')) as Response;
  expect(await response.text()).toBe("mocked");
});

it("does nothing in the realm of the process", () => {
  const { Date: realDate } = globalThis;
  mirrorProcessIn(globalThis)();
  expect(Date).toBe(realDate);
});

it("is known to what a test file of the realm calls, also when that throws", () => {
  const { realm } = createRealm();
  expect(inRealm(realm, currentRealm)).toBe(realm);
  const fails = (): never => {
    throw new Error("no");
  };
  expect(() => inRealm(realm, fails)).toThrow("no");
  expect(currentRealm()).toBe(globalThis);
});
