/**
 * The results as JUnit XML, which every CI service shows: a suite for each client and mount, a
 * test case for each run. What the baseline knows passes, and stands in `system-out`; what is
 * inconclusive is skipped, since JUnit has no third verdict. The first suite lists the whole
 * quarantine. Times are virtual. The form is that of Jenkins (`test/schemas/jenkins-junit.xsd`),
 * the strictest of those that readers go by.
 */
import type { FindingReport, ReportModel, RunReport } from "../model/report-model.ts";
import type { FailedRun } from "../model/results.ts";
import type { Standing } from "../model/standing.ts";

/** The text of `junit.xml`. */
export function writeJunit({ runs, totals, results, quarantine }: ReportModel): string {
  const { failures = [] } = results;
  const suites = Map.groupBy(runs, ({ client, mount }) => `${client} (${mount})`);
  const head = attributes({
    name: "brownout",
    tests: totals.runs + failures.length,
    failures: countOf(runs, "failure"),
    errors: failures.length,
    time: seconds(totals.simulatedMs),
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${head}>`,
    ...[...suites].flatMap(([name, own], index) => suite(name, own, index === 0 ? quarantine : [])),
    ...(failures.length === 0 ? [] : failedSuite(failures)),
    "</testsuites>",
    "",
  ].join("\n");
}

function suite(
  name: string,
  runs: readonly RunReport[],
  quarantine: readonly string[],
): readonly string[] {
  const head = attributes({
    name,
    tests: runs.length,
    failures: countOf(runs, "failure"),
    errors: 0,
    skipped: countOf(runs, "skipped"),
    time: seconds(runs.reduce((sum, run) => sum + run.simulatedMs, 0)),
  });
  const listed = ["In quarantine:", ...quarantine].join("\n");
  return [
    `  <testsuite${head}>`,
    ...runs.flatMap((run) => testCase(name, run)),
    ...(quarantine.length === 0 ? [] : [`    <system-out>${text(listed)}</system-out>`]),
    "  </testsuite>",
  ];
}

function testCase(suiteName: string, run: RunReport): readonly string[] {
  const { scenario, simulatedMs, standing, findings, costText } = run;
  const head = attributes({ classname: suiteName, name: scenario, time: seconds(simulatedMs) });
  const quarantined = findings.filter((finding) => finding.quarantined === true);
  const known = findings.filter(({ baseline }) => baseline === "known");
  const output = [
    ...(costText === undefined ? [] : [`Cost: ${costText}.`]),
    ...(known.length === 0 ? [] : [`Known: ${known.map(line).join("\n")}`]),
    ...findings
      .filter(({ baseline }) => baseline === "expected")
      .map((finding) => `Expected by the scenario: ${line(finding)}`),
    ...quarantined.map((finding) => `In quarantine: ${line(finding)}`),
  ];
  const inner = [
    ...outcome(
      caseKinds[standing],
      findings.filter((finding) => caseKinds[finding.standing] !== "passed"),
    ),
    ...(output.length === 0 ? [] : [`      <system-out>${text(output.join("\n"))}</system-out>`]),
  ];
  if (inner.length === 0) return [`    <testcase${head}/>`];
  return [`    <testcase${head}>`, ...inner, "    </testcase>"];
}

type CaseKind = "failure" | "skipped" | "passed";

const caseKinds: Readonly<Record<Standing, CaseKind>> = {
  new: "failure",
  inconclusive: "skipped",
  known: "passed",
  expected: "passed",
  quarantined: "passed",
  pass: "passed",
};

function countOf(runs: readonly RunReport[], kind: CaseKind): number {
  return runs.filter(({ standing }) => caseKinds[standing] === kind).length;
}

function outcome(kind: CaseKind, found: readonly FindingReport[]): readonly string[] {
  const message = found.map(line).join("; ");
  switch (kind) {
    case "failure": {
      const type = found.find(({ verdict }) => verdict === "fail")?.rule ?? "";
      const detail = found.map((finding) =>
        [
          line(finding),
          ...(finding.controlText === undefined ? [] : [finding.controlText]),
          `Source: ${finding.source}`,
        ].join("\n"),
      );
      return [
        `      <failure${attributes({ message, type })}>${text(detail.join("\n"))}</failure>`,
      ];
    }
    case "skipped":
      return [`      <skipped>${text(message)}</skipped>`];
    case "passed":
      return [];
  }
}

function failedSuite(failures: readonly FailedRun[]): readonly string[] {
  const name = "runs that the harness did not finish";
  const head = attributes({
    name,
    tests: failures.length,
    failures: 0,
    errors: failures.length,
    skipped: 0,
    time: "0",
  });
  return [
    `  <testsuite${head}>`,
    ...failures.flatMap(({ scenario, client, mount, code, message, hint }) => [
      `    <testcase${attributes({ classname: `${client} (${mount})`, name: scenario, time: "0" })}>`,
      `      <error${attributes({ message, type: code })}>${text(hint ?? "")}</error>`,
      "    </testcase>",
    ]),
    "  </testsuite>",
  ];
}

function line({ rule, verdict, message }: FindingReport): string {
  return verdict === "fail" ? `${rule}: ${message}` : `${rule} is inconclusive: ${message}`;
}

function seconds(ms: number): string {
  return String(ms / 1_000);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        ` ${name}="${text(String(value)).replaceAll('"', "&quot;").replaceAll("\n", "&#10;")}"`,
    )
    .join("");
}

/** Escaped; characters that XML 1.0 cannot write become U+FFFD. */
function text(raw: string): string {
  return (
    raw
      .toWellFormed()
      // eslint-disable-next-line no-control-regex -- control characters are what it looks for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\uFFFD")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
  );
}
