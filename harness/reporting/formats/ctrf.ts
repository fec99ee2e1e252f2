/**
 * The results in the Common Test Report Format (ctrf.io), for dashboards and pull request
 * comments: the same test cases as in JUnit (`test-cases.ts`). `failed` is what neither the
 * baseline nor the quarantine knows, `other` what is inconclusive or was not finished, `skipped`
 * what is accepted. Times are real; virtual times are in `extra`.
 */
import type { ReportModel } from "../model/report-model.ts";
import type { RunFacts } from "../model/run-facts.ts";
import { suiteName, type TestCase, testCasesOf } from "./test-cases.ts";

/** The text of `ctrf.json`. */
export function writeCtrf(model: ReportModel, facts: RunFacts): string {
  const { totals, results } = model;
  const tests = testCasesOf(model, facts).map((one) => testOf(one, facts));
  return ctrfText(tests, {
    brownout: results.brownout,
    timestamp: facts.endedAt,
    summary: {
      flaky: tests.filter(({ flaky }) => flaky).length,
      start: Date.parse(facts.startedAt),
      stop: Date.parse(facts.endedAt),
      duration: Math.round(facts.durationMs),
    },
    more: {
      environment: environmentOf(facts),
      extra: {
        seed: results.seed,
        unexpected: totals.unexpected,
        fixed: totals.fixed,
        cost: totals.cost,
        simulatedMs: totals.simulatedMs,
        clients: facts.clients,
        ...(results.quarantine === undefined ? {} : { quarantine: results.quarantine }),
      },
    },
  });
}

/** A report of these tests, with their number by status. */
export function ctrfText(
  tests: readonly { readonly status: string }[],
  {
    brownout,
    timestamp,
    summary,
    more,
  }: {
    /** The version that wrote the results. */
    readonly brownout: string;
    readonly timestamp: string;
    /** What follows the numbers in the summary: when the tests were run. */
    readonly summary: Readonly<Record<string, number>>;
    /** What follows the tests. */
    readonly more: object;
  },
): string {
  const count = (status: string): number => tests.filter((test) => test.status === status).length;
  const report = {
    reportFormat: "CTRF",
    specVersion: "0.0.0",
    generatedBy: `brownout ${brownout}`,
    timestamp,
    results: {
      tool: { name: "brownout", version: brownout },
      summary: {
        tests: tests.length,
        passed: count("passed"),
        failed: count("failed"),
        skipped: count("skipped"),
        pending: 0,
        other: count("other"),
        ...summary,
      },
      tests,
      ...more,
    },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function testOf(one: TestCase, facts: RunFacts) {
  const { scenario, client, name, message, detail, notes, file, finding, run, attachments } = one;
  const isFlaky = finding?.quarantined === true;
  return {
    name: `${scenario} (${client}): ${name}`,
    status: statuses[one.outcome],
    rawStatus: finding?.standing ?? (run === undefined ? "not finished" : "finished"),
    duration: Math.round(one.durationMs),
    suite: [suiteName(facts), scenario, client],
    ...(message === "" ? {} : { message }),
    ...(detail.length === 0 ? {} : { trace: detail.join("\n") }),
    ...(file === undefined ? {} : { filePath: file }),
    ...(isFlaky ? { flaky: true } : {}),
    ...(notes.length === 0 ? {} : { stdout: notes }),
    ...(attachments.length === 0
      ? {}
      : {
          attachments: attachments.map((path) => ({
            name: "journal",
            contentType: "application/jsonl",
            path,
          })),
        }),
    extra: {
      scenario,
      client,
      rule: name,
      ...(one.virtualMs === undefined ? {} : { simulatedMs: one.virtualMs }),
      ...(run === undefined
        ? {}
        : { verdict: run.verdict, expected: run.expected, mount: run.mount, cost: run.cost }),
    },
  };
}

const statuses = {
  passed: "passed",
  failed: "failed",
  error: "other",
  skipped: "skipped",
} as const;

function environmentOf(facts: RunFacts) {
  const { job, commit, branch, build, buildName, buildNumber, os, host, shard } = facts;
  const [platform = "", release] = os.split(" ");
  const number = /^\d{1,15}$/.test(buildNumber ?? "") ? Number(buildNumber) : undefined;
  const named = {
    buildName,
    buildNumber: number,
    buildUrl: build,
    commit,
    branchName: branch,
    osRelease: release,
    shardId: shard === undefined ? undefined : `${shard.part}/${shard.of}`,
  };
  return {
    reportName: job,
    osPlatform: platform,
    ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
    extra: { host, node: facts.node, ...(buildNumber === undefined ? {} : { buildNumber }) },
  };
}
