/** Commands that read an archive: trend, blame, archive. The archives are made without a run. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { validate } from "ctrf";
import { HarnessError } from "../harness/core/errors.ts";
import type { SessionFacts } from "../harness/reporting/archive/change.ts";
import { ARCHIVE_FILE, addToArchive } from "../harness/reporting/archive/add-to-archive.ts";
import { openArchive } from "../harness/reporting/archive/database.ts";
import { buildResults } from "../harness/reporting/model/build-results.ts";
import { writeResults } from "../harness/reporting/model/results.ts";
import { writeRunFacts } from "../harness/reporting/model/run-facts.ts";
import { createFolder, type Folder } from "./command-line.ts";
import { judgedRun } from "./support/report.ts";
import { runFacts } from "./support/run-facts.ts";

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

const at = (...names: readonly string[]): string => join(folder.path, ...names);
const archiveAt = (): string => at("reports", "archive");

interface Night {
  readonly verdict: "pass" | "fail";
  readonly seed?: string;
  readonly version?: string;
  readonly facts?: Partial<SessionFacts>;
}

const resultsOf = ({ verdict, seed = "1", version = "7.2.1" }: Night) =>
  buildResults(
    [
      judgedRun(
        { "retry-after": verdict, backoff: "pass" },
        { client: { name: "msal-node", version } },
      ),
    ],
    [],
    { seed, brownout: "0.1.0" },
  );

/** Adds nights from 1 October on, each with a journal that says which night it is. */
function archive(...all: readonly Night[]): void {
  all.forEach((one, index) => {
    const journal = at("journal.jsonl");
    writeFileSync(journal, `night ${index + 1}`);
    addToArchive(resultsOf(one), {
      folder: archiveAt(),
      cwd: folder.path,
      recordedAt: new Date(Date.UTC(2026, 9, 1 + index, 3)).toISOString(),
      label: `night-${index + 1}`,
      facts: { job: "nightly", branch: "main", outcome: "finished", ...one.facts },
      journalOf: () => journal,
    });
  });
}

const good = { verdict: "pass" } as const;
const bad = { verdict: "fail" } as const;
const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

/** An upgrade of the client under test between two commits breaks it. */
const upgraded = (): void =>
  archive(
    good,
    { ...good, version: "6.0.1", facts: { commit: "aaaaaaaaaaaaaaaa" } },
    { ...bad, version: "7.2.1", facts: { commit: "bbbbbbbbbbbbbbbb" } },
    { ...bad, version: "7.2.1", facts: { commit: "cccccccccccccccc" } },
  );

describe("trend", () => {
  it("names what fails since the first run, since when, the last good run and what changed", async () => {
    archive(bad, bad);
    const { stdout } = await folder.main("trend");
    expect(stdout).toMatch(/^Job nightly@main$/m);
    expect(stdout).toMatch(
      /^Failing\n {2}token-throttled, msal-node: retry-after \[[\da-f]{12}\]\n {4}xx\n {4}Known since run 1 of 2026-10-01 \(night-1\), its first run here, seen 2 times\.$/m,
    );
    upgraded();
    const later = await folder.main("trend", "--json");
    expect(json(later.stdout)).toMatchObject({ schema: "brownout/trend/2", job: "nightly" });
  });

  it("shows a run that did not come to its end as a gap", async () => {
    archive(good);
    addToArchive(
      { schema: "brownout/results/1", seed: "1", brownout: "0.1.0", runs: [] },
      {
        folder: archiveAt(),
        cwd: folder.path,
        recordedAt: "2026-10-02T03:00:00.000Z",
        facts: {
          job: "nightly",
          branch: "main",
          outcome: "failed",
          problems: [
            { code: "bad-scenario", place: "a.scenario.ts", message: "it cannot be loaded" },
          ],
        },
      },
    );
    const { stdout } = await folder.main("trend");
    expect(stdout).toMatch(
      /^Did not come to their end\n {2}run 2 of 2026-10-02: a\.scenario\.ts: it cannot be loaded$/m,
    );
  });

  it("and compare say how the score moved", async () => {
    const scored = (score: number): Night => ({
      ...good,
      facts: { scores: [{ client: "msal-node", score }] },
    });
    archive(scored(71.4), scored(71.4), scored(64));
    const { stdout } = await folder.main("trend");
    expect(stdout).toMatch(/^Score: .*\n {2}msal-node: 71\.4 %, 64 % since run 3 of 2026-10-03$/m);
    const compared = await folder.main("compare");
    expect(compared.stdout).toMatch(
      /^Score\n {2}msal-node: sign-in was available for 64 % of the outages, before for 71\.4 %$/m,
    );
  });

  it("is of one job, and names the others", async () => {
    archive(bad, { ...good, facts: { branch: "fix" } });
    const { stdout } = await folder.main("trend");
    expect(stdout).toMatch(/^Job nightly@fix$/m);
    expect(stdout).toMatch(
      /^0 findings open\. The archive has other jobs, for --job: nightly@main\.$/m,
    );
    const main = await folder.main("trend", "--job", "nightly@main");
    expect(main.stdout).toMatch(/^1 finding open\./m);
    const odd = await folder.main("trend", "--job", "nighty@main");
    expect(odd.stderr).toMatch(
      /--job: the archive has no job "nighty@main"\n {2}Did you mean nightly@main or nightly@fix\?/,
    );
  });
});

describe("blame", () => {
  it("says the first bad and the last good run, what changed, where the evidence is and how to bisect", async () => {
    upgraded();
    const { stdout, code } = await folder.main("blame", "token-throttled", "retry-after");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ {2}First bad: {2}run 3 of 2026-10-03 \(night-3, commit bbbbbbbbbb\); seen in 2 runs\.$/m,
    );
    expect(stdout).toMatch(
      /^ {2}Last good: {2}run 2 of 2026-10-02 \(night-2, commit aaaaaaaaaa\)$/m,
    );
    expect(stdout).toMatch(
      /^ {2}Changed: {4}msal-node 6\.0\.1 → 7\.2\.1\n {14}commits aaaaaaaaaa\.\.bbbbbbbbbb$/m,
    );
    expect(stdout).toMatch(
      / bisect token-throttled msal-node@6\.0\.1\.\.7\.2\.1 --rule retry-after, or/,
    );
    const [, first = "", last = ""] =
      /Evidence: +(\S+) \(first bad\)\n +(\S+) \(last good\)/.exec(stdout) ?? [];
    const texts = [first, last].map((path) => gunzipSync(readFileSync(at(path))).toString());
    expect(texts).toEqual(["night 3", "night 2"]);
  });

  it("finds a finding by its id, and says it as JSON", async () => {
    upgraded();
    const found = json((await folder.main("blame", "token-throttled", "--json")).stdout);
    expect(found).toMatchObject({
      schema: "brownout/blame/1",
      rule: "retry-after",
      open: true,
      since: { firstSeen: { id: 3 }, lastGood: { id: 2 } },
      bisect: ["bisect", "token-throttled", "msal-node@6.0.1..7.2.1", "--rule", "retry-after"],
    });
    const short = String(found["id"]).slice(0, 6);
    expect(json((await folder.main("blame", short, "--json")).stdout)).toEqual(found);
  });

  it("knows what was fixed, whose evidence is gone", async () => {
    archive(good, bad, good);
    const { stdout } = await folder.main("blame", "token-throttled", "retry-after");
    expect(stdout).toMatch(/First bad: {2}run 2 .* It holds now, last in run 3\.$/m);
    expect(stdout).not.toContain("Evidence");
    // The last good journal of the run alone.
    expect(readdirSync(join(archiveAt(), "evidence"))).toHaveLength(1);
  });

  it("bisects with the seed of the first bad run, from the older to the newer version where the app went back to the older", async () => {
    const published = () => Promise.resolve(["6.0.1", "7.0.0", "7.2.1"]);
    const install = (name: string, version: string) =>
      Promise.reject(new HarnessError("no-registry", `${name} ${version} in no registry`));
    archive({ ...good, version: "7.2.1" }, { ...bad, version: "6.0.1", seed: "20261002" });
    const asked = ["blame", "token-throttled", "--bisect", "--cache", "cache"];
    const back = await folder.mainWith({ registry: { published, install } }, ...asked);
    expect(back.stdout).toMatch(/^ {2}Changed: {4}msal-node 7\.2\.1 → 6\.0\.1$/m);
    expect(back.stdout).toMatch(
      /retry-after of token-throttled in 3 versions of msal-node, 6\.0\.1 to 7\.2\.1, seed 20261002$/m,
    );
    expect(back.stderr).toContain("@azure/msal-node 6.0.1 in no registry");
    expect(back.code).toBe(2);
  });

  it.each<[readonly string[], RegExp]>([
    [["blame"], /blame takes a finding/],
    [["blame", "token-throtled", "retry-after"], /Did you mean "token-throttled"\?/],
    [["blame", "token-throttled", "retry-aftre"], /Did you mean "retry-after"\?/],
    [["blame", "token-throttled", "--client", "msal-nod"], /Did you mean "msal-node"\?/],
    [
      ["blame", "token-throttled", "--bisect"],
      /--bisect: no versions of a client under test differ/,
    ],
    [["blame", "0000"], /the archive has no finding "0000"/],
  ])("says what is wrong: %o", async (argv, said) => {
    archive(bad);
    const { stderr, code } = await folder.main(...argv);
    expect(code).toBe(2);
    expect(stderr).toMatch(said);
  });
});

describe("archive", () => {
  it("prune keeps the last runs, and of what is open the first and the last good one", async () => {
    archive(good, good, bad, ...Array.from({ length: 9 }, () => bad));
    const { stdout } = await folder.main("archive", "prune", "--keep", "3");
    expect(stdout).toMatch(/^7 runs removed\./);
    const opened = openArchive(join(archiveAt(), ARCHIVE_FILE));
    expect(opened.heads(99).map(({ id }) => id)).toEqual([2, 3, 10, 11, 12]);
    opened.close();
    const trend = await folder.main("trend");
    expect(trend.stdout).toMatch(
      /Since run 3 of 2026-10-03 \(night-3\), seen 10 times; last good in run 2 /,
    );
    // What comes next is followed as before.
    archive(good);
    expect((await folder.main("trend")).stdout).toMatch(/^Fixed\n/m);
  });

  it("prune takes an age as well, and refuses what is unclear", async () => {
    archive(good, good, good);
    for (const [argv, said] of [
      [["prune"], /Write one of --keep 365 and --older-than 180d/],
      [["prune", "--keep", "0"], /--keep is "0"/],
      [["prune", "--keep", "2", "--older-than", "3d"], /Write one of/],
      [["prune", "--older-than", "long"], /--older-than: "long" in "long" is not a number/],
      [["prun"], /Did you mean "prune"\?/],
      [["export"], /Write one of --csv and --ctrf/],
      [["add"], /add needs results/],
    ] as const)
      expect((await folder.main("archive", ...argv)).stderr).toMatch(said);
    // The clock of this test stands at 1970: everything is younger.
    const { stdout } = await folder.main("archive", "prune", "--older-than", "3d");
    expect(stdout).toMatch(/^0 runs removed\./);
  });

  it("export gives every finding as CSV, and the last run as CTRF", async () => {
    archive(good, bad);
    const { stdout } = await folder.main("archive", "export", "--csv");
    const rows = stdout.trimEnd().split("\r\n");
    expect(rows).toHaveLength(3);
    expect(rows[1]).toMatch(
      /^1,2026-10-01T03:00:00\.000Z,night-1,nightly,main,,finished,1,token-throttled,msal-node,7\.2\.1,/,
    );
    expect(rows[2]).toMatch(/,retry-after,fail,new,,"asked again .* ""more"" \| retry-after"$/);
    const ctrf = await folder.main("archive", "export", "--ctrf");
    expect(validate(JSON.parse(ctrf.stdout))).toMatchObject({ valid: true });
    expect(ctrf.stdout).toContain('"status": "failed"');
  });

  it("add takes results with the run.json beside them", async () => {
    for (const [name, night] of [
      ["one", good],
      ["two", bad],
    ] as const) {
      mkdirSync(at(name));
      folder.write(`${name}/results.json`, writeResults(resultsOf(night)));
      const facts = runFacts({ job: "suite", commit: `commit-${name}` });
      folder.write(`${name}/run.json`, writeRunFacts(facts));
    }
    const { stdout, code } = await folder.main("archive", "add", "one", "two/results.json");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^New: token-throttled, msal-node 7\.2\.1: retry-after: /m);
    expect((await folder.main("trend")).stdout).toMatch(/^Job suite@main$/m);
    expect(existsSync(at("reports/archive/evidence"))).toBe(false);
  });

  it("is the same after it was moved to another machine", async () => {
    upgraded();
    const here = await folder.main("blame", "token-throttled", "--json");
    const there = createFolder();
    for (const name of folder.files("reports/archive")) there.write(name, "");
    for (const name of folder.files("reports/archive"))
      writeFileSync(join(there.path, name), readFileSync(at(name)));
    expect((await there.main("blame", "token-throttled", "--json")).stdout).toBe(here.stdout);
    there.remove();
  });
});
