/**
 * The results as JUnit XML, which every CI shows: a suite for each client and mount, a test
 * case for each run. What the baseline knows passes and is told in `system-out`; what is
 * inconclusive is skipped, since JUnit has no third verdict. The first suite tells all that is
 * in quarantine. Times are virtual. The form is that of Jenkins (`test/schemas/jenkins-junit.xsd`),
 * the strictest of those that readers go by.
 */
import { costText } from "./cost-text.ts";
import { quarantineLines } from "./quarantine.ts";
import {
  type ComparedFinding,
  type FailedRun,
  isUnexpected,
  type Results,
  type RunResult,
} from "./results.ts";

/** The text of `junit.xml`. */
export function writeJunit(results: Results): string {
  const suites = Map.groupBy(
    results.runs,
    ({ client, mount }) => `${client.name} ${client.version} (${mount})`,
  );
  const { totals, failures = [] } = results;
  const head = attributes({
    name: "brownout",
    tests: totals.runs + failures.length,
    failures: results.runs.filter((run) => caseKindOf(run) === "failure").length,
    errors: failures.length,
    time: seconds(totals.simulatedMs),
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${head}>`,
    ...[...suites].flatMap(([name, runs], index) =>
      suite(name, runs, index === 0 ? quarantineLines(results) : []),
    ),
    ...(failures.length === 0 ? [] : failedSuite(failures)),
    "</testsuites>",
    "",
  ].join("\n");
}

function suite(name: string, runs: readonly RunResult[], quarantine: readonly string[]): string[] {
  const head = attributes({
    name,
    tests: runs.length,
    failures: runs.filter((run) => caseKindOf(run) === "failure").length,
    errors: 0,
    skipped: runs.filter((run) => caseKindOf(run) === "skipped").length,
    time: seconds(runs.reduce((sum, run) => sum + run.simulatedMs, 0)),
  });
  const told = ["In quarantine:", ...quarantine].join("\n");
  return [
    `  <testsuite${head}>`,
    ...runs.flatMap((run) => testCase(name, run)),
    ...(quarantine.length === 0 ? [] : [`    <system-out>${text(told)}</system-out>`]),
    "  </testsuite>",
  ];
}

function testCase(suiteName: string, run: RunResult): string[] {
  const head = attributes({
    classname: suiteName,
    name: run.scenario,
    time: seconds(run.simulatedMs),
  });
  const found = run.findings.filter(isUnexpected);
  const quarantined = run.findings.filter((finding) => finding.quarantined === true);
  const known = run.findings.filter(({ baseline }) => baseline === "known");
  const cost = costText(run.cost);
  const told = [
    ...(cost === undefined ? [] : [`Cost: ${cost}.`]),
    ...(known.length === 0 ? [] : [`Known: ${known.map(line).join("\n")}`]),
    ...quarantined.map((finding) => `In quarantine: ${line(finding)}`),
  ];
  const inner = [
    ...outcome(caseKindOf(run), found),
    ...(told.length === 0 ? [] : [`      <system-out>${text(told.join("\n"))}</system-out>`]),
  ];
  if (inner.length === 0) return [`    <testcase${head}/>`];
  return [`    <testcase${head}>`, ...inner, "    </testcase>"];
}

function outcome(
  kind: "failure" | "skipped" | "passed",
  found: readonly ComparedFinding[],
): string[] {
  const message = found.map(line).join("; ");
  switch (kind) {
    case "failure": {
      const type = found.find(({ verdict }) => verdict === "fail")?.rule ?? "";
      const detail = found.map((finding) => `${line(finding)}\nSource: ${finding.source}`);
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

function failedSuite(failures: readonly FailedRun[]): string[] {
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

function caseKindOf(run: RunResult): "failure" | "skipped" | "passed" {
  const found = run.findings.filter(isUnexpected);
  if (found.some(({ verdict }) => verdict === "fail")) return "failure";
  return found.length > 0 ? "skipped" : "passed";
}

function line({ rule, verdict, message }: ComparedFinding): string {
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

/** Escaped; characters that XML 1.0 has no way to write become U+FFFD. */
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
