/** Judged runs that the tests of reports share. */
import type { Finding } from "../../harness/rules/rules.ts";
import type { JournalHeader } from "../../harness/history/event.ts";
import { throttledDaemon } from "./history.ts";
import type { JudgedRun } from "../../harness/reporting/model/results.ts";

/** What a rule said, with words that XML and Markdown would trip over. */
function findingOf(rule: string, verdict: Finding["verdict"]): Finding {
  return {
    rule,
    verdict,
    message: `asked again after 5 s of <60 s> & "more" | ${rule}`,
    evidence: verdict === "fail" ? [6, 3] : [],
    source: "RFC 9110 section 10.2.3",
  };
}

/** The throttled daemon's run with what rules said of it. */
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
