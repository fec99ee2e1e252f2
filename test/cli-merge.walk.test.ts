/** Shards of one run, put together again: the same results as one run, byte for byte, and nothing missing unsaid. */
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createFolder, type Folder, IMPATIENT, isTimed, scenarioText } from "./command-line.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

let folder: Folder;
/** Library and own scenarios: good ones, one with a finding, one that the harness cannot finish. */
const filters = ["restart-*", "metadata-down-?*", "./mine.scenario.ts", "./throws.scenario.ts"];
const at = (name: string): string => join(folder.path, name);
const read = (name: string): string => readFileSync(at(name), "utf8");

beforeAll(() => {
  folder = createFolder();
  folder.write("mine.scenario.ts", scenarioText({ name: "mine", script: IMPATIENT }));
  folder.write(
    "throws.scenario.ts",
    scenarioText({ name: "throws", script: 'throw new Error("throws");' }),
  );
  const run = (...more: readonly string[]) =>
    folder.brownout("run", ...filters, "--mount", "direct", "--archive", "none", ...more);
  run("--out", "reports/out");
  renameSync(at("reports/out"), at("whole"));
  for (const part of [1, 2, 3]) run("--shard", `${part}/3`, "--out", `part-${part}`);
});
afterAll(() => folder.remove());

describe("three shards", () => {
  it("merge into the files of one run, in any order", () => {
    const { code, stdout } = folder.brownout(
      "merge",
      "part-3",
      "part-1",
      "part-2",
      "--archive",
      "none",
    );
    const files = folder.files("whole");
    expect(files).toContain("whole/results.json");
    expect(JSON.parse(read("whole/results.json"))).toMatchObject({
      totals: { runs: 5, unexpected: 1 },
      runs: expect.arrayContaining([
        expect.objectContaining({
          scenario: "mine",
          findings: expect.arrayContaining([
            expect.objectContaining({ control: expect.objectContaining({ kind: "caused" }) }),
          ]),
        }),
      ]),
      failures: [{ scenario: "throws" }],
    });
    expect(folder.files("reports/out")).toEqual(
      files.map((file) => file.replace("whole", "reports/out")),
    );
    for (const file of files.filter((one) => !isTimed(one)))
      expect(read(file.replace("whole", "reports/out"))).toBe(read(file));
    expect(code).toBe(2);
    expect(stdout).toMatch(/^FAIL {4}mine /m);
    expect(stdout).toContain("Reports: reports/out, of 3 folders.\n");
  });

  it("are judged by the baseline of the merge", () => {
    const entry = { scenario: "mine", client: "msal-node", rule: "retry-after", verdict: "fail" };
    folder.write("known.json", JSON.stringify([{ ...entry, reason: "It is so." }]));
    const parts = ["part-1", "part-2", "part-3", "--out", "known"];
    folder.brownout("merge", ...parts, "--baseline", "known.json");
    // Those of metadata-down-warm and metadata-down-cold, which Brownout's own baseline lists.
    expect(JSON.parse(read("known/results.json"))).toMatchObject({ totals: { unexpected: 4 } });
  });

  it("say in results.json nothing of shards, and leave no shard.json in a later whole", () => {
    expect(read("part-1/shard.json")).toContain('"part": 1');
    expect(read("part-1/results.json")).not.toContain("shard");
    cpSync(at("part-1"), at("reused"), { recursive: true });
    folder.brownout("run", "restart-in-outage", "--mount", "direct", "--out", "reused");
    expect(folder.files("reused")).not.toContain("reused/shard.json");
    folder.write("together/shard.json", read("part-1/shard.json"));
    folder.brownout("merge", "part-1", "part-2", "part-3", "--out", "together");
    expect(folder.files("together")).not.toContain("together/shard.json");
  });
});

describe("runs that are no shards", () => {
  it("are put one after the other", () => {
    folder.brownout("run", "./mine.scenario.ts", "--mount", "direct", "--out", "one");
    folder.brownout("run", "metadata-down-?*", "--mount", "direct", "--out", "two");
    const { code } = folder.brownout("merge", "two", "one", "--out", "both");
    const { runs } = JSON.parse(read("both/results.json")) as { runs: { scenario: string }[] };
    expect(runs.at(-1)?.scenario).toBe("mine");
    expect(runs.length).toBeGreaterThan(1);
    expect(code).toBe(1);
  });
});

describe("what does not fit", () => {
  const copy = (name: string, change: (path: string) => void): string => {
    const path = `odd-${name}`;
    rmSync(at(path), { recursive: true, force: true });
    cpSync(at("part-3"), at(path), { recursive: true });
    change(at(path));
    return path;
  };
  const edit =
    (file: string, from: string | RegExp, to: string) =>
    (path: string): void =>
      writeFileSync(join(path, file), readFileSync(join(path, file), "utf8").replace(from, to));

  it.each<[string, () => readonly string[], RegExp]>([
    ["no folder", () => [], /merge needs the output folders of shards\n {2}Name them/],
    ["a folder twice", () => ["part-1", "./part-1"], /\.\/part-1: it is named twice/],
    [
      "the folder that is written",
      () => ["part-1", "part-2", "--out", "part-1"],
      /part-1: it is read and written\n {2}Let the whole/,
    ],
    ["no such folder", () => ["part-9"], /part-9\/results\.json: there is no such file/],
    [
      "no good folder",
      () => [copy("only", edit("results.json", /\}\s*$/, ""))],
      /odd-only\/results\.json:\d+: expected JSON/,
    ],
  ])("is refused in one message: %s", async (_, folders, said) => {
    const { code, stderr, stdout } = await folder.main("merge", ...folders());
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  it.each<[string, () => readonly string[], RegExp]>([
    ["a missing shard", () => [], /no folder of it was named/],
    ["no such folder", () => ["part-9"], /part-9\/results\.json: there is no such file/],
    [
      "another run",
      () => [copy("other", edit("shard.json", "--", "-"))],
      /odd-other: it is a part of another run than part-1/,
    ],
    [
      "no shard",
      () => [copy("whole", (path) => rmSync(join(path, "shard.json")))],
      /odd-whole: it is no shard, and others are/,
    ],
    [
      "another seed",
      () => [copy("seed", edit("results.json", '"seed": "1"', '"seed": "2"'))],
      /odd-seed: its seed is 2, and that of part-1 is 1/,
    ],
    [
      "another version",
      () => [copy("version", edit("results.json", "0.1.0", "0.0.9"))],
      /odd-version\/results\.json: it is of brownout 0\.0\.9, and this is 0\.1\.0/,
    ],
    [
      "results that are cut off",
      () => [copy("cut", edit("results.json", /\}\s*$/, ""))],
      /odd-cut\/results\.json:\d+: expected JSON/,
    ],
    [
      "a shard file that says nothing",
      () => [copy("mute", (path) => writeFileSync(join(path, "shard.json"), "{}"))],
      /odd-mute\/shard\.json: 4 problems/,
    ],
    [
      "a journal that is missing",
      () => [copy("lost", (path) => rmSync(join(path, "journals"), { recursive: true }))],
      /odd-lost\/journals: the journal of .* is missing/,
    ],
  ])(
    "makes the report partial, in every format, compared and archived: %s",
    async (_, third, said) => {
      const args = ["merge", "part-1", "part-2", ...third(), "--out", "partial"];
      const { code, stdout, stderr } = await folder.main(...args, "--archive", "partial-archive");
      expect([code, stderr]).toEqual([2, ""]);
      expect(stdout).toMatch(
        /^partial without shard 3\/3, 2 runs not finished, 1 unexpected finding/m,
      );
      expect(stdout).toMatch(said);
      expect(JSON.parse(read("partial/results.json"))).toMatchObject({
        totals: { runs: expect.any(Number) },
        failures: expect.arrayContaining([expect.objectContaining({ code: "shard-missing" })]),
        missing: [{ part: 3, of: 3, why: expect.stringMatching(said), runs: 2 }],
      });
      for (const report of ["junit.xml", "ctrf.json", "summary.md", "report.html"])
        expect(read(`partial/${report}`)).toContain("shard 3/3 is missing");
      expect(folder.files("partial-archive")).toContain("partial-archive/runs.db");
    },
  );

  it("counts a shard that was run again once", async () => {
    const again = copy("again", () => undefined);
    const cut = copy("first", edit("results.json", /\}\s*$/, ""));
    const args = ["part-1", "part-2", "part-3", again, cut, "--out", "again", "--archive", "none"];
    const { stdout } = await folder.main("merge", ...args);
    expect(stdout).toMatch(/^Not counted: odd-first\/results\.json:\d+: expected JSON/m);
    expect(read("again/results.json")).toBe(read("whole/results.json"));
  });
});
