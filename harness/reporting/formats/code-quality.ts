/**
 * Findings as GitLab's Code Quality report, which merge requests show beside the changed lines.
 * What the baseline or the quarantine knows is left out: the format has no way to accept a finding.
 *
 * https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
 */
import type { ReportModel } from "../model/report-model.ts";
import type { RunFacts } from "../model/run-facts.ts";
import { foundCasesOf } from "./found-cases.ts";

/** The text of `gl-code-quality-report.json`. */
export function writeCodeQuality(model: ReportModel, facts: RunFacts): string {
  const issues = foundCasesOf(model, facts)
    .filter(({ finding }) => finding.acceptedAs === undefined)
    .map(({ scenario, client, name, message, outcome, file, fingerprint }) => ({
      description: `${name} in ${scenario}, ${client}: ${message}`,
      check_name: name,
      fingerprint,
      severity: outcome === "failed" ? "major" : "minor",
      location: { path: file, lines: { begin: 1 } },
    }));
  return `${JSON.stringify(issues, null, 2)}\n`;
}
