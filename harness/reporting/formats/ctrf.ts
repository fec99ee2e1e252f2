/**
 * The results in the Common Test Report Format (ctrf.io), for dashboards and pull request
 * comments. A test for each run: `failed` is what the baseline does not know, `other` what is
 * inconclusive. The format requires times: they are virtual, as everything in a report.
 */
import type { ReportModel, RunReport } from "../model/report-model.ts";
import type { FailedRun } from "../model/results.ts";
import type { Standing } from "../model/standing.ts";

type Status = "passed" | "failed" | "other";

/** The text of `ctrf.json`. */
export function writeCtrf({ runs, totals, results, startedAt }: ReportModel): string {
  const { failures = [] } = results;
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

function testOf(run: RunReport) {
  const { scenario, client, mount, simulatedMs, findings, standing, verdict, expected, cost } = run;
  const message = findings
    .map(({ rule, verdict: found, message: said, acceptedAs, controlText }) => {
      const accepted = acceptedAs === undefined ? "" : ` (${acceptedAs})`;
      const control = controlText === undefined ? "" : ` ${controlText}`;
      return `${rule}${found === "fail" ? "" : ", inconclusive"}: ${said}${accepted}${control}`;
    })
    .join("\n");
  return {
    name: scenario,
    status: statuses[standing],
    duration: simulatedMs,
    suite: [client, mount],
    ...(message === "" ? {} : { message }),
    extra: { verdict, expected, cost },
  };
}

const statuses: Readonly<Record<Standing, Status>> = {
  new: "failed",
  inconclusive: "other",
  known: "passed",
  expected: "passed",
  quarantined: "passed",
  pass: "passed",
};

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
