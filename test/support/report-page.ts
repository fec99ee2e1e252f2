/** Histories as the page has them, for its tests. */
import type { History } from "../../harness/history/event.ts";
import type {
  FindingReport,
  ScenarioCell,
  ScenarioRow,
} from "../../harness/reporting/model/report-model.ts";
import type { PageHistory } from "../../harness/reporting/formats/slim-history.ts";

/** A history without its header. */
export function pageHistory({ header, events }: History): PageHistory {
  return { startedAt: header.startedAt, events };
}

/** A cell of the table of scenarios: a run that passed, unless `changes` say otherwise. */
export function scenarioCell(changes: Partial<ScenarioCell> = {}): ScenarioCell {
  return {
    id: "a--msal-node",
    scenario: "a",
    client: "msal-node 7.2.1",
    mount: "https",
    standing: "pass",
    rules: [],
    ...changes,
  };
}

/** A row of the table of scenarios with these cells. */
export function scenarioRow(
  scenario: string,
  runs: readonly ScenarioCell[],
  changes: Partial<ScenarioRow> = {},
): ScenarioRow {
  return { scenario, runs, failed: [], ...changes };
}

/** A new failure of a rule, unless `changes` say otherwise. */
export function findingReport(rule: string, changes: Partial<FindingReport> = {}): FindingReport {
  return {
    rule,
    verdict: "fail",
    message: `${rule} was broken`,
    evidence: [1],
    source: "RFC 9110",
    baseline: "new",
    standing: "new",
    ...changes,
  };
}
