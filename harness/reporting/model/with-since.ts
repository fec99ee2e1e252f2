/** Adds to a report since when its findings are there, which only an archive of earlier runs knows: pure. */
import { brokenRuns, inconclusiveRuns } from "./groups.ts";
import type { ReportModel } from "./report-model.ts";
import { given } from "./run-report.ts";

/** A finding of a report as the archive names it: by the client's name, without its version. */
interface NamedFinding {
  readonly scenario: string;
  readonly client: string;
  readonly mount: string;
  readonly rule: string;
}

/** The report, with what `sinceTextOf` says of each finding; where it says nothing the finding stays as it is. */
export function withSince(
  model: ReportModel,
  sinceTextOf: (finding: NamedFinding) => string | undefined,
): ReportModel {
  const runs = model.runs.map((run, index) => {
    const client = model.results.runs[index]?.client.name ?? run.client;
    const { scenario, mount } = run;
    const findings = run.findings.map((finding) => ({
      ...finding,
      ...given("sinceText", sinceTextOf({ scenario, client, mount, rule: finding.rule })),
    }));
    return { ...run, findings };
  });
  return { ...model, runs, broken: brokenRuns(runs), inconclusive: inconclusiveRuns(runs) };
}
