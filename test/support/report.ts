/** Judged runs that the tests of reports share. */
import type { Finding } from "../../harness/rules/rules.ts";
import type { JournalHeader } from "../../harness/history/header.ts";
import { throttledDaemon } from "./history.ts";
import { buildReport, type ReportedSession } from "../../harness/reporting/model/build-report.ts";
import type { ReportModel } from "../../harness/reporting/model/report-model.ts";
import type { JudgedRun } from "../../harness/reporting/model/results.ts";
import type { ReportedRun } from "../../harness/reporting/model/run-report.ts";

/** A finding whose message has characters that XML and Markdown must escape. */
function findingOf(rule: string, verdict: Finding["verdict"]): Finding {
  return {
    rule,
    verdict,
    message: `asked again after 5 s of <60 s> & "more" | ${rule}`,
    evidence: verdict === "fail" ? [6, 3] : [],
    source: "RFC 9110 section 10.2.3",
  };
}

/** The throttled daemon's run with the verdicts of some rules. */
export function judgedRun(
  verdicts: Readonly<Record<string, Finding["verdict"]>>,
  header: Partial<JournalHeader> = {},
): JudgedRun {
  return {
    history: throttledDaemon(header),
    simulatedMs: 61_050,
    findings: Object.entries(verdicts).map(([rule, verdict]) => findingOf(rule, verdict)),
  };
}

/** The report of judged runs; what it shows beside them is the same for each run. */
export function reportOf(
  runs: readonly JudgedRun[],
  session: Partial<ReportedSession> = {},
  beside: Omit<ReportedRun, "run"> | ((run: JudgedRun) => Omit<ReportedRun, "run">) = {},
): ReportModel {
  return buildReport(
    runs.map((run) => ({ run, ...(typeof beside === "function" ? beside(run) : beside) })),
    { seed: "1", brownout: "0.1.0", baseline: [], ...session },
  );
}
