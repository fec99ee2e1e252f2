/** What the next morning shows of earlier nights: since when a finding is there, and nights that could not be played. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFolder, type Ended, type Folder, IMPATIENT, scenarioText } from "./command-line.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
  folder.write("a.scenario.ts", scenarioText({ name: "a" }));
});
afterEach(() => folder.remove());

const at = (...names: readonly string[]): string => join(folder.path, ...names);
const run = (...argv: readonly string[]): Promise<Ended> =>
  folder.main("run", "./a.scenario.ts", "--mount", "direct", "--no-control", ...argv);
const breaks = (): void =>
  folder.write("a.scenario.ts", scenarioText({ name: "a", script: IMPATIENT }));
const news = (out = "reports/out"): unknown =>
  existsSync(at(out, "news.json"))
    ? JSON.parse(readFileSync(at(out, "news.json"), "utf8"))
    : undefined;

/** In which of the reports that text stands. */
const reportsWith = (text: string, out = "reports/out"): readonly string[] =>
  ["junit.xml", "ctrf.json", "summary.md", "report.html"].filter((name) =>
    readFileSync(at(out, name), "utf8").includes(text),
  );

describe("since when a finding is there", () => {
  it("stands in every report and on the terminal of the night in which it appears, and after", async () => {
    expect((await run()).code).toBe(0);
    breaks();
    const first = "Since run 2 of 1970-01-01; last good in run 1 of 1970-01-01; ";
    const { stdout } = await run();
    expect(stdout).toContain(`    ${first}`);
    expect(reportsWith(first)).toEqual(["junit.xml", "ctrf.json", "summary.md", "report.html"]);
    const again = await run();
    expect(again.stdout).toContain(
      "    Since run 2 of 1970-01-01, seen 2 times; last good in run 1",
    );
    expect(reportsWith("seen 2 times")).toHaveLength(4);
    expect(readFileSync(at("reports/out/results.json"), "utf8")).not.toContain("1970-01-01");
  });

  it("is not said in a first run, nor where nothing is kept", async () => {
    breaks();
    await run();
    expect(reportsWith("run 1 of")).toEqual([]);
    const { stdout } = await run("--archive", "none");
    expect(stdout).not.toMatch(/since/i);
    expect(reportsWith("run 1 of")).toEqual([]);
  });

  it("stands in what merge makes of shards", async () => {
    const merged = async (): Promise<Ended> => {
      await run("--shard", "1/1", "--out", "part");
      return folder.main("merge", "part", "--out", "whole");
    };
    await merged();
    breaks();
    const { stdout } = await merged();
    const since = "Since run 2 of 1970-01-01; last good in run 1";
    expect(stdout).toContain(since);
    expect(reportsWith(since, "whole")).toHaveLength(4);
  });
});

describe("a night that could not be played", () => {
  it("is news once, a gap in the trend, and news again when it is played", async () => {
    await run();
    folder.write("reports/baseline.json", "{");
    const failed = await run();
    expect(failed.code).toBe(2);
    expect(news()).toMatchObject({
      news: [{ detail: { kind: "unknown", problem: { code: "bad-baseline" } } }],
    });
    expect(existsSync(at("reports/out/results.json"))).toBe(false);
    expect((await folder.main("trend")).stdout).toMatch(
      /^Did not come to their end\n {2}run 2 of 1970-01-01: reports\/baseline\.json/m,
    );
    expect((await run()).code).toBe(2);
    expect(news()).toBeUndefined();
    rmSync(at("reports/baseline.json"));
    await run();
    expect(news()).toMatchObject({ news: [{ detail: { kind: "fixed", was: "not-run" } }] });
  });

  it("is archived for wrong usage too, where the job is named", async () => {
    expect((await run("--job", "nightly", "--workers", "none")).code).toBe(2);
    expect(news()).toMatchObject({
      news: [{ job: "nightly", detail: { problem: { message: expect.stringContaining("none") } } }],
    });
  });

  it("is archived for an option that does not exist too, where the job is named", async () => {
    const archive = ["--archive", "refused", "--job", "nightly", "--out", "refused-out"];
    const { code, stderr } = await folder.main("run", "token-throttled", "--sead", "7", ...archive);
    expect(code).toBe(2);
    expect(stderr).toMatch(/"run" has no option --sead\n +Did you mean --seed/m);
    const { stdout } = await folder.main("trend", "--archive", "refused");
    expect(stdout).toMatch(/has no option --sead/);
    expect(folder.files("refused-out")).toContain("refused-out/news.txt");
  });

  it("is none where a command was mistyped: nothing is written", async () => {
    const before = folder.files();
    expect((await run("--workers", "none")).code).toBe(2);
    expect(folder.files()).toEqual(before);
  });

  it("of a merge belongs to the job of the merges before", async () => {
    await run("--shard", "1/1", "--out", "part");
    await folder.main("merge", "part", "--out", "whole");
    writeFileSync(at("part", "results.json"), "{");
    const { code } = await folder.main("merge", "part", "--out", "whole");
    expect(code).toBe(2);
    const { stdout } = await folder.main("trend");
    expect(stdout).toMatch(/^Did not come to their end\n {2}run 2 of 1970-01-01: /m);
    expect(stdout).not.toContain("The archive has other jobs");
    expect(news("whole")).toMatchObject({ news: [{ detail: { kind: "unknown" } }] });
  });
});
