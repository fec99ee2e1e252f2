import { describe, expect, it } from "vitest";
import type { JournalHeader } from "../../history/header.ts";
import type { Finding } from "../../rules/rules.ts";
import { closingLines } from "../formats/closing-lines.ts";
import { writeJunit } from "../formats/junit.ts";
import { writeSummary } from "../formats/summary.ts";
import { runLine } from "../formats/terminal.ts";
import type { BaselineEntry } from "./baseline.ts";
import { buildResults } from "./build-results.ts";
import { type JudgedRun, writeResults } from "./results.ts";
import { exitCodeOf, sessionStanding } from "./standing.ts";
import { runFacts } from "../../../test/support/run-facts.ts";
import { judgedRun, reportOf } from "../../../test/support/report.ts";

const session = { seed: "1", brownout: "0.1.0" };
const build = (runs: readonly JudgedRun[], baseline: readonly BaselineEntry[] = []) =>
  buildResults(runs, baseline, session);

const knownThrottle: BaselineEntry = {
  scenario: "token-throttled",
  client: "msal-node@7",
  rule: "retry-after",
  verdict: "fail",
  reason: "MSAL does not read it from a text body.",
};

describe("results", () => {
  it("count operations by outcome and requests by who answered", () => {
    const [run] = build([judgedRun({ "retry-after": "pass" })]).runs;
    expect(run).toEqual({
      scenario: "token-throttled",
      client: { name: "msal-node", version: "7.2.1" },
      mount: "direct",
      verdict: "pass",
      expected: true,
      operations: { ok: 1, fail: 1, unknown: 0 },
      requests: { primary: 2, backup: 0, refused: 1 },
      simulatedMs: 61_050,
      findings: [],
      availability: { family: "throttling", share: 0 },
      cost: {
        withoutTokenMs: 61_050,
        promptsCaused: 0,
        callsWithheld: 0,
        slaBudgetShare: 0.236,
      },
    });
  });

  it("count no preflight: the client did not send it", () => {
    const run = judgedRun({ "retry-after": "pass" });
    const events = run.history.events.map((event) =>
      event.kind === "exchange-began" ? { ...event, method: "OPTIONS" } : event,
    );
    const [counted] = build([{ ...run, history: { ...run.history, events } }]).runs;
    // The refused preflight stands for the request that was never sent.
    expect(counted?.requests).toEqual({ primary: 1, backup: 0, refused: 1 });
  });

  it("have the fields of the contract in its order, and no others while all is well", () => {
    const results = build([judgedRun({ "retry-after": "fail" })]);
    expect(Object.keys(results)).toEqual([
      "schema",
      "seed",
      "brownout",
      "totals",
      "runs",
      "scores",
    ]);
    expect(Object.keys(results.totals)).toEqual([
      "runs",
      "pass",
      "fail",
      "inconclusive",
      "unexpected",
      "fixed",
      "simulatedMs",
      "cost",
    ]);
    expect(Object.keys(results.runs[0]?.findings[0] ?? {})).toEqual([
      "rule",
      "verdict",
      "message",
      "evidence",
      "source",
      "baseline",
    ]);
    expect(JSON.parse(writeResults(results))).toEqual(results);
  });

  it("count an inconclusive rule only when the scenario asserts it", () => {
    const [asserted] = build([judgedRun({ "retry-after": "inconclusive" })]).runs;
    const [other] = build([judgedRun({ backoff: "inconclusive" })]).runs;
    expect(asserted?.verdict).toBe("inconclusive");
    expect(other).toMatchObject({ verdict: "pass", findings: [] });
    expect([asserted?.unseen, other?.unseen]).toEqual([undefined, ["backoff"]]);
  });

  it("let a failure outweigh an inconclusive rule", () => {
    const results = build([judgedRun({ "retry-after": "inconclusive", backoff: "fail" })]);
    expect(results.runs[0]?.verdict).toBe("fail");
    expect(results.totals).toMatchObject({ runs: 1, pass: 0, fail: 1, inconclusive: 0 });
  });
});

describe("compared with the baseline", () => {
  it("a failure is unexpected until an entry knows it", () => {
    const run = judgedRun({ "retry-after": "fail" });
    const before = build([run]);
    expect(before.runs[0]?.findings[0]?.baseline).toBe("new");
    expect(before.totals.unexpected).toBe(1);
    const after = build([run], [knownThrottle]);
    expect(after.runs[0]?.findings[0]?.baseline).toBe("known");
    expect(after.runs[0]).toMatchObject({ verdict: "fail", expected: true });
    expect(after.totals.unexpected).toBe(0);
  });

  it.each([
    ["another scenario", { scenario: "token-throttled-text" }],
    ["another version", { client: "msal-node@5" }],
    ["a version that only begins alike", { client: "msal-node@7.2.1.1" }],
    ["another client", { client: "msal" }],
    ["another rule", { rule: "backoff" }],
    ["another verdict", { verdict: "inconclusive" as const }],
  ])("an entry for %s knows nothing of it", (_, change) => {
    const results = build(
      [judgedRun({ "retry-after": "fail" })],
      [{ ...knownThrottle, ...change }],
    );
    expect(results.totals.unexpected).toBe(1);
  });

  it.each(["msal-node", "msal-node@7", "msal-node@7.2", "msal-node@7.2.1"])(
    "an entry for %s knows it",
    (client) => {
      const run = judgedRun({ "retry-after": "fail" });
      expect(build([run], [{ ...knownThrottle, client }]).totals.unexpected).toBe(0);
    },
  );

  it("a rule that passes again is fixed; one that saw nothing, or was not run, is not", () => {
    const fixed = build([judgedRun({ "retry-after": "pass" })], [knownThrottle]);
    expect(fixed.totals.fixed).toBe(1);
    expect(fixed.fixed).toEqual([knownThrottle]);
    expect(
      build([judgedRun({ "retry-after": "inconclusive" })], [knownThrottle]).totals.fixed,
    ).toBe(0);
    expect(build([], [knownThrottle]).totals.fixed).toBe(0);
  });
});

describe("the exit code", () => {
  const failures = [
    { scenario: "a", client: "b", mount: "direct", code: "worker-died", message: "it ended" },
  ];

  it.each<[number, string, readonly JudgedRun[], readonly BaselineEntry[]]>([
    [0, "all pass", [judgedRun({ "retry-after": "pass" })], []],
    [0, "what fails is known", [judgedRun({ "retry-after": "fail" })], [knownThrottle]],
    [0, "something is fixed", [judgedRun({ "retry-after": "pass" })], [knownThrottle]],
    [1, "something new fails", [judgedRun({ "retry-after": "fail" })], []],
    [
      1,
      "something new fails beside an inconclusive rule",
      [judgedRun({ "retry-after": "inconclusive", backoff: "fail" })],
      [],
    ],
    [3, "a rule is inconclusive", [judgedRun({ "retry-after": "inconclusive" })], []],
    [
      0,
      "what is inconclusive is known",
      [judgedRun({ "retry-after": "inconclusive" })],
      [{ ...knownThrottle, verdict: "inconclusive" }],
    ],
  ])("is %i when %s", (code, _, runs, baseline) => {
    expect(exitCodeOf(sessionStanding(build(runs, baseline)))).toBe(code);
  });

  it("is 2 when the harness failed, also with unexpected findings", () => {
    const run = judgedRun({ "retry-after": "fail" });
    expect(exitCodeOf(sessionStanding(buildResults([run], [], { ...session, failures })))).toBe(2);
  });
});

describe("two rules about the same behaviour", () => {
  const [storm, backoff] = ["retry-storm", "backoff"].map((rule) => ({
    ...judgedRun({ [rule]: "fail" }).findings[0],
    rule,
  })) as [Finding, Finding];
  const repeating = { ...storm, repeats: ["backoff", "retry-after"] };
  const rulesOf = (findings: readonly Finding[]) =>
    build([{ ...judgedRun({}), findings }]).runs[0]?.findings.map(({ rule }) => rule);

  it("are one finding when both fail, and the other when one passes", () => {
    expect(rulesOf([repeating, backoff])).toEqual(["backoff"]);
    expect(rulesOf([repeating, { ...backoff, verdict: "pass" }])).toEqual(["retry-storm"]);
    expect(rulesOf([storm, backoff])).toEqual(["retry-storm", "backoff"]);
  });
});

describe("what a scenario breaks on purpose", () => {
  const because = "The script asks again and again, as its story says.";
  const expecting = (rule: string, saying?: string): Partial<JournalHeader> => ({
    expects: [{ rule, because, ...(saying === undefined ? {} : { saying }) }],
  });

  it("is expected, and no finding", () => {
    const run = judgedRun({ "retry-after": "fail" }, expecting("retry-after"));
    const results = build([run]);
    expect(results.runs[0]).toMatchObject({
      verdict: "fail",
      expected: true,
      findings: [{ rule: "retry-after", baseline: "expected" }],
    });
    expect(results.totals.unexpected).toBe(0);
    expect(exitCodeOf(sessionStanding(results))).toBe(0);
    const model = reportOf([run]);
    expect(model.runs[0]).toMatchObject({
      standing: "expected",
      findings: [{ acceptedAs: "expected", reason: because }],
    });
    expect(model.expected).toMatchObject([{ reason: because, count: 1 }]);
    expect(model.known).toEqual([]);
    expect(model.totalsText).toContain("0 known, 0 fixed, 1 expected by the scenario.");
  });

  it("is a finding when the rule is broken in another way, or it is another rule", () => {
    const header = expecting("retry-after", "asked seven times");
    expect(build([judgedRun({ "retry-after": "fail" }, header)]).totals.unexpected).toBe(1);
    const other = judgedRun({ "retry-after": "fail", backoff: "fail" }, expecting("backoff"));
    expect(build([other]).totals.unexpected).toBe(1);
  });

  it("makes the run inconclusive when it is not broken", () => {
    for (const verdict of ["pass", "inconclusive"] as const) {
      const run = judgedRun(
        { "retry-after": verdict },
        { ...expecting("retry-after"), asserts: [] },
      );
      const results = build([run]);
      expect(results.runs[0]?.findings).toMatchObject([
        {
          rule: "retry-after",
          verdict: "inconclusive",
          baseline: "new",
          message: expect.stringContaining(
            `expects this rule to fail, and it did not (${because})`,
          ),
        },
      ]);
      expect(exitCodeOf(sessionStanding(results))).toBe(3);
    }
  });

  it("is in the reports for people, with the reason", () => {
    const model = reportOf([judgedRun({ "retry-after": "fail" }, expecting("retry-after"))]);
    const paint = (_: unknown, text: string): string => text;
    expect(closingLines(model, paint).join("\n")).toMatch(
      /Expected: what these scenarios break on purpose.*\n.*msal-node 7\.2\.1: The script asks again/,
    );
    expect(writeSummary(model)).toContain("## Expected");
    expect(writeJunit(model, runFacts())).toContain("Expected by the scenario: asked again");
    expect(model.runs.map((run) => runLine(run, paint))[0]).toMatch(/^fail .*\(expected\)$/);
  });
});
