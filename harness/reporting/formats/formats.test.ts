import { describe, expect, it } from "vitest";
import { writeResults } from "../model/results.ts";
import { annotationLines } from "./annotations.ts";
import { closingLines } from "./closing-lines.ts";
import { writeCtrf } from "./ctrf.ts";
import { writeJunit } from "./junit.ts";
import { inline } from "./markdown-text.ts";
import { writeSummary } from "./summary.ts";
import { runFacts } from "../../../test/support/run-facts.ts";
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

const session = {
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
};

const model = reportOf(runs, session, {
  scenario: { title: "Throttled", story },
  replay: "again",
  journal: "out/journals/a.jsonl",
});

const facts = runFacts({
  folder: "packages/app",
  runs: [{ scenario: "passing", client: "msal-node", mount: "direct", durationMs: 1_500 }],
});

describe("junit.xml", () => {
  const junit = writeJunit(model, facts);
  const caseOf = (scenario: string, name: string): string =>
    new RegExp(
      `<testcase classname="${scenario}\\.msal-node" name="${name}"[^]*?(?:/>\n|</testcase>)`,
    ).exec(junit)?.[0] ?? "";

  it("has one suite for the job, with real time, machine and properties", () => {
    const counts = 'tests="9" failures="1" errors="2" time="60.000"';
    expect(junit).toContain(`<testsuites name="brownout" ${counts}>`);
    expect(junit).toContain(
      `<testsuite name="brownout run" ${counts} skipped="1" timestamp="2026-11-30T02:00:00" hostname="runner-1">`,
    );
    for (const [name, value] of [
      ["seed", "1"],
      ["mount", "direct"],
      ["commit", facts.commit ?? ""],
      ["branch", "main"],
      ["virtual-seconds", "244.200"],
      ["client.@azure/msal-node", "7.2.1"],
    ])
      expect(junit).toContain(`<property name="${name}" value="${value}"/>`);
  });

  it("has a case for each rule, and one for the run with its real time", () => {
    expect(caseOf("passing", "completes")).toContain('time="1.500">');
    expect(caseOf("passing", "completes")).toContain(
      "msal-node 7.2.1, mount direct, 1m 1.05s of virtual time\nCost: 1m 1.05s without a token",
    );
    expect(caseOf("passing", "retry-after")).toMatch(/time="0.000"\/>\n$/);
    expect(caseOf("broken", "completes")).not.toContain("<failure");
  });

  it("keeps its names when version, seed and other counts change", () => {
    const names = (text: string): readonly string[] =>
      text.match(/<testcase [^>]*?name="[^"]*"/g) ?? [];
    const other = reportOf(
      runs.map((run) => {
        const { header } = run.history;
        const client = { ...header.client, version: "8.0.0" };
        return { ...run, history: { ...run.history, header: { ...header, client, seed: "9" } } };
      }),
      session,
    );

    expect(
      names(writeJunit(other, runFacts({ seed: "9", branch: "fix", job: "fix, run" }))),
    ).toEqual(names(junit));
    expect(names(junit)).toHaveLength(9);
  });

  it("says in a failure for whom, the evidence, the advice and how to see it again", () => {
    const failure = caseOf("broken", "retry-after");
    expect(failure).toContain('<failure message="asked again after 5 s');
    for (const line of [
      "For whom: The throttle lasts longer.",
      "exchange 1 is answered: 429 empty, Retry-After: 60, by fault throttled",
      "What to do: Ask later.",
      "In the application: Wait in the application.",
      "See it again: again",
      "[[ATTACHMENT|packages/app/out/journals/a.jsonl]]",
    ])
      expect(failure).toContain(`${line}\n`.trimEnd());
  });

  it("skips what is known, with the reason, and makes errors of what proves nothing", () => {
    expect(caseOf("known-one", "backoff")).toContain(
      '<skipped message="known: It does not retry. It says: asked again',
    );
    expect(caseOf("unseen", "retry-after")).toContain('<error message="inconclusive: asked again');
    expect(caseOf("died", "completes")).toContain('<error message="the process ended"');
  });

  it("names the file of the user's scenario from the root of the repository", () => {
    const own = reportOf([judgedRun({}, { file: "own.scenario.ts" })]);
    expect(writeJunit(own, facts)).toContain('file="packages/app/own.scenario.ts"');
  });

  it("has the mount in a name only where a scenario ran under several", () => {
    const twice = reportOf([judgedRun({}), judgedRun({}, { mount: "msw" })]);
    const text = writeJunit(twice, facts);
    expect(text.match(/classname="[^"]*"/g)).toEqual([
      'classname="token-throttled.msal-node (direct)"',
      'classname="token-throttled.msal-node (msw)"',
    ]);
  });

  it("has no dot in a name that Jenkins would take for that of a package", () => {
    const dotted = judgedRun({}, { scenario: "v1.2", client: { name: "acme.auth", version: "1" } });
    expect(writeJunit(reportOf([dotted]), facts)).toContain('classname="v1_2.acme_auth"');
  });

  it("has all that is in quarantine, also what held or was not run", () => {
    const entry = { client: "msal-node", rule: "backoff", reason: "Why <not>?" };
    const quarantine = ["known-one", "elsewhere"].map((scenario) => ({ scenario, ...entry }));
    const text = writeJunit(reportOf(runs, { quarantine }), facts);
    expect(text).toContain(
      "    <system-out>In quarantine:\nknown-one, msal-node: backoff failed this time. Why &lt;not&gt;?\n" +
        "elsewhere, msal-node: backoff was not run. Why &lt;not&gt;?</system-out>\n  </testsuite>",
    );
    expect(text).toContain('<skipped message="in quarantine: Why &lt;not&gt;? It says: ');
    expect(junit).not.toContain("In quarantine");
  });

  it("escapes what XML does not allow", () => {
    expect(junit).toContain("&lt;60 s&gt; &amp; &quot;more&quot;");
    const odd = judgedRun({}, { scenario: "odd\u0000\u001b\uD800<>" });
    const text = writeJunit(reportOf([odd]), facts);
    expect(text).toContain('classname="odd\uFFFD\uFFFD\uFFFD&lt;&gt;.msal-node"');
    // A bare line break in an attribute would be read as a blank.
    const lines = { scenario: "a", client: "b", mount: "c", code: "stuck", message: "one\ntwo" };
    expect(writeJunit(reportOf([], { failures: [lines] }), facts)).toContain(
      'message="one&#10;two"',
    );
  });
});

describe("ctrf.json", () => {
  interface Ctrf {
    readonly results: {
      readonly summary: Record<string, number>;
      readonly environment: object;
      readonly tests: readonly {
        readonly name: string;
        readonly status: string;
        readonly message?: string;
        readonly flaky?: boolean;
      }[];
    };
  }
  const ctrf = (of: typeof model, about = facts): Ctrf["results"] =>
    (JSON.parse(writeCtrf(of, about)) as Ctrf).results;
  const report = ctrf(model);
  const named = (name: string) => report.tests.find((test) => test.name === name);

  it("adds up to the number of tests, in real time", () => {
    expect(report.summary).toEqual({
      tests: 9,
      passed: 5,
      failed: 1,
      skipped: 1,
      pending: 0,
      other: 2,
      flaky: 0,
      start: Date.parse(facts.startedAt),
      stop: Date.parse(facts.endedAt),
      duration: 60_000,
    });
  });

  it("has the reason of what is skipped, and of a failure its trace and journal", () => {
    expect(named("known-one (msal-node): backoff")).toMatchObject({
      status: "skipped",
      message: expect.stringMatching(/^known: It does not retry\./),
    });
    expect(named("broken (msal-node): retry-after")).toMatchObject({
      status: "failed",
      trace: expect.stringContaining("What to do: Ask later."),
      attachments: [{ path: "packages/app/out/journals/a.jsonl" }],
    });
    expect(named("passing (msal-node): completes")).toMatchObject({
      duration: 1_500,
      extra: { simulatedMs: 61_050 },
    });
  });

  it("says which build it is of, and what comes and goes", () => {
    expect(
      ctrf(model, runFacts({ buildNumber: "7", build: "https://ci.example/7" })),
    ).toMatchObject({
      environment: { buildNumber: 7, buildUrl: "https://ci.example/7", commit: facts.commit },
    });
    const quarantine = [
      { scenario: "known-one", client: "msal-node", rule: "backoff", reason: "It comes and goes." },
    ];
    const { tests, summary } = ctrf(reportOf(runs, { quarantine }));
    expect(tests.filter(({ flaky }) => flaky).map(({ name }) => name)).toEqual([
      "known-one (msal-node): backoff",
    ]);
    expect(summary["flaky"]).toBe(1);
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
      "",
      "msal-node: sign-in was available for 0 % of the outages: throttling 0 (lowest in token-throttled).",
    ]);
  });
});

describe("a summary that would be too long", () => {
  const story2 = { ...story, failureMeans: `Long. ${"é".repeat(20_000)}` };
  const many = reportOf(
    Array.from({ length: 60 }, (_, index) =>
      judgedRun({ "retry-after": "fail" }, { scenario: `s-${index}` }),
    ),
    {},
    { scenario: { title: "Long", story: story2 } },
  );
  const text = writeSummary(many);

  it("has less than 1 MiB, of whole runs, and says how much is left out", () => {
    expect(Buffer.byteLength(text)).toBeLessThan(1_048_576);
    expect(Buffer.byteLength(text)).toBeGreaterThan(900_000);
    expect(text.match(/^### /gm)?.length).toBe(text.match(/^Source: /gm)?.length);
    expect((text.match(/^```/gm)?.length ?? 0) % 2).toBe(0);
    expect(text).not.toContain("\uFFFD");
    const shown = text.match(/^### s-/gm)?.length ?? 0;
    expect(text).toMatch(
      new RegExp(`\\*${60 - shown} more parts of this summary would not fit in here`),
    );
    expect(text.trim().split("\n").at(-1)).toMatch(/^\*\d+ more parts/);
  });
});

describe("the control of a finding", () => {
  const text = "Caused by `throttled` at +10m; without it, the rule passes.";

  it("is in each format", () => {
    const paint = (_: unknown, plain: string): string => plain;
    expect(writeJunit(model, facts)).toContain(text);
    expect(writeCtrf(model, facts)).toContain(text);
    expect(writeSummary(model)).toContain(`\n\n${inline(text)}\n\n`);
    expect(closingLines(model, paint)).toContain(`    ${text}`);
    expect(annotationLines(model, "github", facts).join("\n")).toContain(text);
    expect(JSON.parse(writeResults(model.results))).toMatchObject({
      runs: expect.arrayContaining([
        expect.objectContaining({ findings: [expect.objectContaining({ control })] }),
      ]),
    });
  });
});
