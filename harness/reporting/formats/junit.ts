/**
 * The results as JUnit XML, which every CI service shows: one suite, named by the job, with a
 * test case for each rule of each run (`test-cases.ts`). What is accepted is skipped with its
 * reason; what is inconclusive is an error, since it makes the exit code 3. `time` is real time;
 * virtual time is in the properties and the output. The form is that of the readers of Jenkins
 * (`test/schemas/jenkins-junit.xsd`), with `file` in test cases for GitLab and CircleCI.
 */
import type { ReportModel } from "../model/report-model.ts";
import type { RunFacts } from "../model/run-facts.ts";
import { attributes, seconds, text } from "./junit-text.ts";
import { suiteName, type TestCase, testCasesOf } from "./test-cases.ts";

/** The text of `junit.xml`. */
export function writeJunit(model: ReportModel, facts: RunFacts): string {
  const cases = testCasesOf(model, facts);
  const countOf = (outcome: TestCase["outcome"]): number =>
    cases.filter((one) => one.outcome === outcome).length;
  const counts = {
    tests: cases.length,
    failures: countOf("failed"),
    errors: countOf("error"),
    time: seconds(facts.durationMs),
  };
  const listed = ["In quarantine:", ...model.quarantine].join("\n");
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: "brownout", ...counts })}>`,
    `  <testsuite${attributes({
      name: suiteName(facts),
      ...counts,
      skipped: countOf("skipped"),
      timestamp: facts.startedAt.replace(/(?:\.\d+)?Z$/, ""),
      hostname: facts.host,
    })}>`,
    "    <properties>",
    ...propertiesOf(model, facts).map(
      ([name, value]) => `      <property${attributes({ name, value })}/>`,
    ),
    "    </properties>",
    ...cases.flatMap(testCase),
    ...(model.quarantine.length === 0 ? [] : [`    <system-out>${text(listed)}</system-out>`]),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

/** What a reader wants to know of a session when it looks at one of its cases. */
function propertiesOf(
  { runs, totals, results }: ReportModel,
  facts: RunFacts,
): readonly (readonly [string, string])[] {
  const { job, seed, edition, commit, branch, build, label, brownout, node, os, clients } = facts;
  const mounts = [...new Set(runs.map(({ mount }) => mount))];
  const optional = { edition, commit, branch, build, label };
  return [
    ["job", job],
    ["seed", seed],
    ...Object.entries(optional).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
    ["mount", mounts.join(", ")],
    ["brownout", brownout],
    ["node", node],
    ["os", os],
    ...(results.scores ?? []).map(
      ({ client, score }) => [`score.${client}`, String(score)] as const,
    ),
    ["virtual-seconds", seconds(totals.simulatedMs)],
    ...clients.map(({ name, version }) => [`client.${name}`, version] as const),
  ];
}

function testCase(one: TestCase): readonly string[] {
  const { scenario, client, name, durationMs, file, notes, attachments } = one;
  const head = attributes({
    // Jenkins takes what is before the last dot for a package.
    classname: `${withoutDots(scenario)}.${withoutDots(client)}`,
    name,
    time: seconds(durationMs),
    file,
  });
  // Jenkins (with its plugin for attachments) and GitLab read these lines.
  const output = [...notes, ...attachments.map((path) => `[[ATTACHMENT|${path}]]`)];
  const inner = [
    ...outcome(one),
    ...(output.length === 0 ? [] : [`      <system-out>${text(output.join("\n"))}</system-out>`]),
  ];
  if (inner.length === 0) return [`    <testcase${head}/>`];
  return [`    <testcase${head}>`, ...inner, "    </testcase>"];
}

function outcome({ outcome: kind, name, message, detail }: TestCase): readonly string[] {
  switch (kind) {
    case "passed":
      return [];
    case "skipped":
      return [`      <skipped${attributes({ message })}/>`];
    case "failed":
      return element("failure", { message, type: name }, [message, ...detail]);
    case "error":
      return element("error", { message, type: name }, [message, ...detail]);
  }
}

function element(
  tag: "failure" | "error",
  values: Readonly<Record<string, string>>,
  lines: readonly string[],
): readonly string[] {
  return [`      <${tag}${attributes(values)}>${text(lines.join("\n"))}</${tag}>`];
}

function withoutDots(name: string): string {
  return name.replaceAll(".", "_");
}
