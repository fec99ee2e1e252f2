/** One scenario file that is no use stops no other, and a night that cannot run leaves nothing that looks like one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { createFolder, type Folder, IMPATIENT, scenarioText } from "./command-line.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());
beforeEach(() => {
  folder.write("good.scenario.ts", scenarioText({ name: "good" }));
  folder.write("bad.scenario.ts", scenarioText({ name: "bad", script: IMPATIENT }));
});
const RUN = ["run", "--mount", "direct", "--archive", "none", "--no-control"];
const resultsOf = (out: string): unknown =>
  JSON.parse(readFileSync(join(folder.path, out, "results.json"), "utf8"));

it("files that are no use are named with place and reason, the others run, and findings are printed", async () => {
  folder.write("parts/throws.scenario.ts", "throw new Error('mine');");
  folder.write("parts/rule.scenario.ts", scenarioText({ name: "rule", asserts: '["retry-aftr"]' }));
  folder.write("parts/same.scenario.ts", scenarioText({ name: "good" }));
  const { code, stdout } = await folder.main(
    ...RUN,
    "./good.scenario.ts",
    "./bad.scenario.ts",
    "./parts/*.scenario.ts",
  );
  expect(code).toBe(2);
  expect(stdout).toMatch(/^pass {4}good /m);
  expect(stdout).toMatch(/^FAIL {4}bad /m);
  expect(stdout).toMatch(/^3 runs not finished, 1 unexpected finding\. 2 runs /m);
  expect(resultsOf("reports/out")).toMatchObject({
    totals: { runs: 2, unexpected: 1 },
    failures: [
      {
        scenario: "parts/throws.scenario.ts",
        code: "bad-scenario",
        message: expect.stringContaining("it threw Error: mine"),
        place: expect.stringMatching(/throws\.scenario\.ts:1$/),
      },
      { scenario: "parts/rule.scenario.ts", message: expect.stringContaining("retry-aftr") },
      { scenario: "parts/same.scenario.ts", message: expect.stringContaining("are called") },
    ],
  });
  for (const report of ["junit.xml", "ctrf.json", "summary.md", "report.html"])
    expect(readFileSync(join(folder.path, "reports/out", report), "utf8")).toContain(
      "throws.scenario.ts",
    );
});

it("shards report them once when they are merged, as one run would have", async () => {
  folder.write("parts/throws.scenario.ts", "throw new Error('mine');");
  const filters = ["./good.scenario.ts", "./bad.scenario.ts", "./parts/throws.scenario.ts"];
  await folder.main(...RUN, ...filters);
  const whole = resultsOf("reports/out");
  for (const part of [1, 2])
    await folder.main(...RUN, ...filters, "--shard", `${part}/2`, "--out", `part-${part}`);
  const { code } = await folder.main(
    "merge",
    "part-1",
    "part-2",
    "--out",
    "merged",
    "--archive",
    "none",
  );
  expect(code).toBe(2);
  expect(resultsOf("merged")).toEqual(whole);
});

it("a session that cannot begin leaves nothing of an earlier one, unless its command was mistyped", async () => {
  const args = [...RUN, "./good.scenario.ts", "--out", "again"];
  expect((await folder.main(...args)).code).toBe(0);
  expect((await folder.main(...args, "--seed", "x")).code).toBe(2);
  expect(folder.files("again")).toContain("again/results.json");
  folder.write("good.scenario.ts", "throw new Error('mine');");
  const { code, stderr } = await folder.main(...args);
  expect(stderr).toMatch(/good\.scenario\.ts:1: good\.scenario\.ts cannot be loaded/);
  expect([code, folder.files("again")]).toEqual([2, []]);
});
