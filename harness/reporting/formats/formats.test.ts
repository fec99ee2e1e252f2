import { describe, expect, it } from "vitest";
import { STARTED_AT } from "../../../test/support/history.ts";
import { writeResults } from "../model/results.ts";
import { annotationLines } from "./annotations.ts";
import { closingLines } from "./closing-lines.ts";
import { writeCtrf } from "./ctrf.ts";
import { writeJunit } from "./junit.ts";
import { inline } from "./markdown-text.ts";
import { writeSummary } from "./summary.ts";
import { judgedRun, reportOf } from "../../../test/support/report.ts";

const baseline = [
  {
    scenario: "known-one",
    client: "msal-node",
    rule: "backoff",
    verdict: "fail" as const,
    reason: "It does not retry.",
  },
  {
    scenario: "passing",
    client: "msal-node",
    rule: "backoff",
    verdict: "fail" as const,
    reason: "It was so.",
  },
];

const control = {
  kind: "caused",
  causes: [[{ id: "throttled", from: 600_000 }]],
  without: "pass",
} as const;

const runs = [
  judgedRun({ "retry-after": "pass", backoff: "pass" }, { scenario: "passing" }),
  {
    ...judgedRun({ "retry-after": "fail" }, { scenario: "broken" }),
    controls: { "retry-after": control },
  },
  judgedRun({ "retry-after": "inconclusive" }, { scenario: "unseen" }),
  judgedRun({ backoff: "fail" }, { scenario: "known-one" }),
];

const story = {
  standsFor: "A busy minute.",
  asserts: "It waits.",
  failureMeans: "The throttle lasts longer.",
  fix: "Wait in the application.",
};

const model = reportOf(
  runs,
  {
    baseline,
    rules: [{ id: "retry-after", says: "Wait.", fix: "Ask later." }],
    failures: [
      {
        scenario: "died",
        client: "msal-node",
        mount: "direct",
        code: "worker-died",
        message: "the process ended",
        hint: "Run it again.",
      },
    ],
  },
  { scenario: { title: "Throttled", story }, replay: "again" },
);

describe("junit.xml", () => {
  const junit = writeJunit(model);

  it("has a test case a run: failure, skipped, passed with what is known, error", () => {
    expect(junit).toContain('<testsuites name="brownout" tests="5" failures="1" errors="1" time="');
    expect(junit).toMatch(
      /name="passing" time="61.05">\n\s*<system-out>Cost: 1m 1.05s without a token/,
    );
    expect(junit).toMatch(/name="broken" time="61.05">\n\s*<failure message="retry-after: /);
    expect(junit).toMatch(/name="unseen" time="61.05">\n\s*<skipped>retry-after is/);
    expect(junit).toMatch(
      /name="known-one" time="61.05">\n\s*<system-out>Cost: .*\nKnown: backoff/,
    );
    expect(junit).toMatch(/name="died" time="0">\n\s*<error message="the process ended"/);
  });

  it("has all that is in quarantine, also what held or was not run", () => {
    const entry = { client: "msal-node", rule: "backoff", reason: "Why <not>?" };
    const quarantine = ["passing", "elsewhere"].map((scenario) => ({ scenario, ...entry }));
    expect(writeJunit(reportOf(runs, { quarantine }))).toContain(
      "    <system-out>In quarantine:\npassing, msal-node: backoff held this time. Why &lt;not&gt;?\n" +
        "elsewhere, msal-node: backoff was not run. Why &lt;not&gt;?</system-out>\n  </testsuite>",
    );
    expect(junit).not.toContain("In quarantine");
  });

  it("escapes what XML does not allow", () => {
    expect(junit).toContain("&lt;60 s&gt; &amp; &quot;more&quot;");
    const odd = judgedRun({}, { scenario: "odd\u0000\u001b\uD800<>" });
    const text = writeJunit(reportOf([odd]));
    expect(text).toContain('name="odd\uFFFD\uFFFD\uFFFD&lt;&gt;"');
    // A bare line break in an attribute would be read as a blank.
    const lines = { scenario: "a", client: "b", mount: "c", code: "stuck", message: "one\ntwo" };
    expect(writeJunit(reportOf([], { failures: [lines] }))).toContain('message="one&#10;two"');
  });
});

describe("ctrf.json", () => {
  const report = JSON.parse(writeCtrf(model)) as {
    results: {
      summary: Record<string, number>;
      tests: { name: string; status: string; duration: number; message?: string }[];
    };
  };

  it("adds up to the number of tests, in virtual time", () => {
    expect(report.results.summary).toEqual({
      tests: 5,
      passed: 2,
      failed: 2,
      skipped: 0,
      pending: 0,
      other: 1,
      start: STARTED_AT,
      stop: STARTED_AT + 4 * 61_050,
    });
  });

  it("marks the known findings of a test that passes", () => {
    const tests = report.results.tests.map(({ name, status }) => `${name} ${status}`);
    expect(tests).toEqual([
      "passing passed",
      "broken failed",
      "unseen other",
      "known-one passed",
      "died failed",
    ]);
    expect(report.results.tests[3]?.message).toMatch(/^backoff: .*\(known\)$/);
  });
});

describe("summary.md", () => {
  const summary = writeSummary(model);

  it("says what broke, for whom, what shows it, what to do and how to see it again", () => {
    const broken = summary.split("## What broke")[1]?.split("\n## ")[0] ?? "";
    expect(broken).toContain("### broken: msal-node 7.2.1 (direct, 1m 1.05s)");
    expect(broken).toContain("For whom: The throttle lasts longer.");
    expect(broken).toMatch(
      /\+0\.04s +exchange 1 is answered: 429 empty, Retry-After: 60, by fault throttled\n\+5s +POST token/,
    );
    expect(broken).toContain("What to do: Ask later.");
    expect(broken).toContain("In the application: Wait in the application.");
    expect(broken).toContain("See it again: `again`");
  });

  it("keeps known, inconclusive, fixed and unfinished runs apart", () => {
    expect(summary).toMatch(/^# Brownout: 1 run not finished/);
    const section = (title: string): string =>
      summary.split(`## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
    expect(section("Known")).toContain(
      "| msal-node 7.2.1 | It does not retry. | **backoff**: known-one | known-one: ",
    );
    expect(section("Inconclusive")).toContain("| unseen | msal-node 7.2.1 | retry-after |");
    expect(section("Inconclusive")).toContain("\\| retry-after |");
    expect(section("Fixed")).toContain("- passing, msal-node: backoff");
    expect(section("Not finished")).toContain("- died, msal-node: the process ended Run it again.");
  });

  it("is short when all is as expected", () => {
    const passing = reportOf([judgedRun({ "retry-after": "pass" }, { asserts: [] })]);
    expect(writeSummary(passing).trim().split("\n")).toEqual([
      "# Brownout: as expected",
      "",
      "1 run over 1m 1.05s of simulated time, seed 1: 1 pass, 0 fail, 0 inconclusive. Findings: 0 unexpected, 0 known, 0 fixed.",
      "",
      "Cost: 1m 1.05s without a token (24 % of what 99.99 % allows a month).",
    ]);
  });
});

describe("the control of a finding", () => {
  const text = "Caused by `throttled` at +10m; without it, the rule passes.";

  it("is in each format", () => {
    const paint = (_: unknown, plain: string): string => plain;
    expect(writeJunit(model)).toContain(text);
    expect(writeCtrf(model)).toContain(text);
    expect(writeSummary(model)).toContain(`\n\n${inline(text)}\n\n`);
    expect(closingLines(model, paint)).toContain(`    ${text}`);
    expect(annotationLines(model, "github").join("\n")).toContain(text);
    expect(JSON.parse(writeResults(model.results))).toMatchObject({
      runs: expect.arrayContaining([
        expect.objectContaining({ findings: [expect.objectContaining({ control })] }),
      ]),
    });
  });
});
