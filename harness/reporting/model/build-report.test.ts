/** The report model against the runs, the baseline and the quarantine that it is built from. */
import { describe, expect, it } from "vitest";
import { throttledDaemon } from "../../../test/support/history.ts";
import { judgedRun, reportOf } from "../../../test/support/report.ts";
import { buildReport } from "./build-report.ts";
import { judgeRun } from "./judge-run.ts";
import type { FailedRun } from "./results.ts";
import { standingOf } from "./standing.ts";

const story = { standsFor: "A bad day.", asserts: "It waits.", failureMeans: "Wait.", fix: "Do." };
const scenario = { title: "A throttled minute", story };

const knownOne = {
  scenario: "known-one",
  client: "msal-node",
  rule: "backoff",
  verdict: "fail" as const,
  reason: "It never retries.",
};
const baseline = [knownOne];

const runs = [
  judgedRun({ "retry-after": "pass" }, { scenario: "passing" }),
  judgedRun({ "retry-after": "fail", backoff: "fail" }, { scenario: "broken" }),
  judgedRun({ "retry-after": "inconclusive" }, { scenario: "unseen" }),
  judgedRun({ backoff: "fail" }, { scenario: "known-one" }),
];

const model = reportOf(runs, { baseline }, { scenario, replay: "again" });

const died: FailedRun = {
  scenario: "died",
  client: "msal-node",
  mount: "https",
  code: "worker-died",
  message: "the process ended",
};

describe("the runs of a report", () => {
  it("have every finding of the results as it is there, with its standing and the baseline's reason", () => {
    const findings = model.runs.flatMap((run) => run.findings);
    expect(findings).toMatchObject(model.results.runs.flatMap((run) => run.findings));
    expect(
      findings.map(({ standing, acceptedAs, reason }) => [standing, acceptedAs, reason]),
    ).toEqual([
      ["new", undefined, undefined],
      ["new", undefined, undefined],
      ["inconclusive", undefined, undefined],
      ["known", "known", "It never retries."],
    ]);
    expect(model.totals).toMatchObject({ unexpected: 2, known: 1, quarantined: 0 });
  });

  it("have their histories by id, with the events that the evidence points at", () => {
    for (const { id, findings, events } of model.runs) {
      const history = model.histories.get(id);
      expect(history?.events).toHaveLength(events);
      for (const index of findings.flatMap(({ evidence }) => evidence))
        expect(history?.events[index]?.kind).toMatch(/^exchange-|^operation-/);
    }
  });

  it("say for whom, for how long, what to do and how to see it again", () => {
    expect(model.runs[1]).toMatchObject({ title: scenario.title, story, replay: "again" });
    expect(model.runs[1]?.costText).toMatch(/^1m 1\.05s without a token/);
    expect(model.runs[1]?.howLong).toMatch(/; between \+0s and \+1m 1\.05s\.$/);
    expect(model.rules["retry-after"]?.fix).toMatch(/Retry-After/);
  });

  it("have each an id of its own, also with equal and odd names", () => {
    const runOf = (version: string, name = "same") =>
      judgedRun({}, { scenario: name, client: { name: "msal-node", version } });
    const report = reportOf([
      runOf("6.0.0"),
      runOf("7.2.1"),
      runOf("7.2.1"),
      runOf("1", "alone"),
      runOf("", "../<x> y/#z"),
    ]);
    expect(report.runs.map(({ id, client }) => [id, client])).toEqual([
      ["same--msal-node@6.0.0", "msal-node 6.0.0"],
      ["same--msal-node@7.2.1", "msal-node 7.2.1"],
      ["same--msal-node@7.2.1~2", "msal-node 7.2.1"],
      ["alone--msal-node", "msal-node 1"],
      ["..-x-y-z--msal-node", "msal-node"],
    ]);
  });

  it("list the asserted rules that held, and no others", () => {
    const run = judgeRun(throttledDaemon({ asserts: ["retry-after", "empty-token"] }));
    const passed = run.findings.filter(({ verdict }) => verdict === "pass");
    expect(passed.map(({ rule }) => rule)).toEqual(expect.arrayContaining(["token-expiry"]));
    const report = buildReport([{ run }], { baseline: [], seed: "1", brownout: "0.1.0" });
    expect(report.runs[0]?.held).toEqual(["empty-token"]);
    expect(report.rules["empty-token"]?.says).toMatch(/\.$/);
  });
});

describe("the groups of a report", () => {
  it("have what broke with its new failures alone, and what is inconclusive", () => {
    expect(
      model.broken.map(({ run, findings }) => [run.scenario, findings.map(({ rule }) => rule)]),
    ).toEqual([["broken", ["retry-after", "backoff"]]]);
    expect(
      model.inconclusive.map(({ run, findings }) => [run.id, findings.map(({ rule }) => rule)]),
    ).toEqual([["unseen--msal-node", ["retry-after"]]]);
  });

  it("have one entry for a reason of one client, with every run", () => {
    const entry = (name: string, rule: string, reason: string) => ({
      ...knownOne,
      scenario: name,
      rule,
      reason,
    });
    const { known } = reportOf(
      [
        judgedRun({ backoff: "fail", screen: "fail" }, { scenario: "a" }),
        judgedRun({ backoff: "fail", recovery: "fail" }, { scenario: "b" }),
      ],
      {
        baseline: [
          entry("a", "backoff", "Why."),
          entry("a", "screen", "So."),
          entry("b", "backoff", "Why."),
        ],
      },
    );
    expect(
      known.map(({ reason, count, rules, example }) => [
        reason,
        count,
        rules.map(({ rule, runs: seen }) => `${rule}: ${seen.map((run) => run.scenario).join()}`),
        example.run.scenario,
      ]),
    ).toEqual([
      ["Why.", 2, ["backoff: a,b"], "a"],
      ["So.", 1, ["screen: a"], "a"],
    ]);
  });

  it("have what held by client and rule, with what the rule demands and every run", () => {
    const held = reportOf(
      [
        ...["a", "b"].map((name) => judgedRun({ "retry-after": "pass" }, { scenario: name })),
        judgedRun({ "retry-after": "pass" }, { client: { name: "my-app", version: "1.4.0" } }),
      ],
      { rules: [{ id: "retry-after", says: "Wait.", fix: "Ask later." }] },
    ).held;
    expect(
      held.map(({ client, rules }) => [
        client,
        rules.map(({ rule, says, runs: seen }) => [rule, says, seen.length]),
      ]),
    ).toEqual([
      ["msal-node 7.2.1", [["retry-after", "Wait.", 2]]],
      ["my-app 1.4.0", [["retry-after", "Wait.", 1]]],
    ]);
  });

  it("keep what did not finish apart from what was interrupted", () => {
    const cut = { ...died, code: "interrupted" };
    const report = reportOf([], { failures: [died, cut] });
    const { scenario, client, message } = cut;
    const cutShort = [{ message, runs: [{ scenario, client }] }];
    expect(report).toMatchObject({ failures: [died], cutShort, runs: [] });
    expect(report.standing).toBe("not finished");
  });

  it("say first which shards are missing, and do not forget what was found", () => {
    const late = {
      ...died,
      code: "shard-missing",
      message: "shard 2/3 is missing",
      hint: "Again.",
    };
    const report = reportOf([judgedRun({ "retry-after": "fail" })], {
      failures: [late, { ...late, scenario: "other" }],
      missing: [{ part: 2, of: 3, why: "there is no such file", runs: 2 }],
    });
    expect(report.headline).toBe(
      "partial without shard 2/3, 2 runs not finished, 1 unexpected finding",
    );
    expect(report.cutShort).toEqual([
      expect.objectContaining({ message: "shard 2/3 is missing", hint: "Again." }),
    ]);
    expect(report.cutShort[0]?.runs).toHaveLength(2);
    expect(report.results.missing).toHaveLength(1);
  });

  it("show the quarantine, and count what is in it as expected", () => {
    const report = reportOf([judgedRun({ "retry-after": "fail" }, { scenario: "shaky" })], {
      quarantine: [
        { scenario: "shaky", client: "msal-node", rule: "retry-after", reason: "Flaky." },
      ],
    });
    expect(report.quarantine).toEqual(["shaky, msal-node: retry-after failed this time. Flaky."]);
    expect(report.runs[0]?.findings[0]).toMatchObject({
      standing: "quarantined",
      acceptedAs: "in quarantine",
    });
    expect([report.standing, report.totals.quarantined]).toEqual(["expected", 1]);
  });

  it("have a table of every scenario and client, with a place for what did not finish", () => {
    const { clients, rows } = reportOf(
      [
        judgedRun({}, { scenario: "a" }),
        judgedRun({ backoff: "fail" }, { scenario: "a", client: { name: "msal", version: "1" } }),
        judgedRun({ backoff: "fail" }, { scenario: "known-one" }),
      ],
      { baseline, failures: [{ ...died, scenario: "c" }] },
      { scenario },
    ).scenarios;
    expect(clients).toEqual([
      { client: "msal-node 7.2.1", counts: "1 pass, 1 known" },
      { client: "msal 1", counts: "1 new" },
    ]);
    expect(rows.map((row) => [row.scenario, row.title, row.runs.length, row.failed])).toEqual([
      ["a", scenario.title, 2, []],
      ["known-one", scenario.title, 1, []],
      ["c", undefined, 0, ["msal-node 7.2.1"]],
    ]);
  });
});

it("stands where its worst run does", () => {
  expect(model.standing).toBe("unexpected");
  expect(reportOf(runs.slice(2, 3)).standing).toBe("inconclusive");
  expect(reportOf(runs.slice(0, 1)).standing).toBe("expected");
});

it.each([
  [[], "pass"],
  [[{ baseline: "known", verdict: "fail" }], "known"],
  [
    [
      { baseline: "known", verdict: "fail" },
      { baseline: "new", verdict: "fail" },
    ],
    "new",
  ],
  [[{ baseline: "new", verdict: "inconclusive" }], "inconclusive"],
  [[{ baseline: "new", verdict: "fail", quarantined: true }], "quarantined"],
] as const)("a run with findings %j stands as %s", (findings, standing) => {
  const finding = { rule: "backoff", message: "m", evidence: [1], source: "s" };
  expect(standingOf(findings.map((one) => ({ ...finding, ...one })))).toBe(standing);
});

describe("the headline", () => {
  const known = [
    { scenario: "a", client: "msal-node", rule: "backoff", verdict: "fail", reason: "It was so." },
  ] as const;
  const run = judgedRun({ backoff: "fail" }, { scenario: "a" });

  it("counts known weaknesses where nothing has changed", () => {
    expect(reportOf([run], { baseline: known }).headline).toBe("no change: 1 known weakness");
    const both = judgedRun({ backoff: "fail", "retry-after": "fail" }, { scenario: "a" });
    const two = [...known, { ...known[0], rule: "retry-after" }];
    expect(reportOf([both], { baseline: two }).headline).toBe("no change: 2 known weaknesses");
    expect(reportOf([judgedRun({ backoff: "pass" })]).headline).toBe("as expected");
    expect(reportOf([run]).headline).toBe("1 unexpected finding");
  });
});
