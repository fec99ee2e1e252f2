/** The command line as a person meets it: exit codes, files, and what it says when they err. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  createFolder,
  type Ended,
  type Folder,
  IMPATIENT,
  isTimed,
  PATIENT,
  scenarioText,
} from "./command-line.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

interface ResultsFile {
  readonly seed: string;
  readonly totals: Readonly<Record<string, number>>;
  readonly runs: readonly { readonly scenario: string; readonly verdict: string }[];
  readonly failures?: readonly { readonly scenario: string; readonly message: string }[];
}

const read = (name: string): string => readFileSync(join(folder.path, name), "utf8");
const resultsIn = (out: string): ResultsFile =>
  JSON.parse(read(`${out}/results.json`)) as ResultsFile;

describe("a run of one's own scenario", () => {
  let ended: Ended;
  beforeAll(() => {
    folder.write("busy.scenario.ts", scenarioText());
    ended = folder.brownout("run", "./busy.scenario.ts", "--out", "out");
  });

  it("says what happened in plain lines, and exits 0", () => {
    expect(ended.stderr).toBe("");
    expect(ended.stdout).toMatch(/^brownout 0\.1\.0: 1 run, mount https, seed 1\n/);
    expect(ended.stdout).toMatch(
      /^pass {4}busy-minute {2}msal-node 7\.\d+\.\d+ {2}1 ok, 1 fail {2}3m$/m,
    );
    expect(ended.stdout).not.toContain("\u001b");
    expect(ended.code).toBe(0);
  });

  it("leaves the files of the contract, and no others", () => {
    expect(folder.files("out")).toEqual([
      "out/ctrf.json",
      "out/har/busy-minute--msal-node.har",
      "out/journals/busy-minute--msal-node.jsonl",
      "out/junit.xml",
      "out/report.html",
      "out/results.json",
      "out/run.json",
      "out/summary.md",
    ]);
    expect(resultsIn("out").totals).toMatchObject({ runs: 1, pass: 1, unexpected: 0 });
  });

  it("gives equal files for an equal seed, but for those with real time", () => {
    const equal = folder.files("out").filter((file) => !isTimed(file));
    const before = new Map(equal.map((file) => [file, read(file)]));
    folder.brownout("run", "./busy.scenario.ts", "--out", "out");
    expect(folder.files("out").filter((file) => !isTimed(file))).toEqual(equal);
    for (const [file, text] of before) expect(read(file)).toBe(text);
    folder.brownout("run", "./busy.scenario.ts", "--out", "other", "--seed", "2");
    expect(resultsIn("other").seed).toBe("2");
  });

  it("leaves no journal of earlier runs beside newer results", () => {
    folder.write("late.scenario.ts", scenarioText({ name: "late" }));
    folder.write("reused/journals/mine.jsonl", "{}");
    folder.brownout("run", "busy.scenario.ts", "--out", "reused", "--mount", "direct");
    folder.brownout("run", "late.scenario.ts", "--out", "reused", "--mount", "direct");
    expect(folder.files("reused/har")).toEqual(["reused/har/late--msal-node.har"]);
    expect(folder.files("reused/journals")).toEqual([
      "reused/journals/late--msal-node.jsonl",
      "reused/journals/mine.jsonl",
    ]);
  });

  it("can be replayed from its journal, and differs from one that was changed", () => {
    const journal = "out/journals/busy-minute--msal-node.jsonl";
    const equal = folder.brownout("replay", journal);
    expect(equal.stdout).toContain("The new journal equals the old one.");
    expect(equal.code).toBe(0);
    folder.write("changed.jsonl", read(journal).replace('"status":429', '"status":430'));
    const differs = folder.brownout("replay", "changed.jsonl");
    expect(differs.stdout).toMatch(
      /first in line \d+, column \d+:\n {2}old: .*430.*\n {2}new: .*429/,
    );
    expect(differs.code).toBe(1);
  });

  it("gets the same verdict from its journal and from its HAR", () => {
    const checked = [
      "out/journals/busy-minute--msal-node.jsonl",
      "out/har/busy-minute--msal-node.har",
    ];
    for (const file of checked) {
      const { stdout, code } = folder.brownout("check", file, "--json");
      const [run] = (JSON.parse(stdout) as ResultsFile).runs;
      expect(run).toMatchObject({ scenario: "busy-minute", verdict: "pass" });
      expect(code).toBe(0);
    }
  });

  it("prints results.json, and nothing else on stdout, with --json", () => {
    const { stdout, code } = folder.brownout("run", "busy.scenario.ts", "--out", "out", "--json");
    expect(stdout).toBe(read("out/results.json"));
    expect(code).toBe(0);
  });
});

describe("a run in which a rule fails", () => {
  it("shows evidence, what to do and how to see it again, until the baseline knows it", () => {
    folder.write("hasty.scenario.ts", scenarioText({ name: "hasty", script: IMPATIENT }));
    const argv = [
      "run",
      "hasty.scenario.ts",
      "--client",
      "bare-fetch-ignores-retry-after",
    ] as const;
    const first = folder.brownout(...argv, "--out", "hasty");
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(/^FAIL {4}hasty/m);
    expect(first.stdout).toMatch(
      /retry-after: .+\n(?: {4}\+\S+ .+\n)+ {4}Caused by `.+; without it, .+\n {4}What to do: /,
    );
    const again =
      /^ {2}See it again: node \S+brownout\.js (replay \S+)$/m.exec(first.stdout)?.[1] ?? "";
    expect(folder.brownout(...argv, "--out", "none", "--no-control").stdout).not.toContain(
      "Caused",
    );
    const replay = folder.brownout(...again.split(" "));
    expect(replay.stdout).toContain("equals the old one");
    expect(replay.code).toBe(1);

    const update = folder.brownout(...argv, "--out", "hasty", "--update-baseline");
    expect(update.stdout).toMatch(/Baseline: \d+ added, 0 removed, in reports\/baseline\.json\./);
    expect(update.code).toBe(0);
    expect(read("reports/baseline.json")).toContain('"reason": "TODO: say why"');
    const refused = folder.brownout(...argv, "--out", "hasty", "--no-control");
    expect(refused.stdout).toMatch(
      /Without a reason: .*\n {2}hasty, bare-fetch-ignores-retry-after@1: retry-after, in the baseline: "TODO: say why"/,
    );
    expect(refused.code).toBe(1);
    const written = read("reports/baseline.json").replaceAll("TODO: say why", "It never waits.");
    folder.write("reports/baseline.json", written);
    const known = folder.brownout(...argv, "--out", "hasty");
    expect(known.stdout).toMatch(/^fail {4}hasty.*\(known\)$/m);
    expect(known.code).toBe(0);
  });

  it("reports as fixed what passes again", () => {
    folder.write(
      "fixed.json",
      JSON.stringify([
        {
          scenario: "busy-minute",
          client: "msal-node",
          rule: "retry-after",
          verdict: "fail",
          reason: "It was so.",
        },
      ]),
    );
    const run = ["run", "busy.scenario.ts", "--out", "fixed", "--baseline", "fixed.json"] as const;
    const { stdout, code } = folder.brownout(...run);
    expect(stdout).toMatch(/Fixed: .*\n {2}busy-minute: msal-node: retry-after/);
    expect(code).toBe(0);
    expect(resultsIn("fixed").totals["fixed"]).toBe(1);
  });

  it("reports entries that match nothing, and those past their day, which --fail-on-due makes fatal", () => {
    const entry = {
      client: "msal-node",
      rule: "retry-after",
      verdict: "fail",
      reason: "It was so.",
    };
    const late = { ...entry, scenario: "token-throttled", due: "2020-01-31", owner: "identity" };
    folder.write("noted.json", JSON.stringify([{ ...entry, scenario: "renamed-away" }, late]));
    const run = ["run", "token-throttled", "--out", "noted", "--baseline", "noted.json"] as const;
    const noted = folder.brownout(...run);
    expect(noted.stdout).toContain(
      "token-throttled, msal-node: retry-after, in the baseline: due 2020-01-31 (identity). It was so.",
    );
    expect(noted.code).toBe(0);
    expect(folder.brownout(...run, "--fail-on-due").code).toBe(1);
  });

  it("fails below the score that --fail-under demands, and names its parts", () => {
    const run = ["run", "token-throttled", "--out", "score"] as const;
    const low = folder.brownout(...run, "--fail-under", "100");
    expect(low.stdout).toMatch(
      /Below --fail-under 100: msal-node: sign-in was available for \S+ % of the outages: throttling /,
    );
    expect(low.code).toBe(1);
    expect(folder.brownout(...run, "--fail-under", "0").code).toBe(0);
    expect(JSON.parse(read("score/run.json"))).toMatchObject({ scores: [{ client: "msal-node" }] });
  });
});

describe("what a script prints", () => {
  it("goes to stderr, under the scenario's name, and leaves stdout to the results", () => {
    const script = `console.log("to stdout"); console.error("to stderr"); ${PATIENT}`;
    folder.write("says.scenario.ts", scenarioText({ name: "says", script }));
    const { stdout, stderr } = folder.brownout(
      "run",
      "says.scenario.ts",
      "--out",
      "says",
      "--json",
    );
    expect(stderr).toMatch(/^says:\n {2}\| to std(?:out|err)\n {2}\| to std(?:out|err)$/m);
    expect(stdout).toBe(read("says/results.json"));
  });
});

describe("a run that proves nothing", () => {
  it("exits 3 and says what was not seen", () => {
    folder.write("calm.scenario.ts", scenarioText({ name: "calm", faults: "[]" }));
    const { stdout, code } = folder.brownout("run", "calm.scenario.ts", "--out", "calm");
    expect(stdout).toMatch(/^inconclusive {2}calm/m);
    expect(stdout).toMatch(/Inconclusive\n {2}calm: retry-after: /);
    expect(code).toBe(3);
  });
});

describe("a history that proves nothing", () => {
  it("is no pass, though it asserts nothing", () => {
    folder.write("empty.har", '{"log":{"version":"1.2","entries":[]}}');
    const { stdout, code } = folder.brownout("check", "empty.har");
    expect(stdout).toMatch(/^inconclusive {2}empty/);
    expect(stdout).toContain("1 run over 0s of simulated time: 0 pass");
    expect(code).toBe(3);
  });
});

describe("a run that the harness cannot finish", () => {
  it("exits 2, and reports the other runs completely", () => {
    folder.write(
      "throws.scenario.ts",
      scenarioText({ name: "throws", script: 'throw new Error("my mistake");' }),
    );
    folder.write("dies.scenario.ts", scenarioText({ name: "dies", script: "process.exit(7);" }));
    const files = ["throws.scenario.ts", "dies.scenario.ts", "busy.scenario.ts"] as const;
    const { stdout, code } = folder.brownout("run", ...files, "--out", "spoilt");
    expect(code).toBe(2);
    expect(stdout).toMatch(/^ERROR {3}throws .* my mistake$/m);
    expect(stdout).toMatch(/^ERROR {3}dies .*exit code 7/m);
    expect(stdout).not.toMatch(/^\s+at /m);
    const { runs, failures } = resultsIn("spoilt");
    expect(runs.map(({ scenario, verdict }) => `${scenario} ${verdict}`)).toEqual([
      "busy-minute pass",
    ]);
    expect(failures?.map(({ scenario }) => scenario)).toEqual(["throws", "dies"]);
    expect(folder.files("spoilt/journals")).toEqual([
      "spoilt/journals/busy-minute--msal-node.jsonl",
    ]);
  });
});

describe("list", () => {
  it("has the names that other commands take", () => {
    const { stdout, code } = folder.brownout("list", "--json");
    const listed = JSON.parse(stdout) as Record<string, readonly unknown[]>;
    expect(listed["scenarios"]?.length).toBeGreaterThan(11);
    expect(listed["clients"]).toContain("msal-node");
    expect(listed["mounts"]).toEqual([
      "direct",
      "msw",
      "nock",
      "https",
      "proxy",
      "route",
      "program",
    ]);
    expect(listed["outages"]).toContainEqual(expect.objectContaining({ name: "throttled" }));
    expect(listed["rules"]).toContainEqual(expect.objectContaining({ id: "retry-after" }));
    expect(code).toBe(0);
    const text = folder.brownout("list").stdout;
    expect(text).toMatch(/^Scenarios\n {2}token-throttled /);
    expect(text).toMatch(/^ {2}\(bare-fetch is written by hand .* one bad habit\)\n\nMounts$/m);
    expect(text).toMatch(/^Outages\n {2}outage {2,}nothing gets past the gateway/m);
  });
});

describe("shards", () => {
  it("are together all runs, and none twice", () => {
    const filters = ["restart-*", "metadata-down-?*", "--mount", "direct"];
    const run = (out: string, ...more: readonly string[]): readonly string[] => {
      folder.brownout("run", ...filters, "--out", out, ...more);
      return resultsIn(out).runs.map(({ scenario }) => scenario);
    };
    const all = run("all");
    const parts = [1, 2, 3].map((part) => run(`part${part}`, "--shard", `${part}/3`));
    expect(parts.flat().toSorted()).toEqual(all.toSorted());
    expect(parts.map((names) => names.length)).toEqual([2, 1, 1]);
  });

  it("that are more than there are runs say so, and spoil nothing", () => {
    const { stdout, code } = folder.brownout(
      "run",
      "token-throttled",
      "--shard",
      "2/3",
      "--out",
      "none",
      "--mount",
      "direct",
    );
    expect(stdout).toContain("\nShard 2/3 has nothing to run: there is only 1 run.\n");
    expect(code).toBe(0);
    expect(resultsIn("none").runs).toEqual([]);
  });
});
