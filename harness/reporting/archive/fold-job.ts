/** How what is known of a whole job goes on with a session: pure. */
import type { ChangeDetail, Problem } from "./change.ts";
import type { FindingState, JobState, Report } from "./ledger-state.ts";
import type { ArchivedSession } from "./session-record.ts";

/** The job after a session; reports what kept the session from its end, once until one ends well. */
export function foldJob(
  before: JobState | undefined,
  session: ArchivedSession,
  report: Report,
): JobState {
  const state = before ?? { problems: [], reportedAt: session.recordedAt, quietRuns: 0 };
  const problems = problemsOf(session);
  const known = new Set(state.problems.map(problemKey));
  for (const problem of problems) {
    if (!known.has(problemKey(problem))) report({}, { kind: "unknown", problem });
  }
  if (problems.length === 0 && state.problems.length > 0)
    report({}, { kind: "fixed", was: "not-run" });
  return { ...state, problems };
}

/** Problems of the session itself; those of its runs are reported with these. */
function problemsOf({ facts, failures = [] }: ArchivedSession): readonly Problem[] {
  if (facts === undefined || facts.outcome === "finished") return [];
  const ofRuns = new Set(failures.map(({ message }) => message));
  const own = (facts.problems ?? []).filter(({ message }) => !ofRuns.has(message));
  if (own.length > 0 || (facts.outcome === "failed" && failures.length > 0)) return own;
  const how = facts.outcome === "interrupted" ? "was interrupted" : "did not come to its end";
  return [{ code: facts.outcome, message: `the run ${how}` }];
}

function problemKey({ code, place }: Problem): string {
  return JSON.stringify([code, place]);
}

/** What is said of an archive that was damaged, in the first session after it. */
export function lostChange(keptAs: string, findings: readonly FindingState[]): ChangeDetail {
  const open = findings
    .filter(isOpen)
    .map(({ subject }) => `${subject.scenario}, ${subject.client}: ${subject.rule}`);
  return { kind: "archive-lost", keptAs, open };
}

/** The heartbeat of a session without any change; undefined while the last report is not long ago. */
export function heartbeatOf(
  { reportedAt, quietRuns }: JobState,
  {
    session,
    findings,
    heartbeatMs,
  }: {
    readonly session: ArchivedSession;
    readonly findings: readonly FindingState[];
    readonly heartbeatMs: number | undefined;
  },
): ChangeDetail | undefined {
  const quietMs = Date.parse(session.recordedAt) - Date.parse(reportedAt);
  if (heartbeatMs === undefined || quietMs < heartbeatMs) return undefined;
  return { kind: "heartbeat", runs: quietRuns + 1, open: findings.filter(isOpen).length };
}

/** Whether a finding is there and was not accepted. */
export function isOpen({ open }: Pick<FindingState, "open">): boolean {
  return open?.reported !== undefined && open.reported !== "gone" && !open.accepted;
}
