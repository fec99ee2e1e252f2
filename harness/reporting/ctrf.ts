/**
 * The results in the Common Test Report Format (ctrf.io), for dashboards and pull request
 * comments. A test for each run; `other` is what is inconclusive, `failed` what the baseline
 * does not know. The format wants times: they are virtual, as everything in a report.
 */
import { type FailedRun, isUnexpected, type Results, type RunResult } from "./results.ts";

type Status = "passed" | "failed" | "other";

/** The text of `ctrf.json`; `startedAt` is ms since the Unix epoch, virtual. */
export function writeCtrf(results: Results, { startedAt }: { readonly startedAt: number }): string {
  const { runs, failures = [], totals } = results;
  const tests = [...runs.map(testOf), ...failures.map(failedTest)];
  const count = (status: Status): number => tests.filter((test) => test.status === status).length;
  const report = {
    reportFormat: "CTRF",
    specVersion: "0.0.0",
    generatedBy: `brownout ${results.brownout}`,
    results: {
      tool: { name: "brownout", version: results.brownout },
      summary: {
        tests: tests.length,
        passed: count("passed"),
        failed: count("failed"),
        skipped: 0,
        pending: 0,
        other: count("other"),
        start: startedAt,
        stop: startedAt + totals.simulatedMs,
      },
      tests,
      extra: {
        seed: results.seed,
        unexpected: totals.unexpected,
        fixed: totals.fixed,
        cost: totals.cost,
        ...(results.quarantine === undefined ? {} : { quarantine: results.quarantine }),
      },
    },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function testOf(run: RunResult) {
  const { scenario, client, mount, simulatedMs, findings } = run;
  const message = findings
    .map(({ rule, verdict, message: said, baseline, quarantined }) => {
      const isKnown = baseline === "known" ? " (known)" : "";
      const known = quarantined === true ? " (in quarantine)" : isKnown;
      return verdict === "fail"
        ? `${rule}: ${said}${known}`
        : `${rule}, inconclusive: ${said}${known}`;
    })
    .join("\n");
  return {
    name: scenario,
    status: statusOf(run),
    duration: simulatedMs,
    suite: [`${client.name} ${client.version}`, mount],
    ...(message === "" ? {} : { message }),
    extra: { verdict: run.verdict, expected: run.expected, cost: run.cost },
  };
}

function statusOf({ expected, findings }: RunResult): Status {
  if (expected) return "passed";
  const isFailed = findings.some((finding) => finding.verdict === "fail" && isUnexpected(finding));
  return isFailed ? "failed" : "other";
}

function failedTest({ scenario, client, mount, code, message, hint }: FailedRun) {
  return {
    name: scenario,
    status: "failed" as const,
    duration: 0,
    suite: [client, mount],
    message: hint === undefined ? message : `${message}\n${hint}`,
    extra: { code },
  };
}
