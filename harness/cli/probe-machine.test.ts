import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createFolder, type Folder, scenarioText } from "../../test/command-line.ts";
import { playVersions } from "./client-versions/play-versions.ts";
import { checkClock, checkLoopback, probeMachine } from "./probe-machine.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const unfit = { code: "unfit-machine" };

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

// S17
it.each([
  ["2019-12-31T23:59:59Z", /says 2019-12-31, and .* from 2020-01-01 to 2099-12-31/],
  ["1970-01-01T00:00:00Z", /says 1970-01-01/],
  ["2100-01-01T00:00:00Z", /says 2100-01-01/],
])("a clock that says %s is the machine's fault", (date, message) => {
  expect(() => checkClock(Date.parse(date))).toThrow(message);
  expect(() => checkClock(Date.parse(date))).toThrow(expect.objectContaining(unfit));
});

// S21
it("an address that cannot be reached is the machine's fault", async () => {
  // For documentation, and so of no machine (RFC 5737).
  await expect(checkLoopback("192.0.2.1")).rejects.toMatchObject({ ...unfit, place: "192.0.2.1" });
});

it("a machine that works is fit, and mounts without sockets need nothing of it", async () => {
  await expect(probeMachine(["https", "proxy"], () => Date.now())).resolves.toBeUndefined();
  await expect(probeMachine(["msw", "direct"], () => 0)).resolves.toBeUndefined();
  await expect(probeMachine(["https"], () => 0)).rejects.toMatchObject(unfit);
});

it("replay looks at the machine before it plays", async () => {
  folder.write("good.scenario.ts", scenarioText());
  folder.brownout("run", "good.scenario.ts", "--out", "good", "--mount", "https");
  const journal = "good/journals/busy-minute--msal-node.jsonl";
  // The clock of this command says 1970.
  const { code, stderr } = await folder.main("replay", journal, "--out", "again");
  expect(stderr).toMatch(/^brownout: the clock of this machine says 1970-01-01/);
  expect(code).toBe(2);
});

it("matrix and bisect look at the machine before they play a version", async () => {
  const task = {
    scenario: "token-throttled",
    client: "msal-node@7.0.0",
    mount: "https",
    seed: "1",
    journalFile: `${folder.path}/versions/journals/a.jsonl`,
  } as const;
  const of = { client: "msal-node", version: "7.0.0", folder: folder.path };
  const scenario = { name: "token-throttled" } as never;
  const createPool = vi.fn<() => never>();
  const io = { createPool, onInterrupt: () => () => undefined, now: () => 0 };
  const playing = playVersions([{ task, of, scenario, journal: "a.jsonl" }], io, {
    workers: 1,
    resume: false,
    onProgress: () => undefined,
    onVersion: () => undefined,
  });
  await expect(playing).rejects.toMatchObject(unfit);
  expect(createPool).not.toHaveBeenCalled();
});
