/** What many programs do at once is judged of each by itself, and faults end without who began them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { ask, control, daemonRequest, METADATA, serve } from "../../test/support/serve.ts";
import type { Serving } from "./start-serving.ts";

const findingsNow = async (serving: Serving) =>
  (await control(serving, "GET", "/findings")).json as {
    readonly verdict: string;
    readonly findings: readonly {
      readonly rule: string;
      readonly verdict: string;
      readonly message: string;
    }[];
  };

const failures = async (serving: Serving): Promise<readonly string[]> =>
  (await findingsNow(serving)).findings
    .filter(({ verdict }) => verdict === "fail")
    .map(({ rule }) => rule);

const by = (serving: Serving, time: string) =>
  control(serving, "POST", "/clock/advance", { by: time });

const asPod = (serving: Serving, proxyUser: string) =>
  ask(serving, { ...daemonRequest, way: "proxy", proxyUser });

describe("two pods", () => {
  it("are two clients: one may ask while the other has to wait", async () => {
    const serving = await serve();
    await asPod(serving, "pod-a");
    await control(serving, "POST", "/outages", { preset: "throttled" });
    await asPod(serving, "pod-a");
    await by(serving, "10s");
    await asPod(serving, "pod-b");
    expect(await failures(serving)).toEqual([]);
    await by(serving, "10s");
    await asPod(serving, "pod-b");
    const { findings } = await findingsNow(serving);
    const [found] = findings.filter(({ rule }) => rule === "retry-after");
    expect(found).toMatchObject({ verdict: "fail" });
    expect(found?.message).toContain("pod-b-1");
    expect(found?.message).not.toContain("pod-a-1");
  });
});

describe("a command that is run eight times", () => {
  const runs = Array.from({ length: 8 }, (_, index) => `cli-${index}`);

  it("is no storm, and reads its metadata as often as it must", async () => {
    const serving = await serve();
    for (const proxyUser of runs) {
      await ask(serving, { url: METADATA, way: "proxy", proxyUser });
      await asPod(serving, proxyUser);
      await by(serving, "1s");
    }
    expect(await findingsNow(serving)).toMatchObject({ verdict: "pass", findings: [] });
  });

  it("is one when it is one process that does the same", async () => {
    const serving = await serve();
    for (const _run of runs) {
      await ask(serving, { url: METADATA, way: "proxy", proxyUser: "loop" });
      await asPod(serving, "loop");
      await by(serving, "1s");
    }
    expect(await failures(serving)).toContain("metadata");
  });
});

describe("a program that controls and is killed", () => {
  it("leaves faults that end by their time", async () => {
    const serving = await serve();
    const { control: api, token } = serving.ready;
    const script = `
      await fetch("${api}/outages", { method: "POST", headers: { Authorization: "Bearer ${token}" },
        body: JSON.stringify({ preset: "throttled", ttl: "2s" }) });
      console.log("started");
      setInterval(() => undefined, 1_000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    await vi.waitFor(
      async () => expect((await control(serving, "GET", "/outages")).json).toEqual([]),
      { timeout: 60_000, interval: 200 },
    );
    expect(await ask(serving, daemonRequest)).toMatchObject({ status: 200 });
    const { events } = serving.supervisor.current().history();
    const faults = events.filter(({ kind }) => kind.startsWith("fault-"));
    expect(faults.map(({ kind }) => kind)).toEqual(["fault-began", "fault-ended"]);
  });
});
