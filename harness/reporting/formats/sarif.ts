/**
 * Findings as SARIF 2.1.0, for GitHub's code scanning and other readers. What the baseline, the
 * quarantine or the scenario knows is suppressed with its reason; a rule that is inconclusive is
 * a warning.
 *
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
import type { ReportModel } from "../model/report-model.ts";
import type { RunFacts } from "../model/run-facts.ts";
import { type FoundCase, foundCasesOf } from "./found-cases.ts";
import { suiteName } from "./test-cases.ts";

/** The text of `brownout.sarif`. */
export function writeSarif(model: ReportModel, facts: RunFacts): string {
  const cases = foundCasesOf(model, facts);
  const ids = [...new Set(cases.map(({ name }) => name))].toSorted();
  const { startedAt, endedAt, exitCode, outcome, command, problems } = facts;
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Brownout",
            semanticVersion: facts.brownout,
            rules: ids.map((id) => ruleOf(id, model)),
          },
        },
        // One category in code scanning for each job.
        automationDetails: { id: `brownout/${suiteName(facts)}/` },
        invocations: [
          {
            commandLine: command,
            startTimeUtc: startedAt,
            endTimeUtc: endedAt,
            exitCode,
            executionSuccessful: outcome === "finished",
            toolExecutionNotifications: problems.map(({ message, place }) => ({
              level: "error",
              message: { text: place === undefined ? message : `${place}: ${message}` },
            })),
          },
        ],
        results: cases.map((one) => resultOf(one, ids)),
        properties: { job: facts.job, seed: facts.seed, clients: facts.clients },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf(id: string, { rules, runs }: ReportModel) {
  const { says = id, fix } = rules[id] ?? {};
  const found = runs.flatMap(({ findings }) => findings).find(({ rule }) => rule === id);
  const help = [fix, found === undefined ? undefined : `Source: ${found.source}`]
    .filter((line) => line !== undefined)
    .join("\n\n");
  return {
    id,
    shortDescription: { text: says },
    help: { text: help === "" ? says : help },
  };
}

function resultOf(one: FoundCase, ids: readonly string[]) {
  const { scenario, client, name, finding, run, file, detail, fingerprint, attachments } = one;
  const { acceptedAs, reason } = finding;
  const said = finding.verdict === "fail" ? finding.message : `inconclusive: ${finding.message}`;
  return {
    ruleId: name,
    ruleIndex: ids.indexOf(name),
    level: finding.verdict === "fail" ? "error" : "warning",
    message: { text: [`${scenario}, ${client}: ${said}`, ...detail].join("\n") },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file), uriBaseId: "%SRCROOT%" },
          region: { startLine: 1 },
        },
        logicalLocations: [{ name: scenario, fullyQualifiedName: `${scenario}.${client}` }],
      },
    ],
    partialFingerprints: { "brownoutFinding/v1": fingerprint },
    ...(acceptedAs === undefined
      ? {}
      : {
          suppressions: [
            { kind: "external", justification: `${acceptedAs}: ${reason ?? "without a reason"}` },
          ],
        }),
    ...(attachments.length === 0
      ? {}
      : {
          attachments: attachments.map((path) => ({
            description: { text: "The journal of the run" },
            artifactLocation: { uri: encodeURI(path), uriBaseId: "%SRCROOT%" },
          })),
        }),
    properties: { mount: run.mount, client: run.client },
  };
}
