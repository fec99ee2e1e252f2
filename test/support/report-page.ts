/** Histories as the page has them, for its tests. */
import type { History } from "../../harness/history/event.ts";
import type { FindingReport, RunReport } from "../../harness/reporting/model/report-model.ts";
import type { PageHistory } from "../../harness/reporting/page/report.ts";

/** A history without its header. */
export function pageHistory({ header, events }: History): PageHistory {
  return { startedAt: header.startedAt, events };
}

/** A run of the report that passed, but for what is said of it. */
export function runData(told: Partial<RunReport> = {}): RunReport {
  return {
    id: "a--msal-node",
    scenario: "a",
    client: "msal-node 7.2.1",
    mount: "https",
    verdict: "pass",
    expected: true,
    operations: { ok: 1, fail: 0, unknown: 0 },
    requests: { primary: 1, backup: 0, refused: 0 },
    simulatedMs: 1_000,
    cost: { withoutTokenMs: 0, promptsCaused: 0, callsWithheld: 0, slaBudgetShare: 0 },
    findings: [],
    held: [],
    ...told,
  };
}

/** A new failure of a rule, but for what is said of it. */
export function findingData(rule: string, told: Partial<FindingReport> = {}): FindingReport {
  return {
    rule,
    verdict: "fail",
    message: `${rule} was broken`,
    evidence: [1],
    source: "RFC 9110",
    baseline: "new",
    ...told,
  };
}
