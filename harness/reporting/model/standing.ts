/** Where a run and a whole session stand, compared with the baseline and the quarantine. */
import { type ComparedFinding, isQuarantined, isUnexpected, type Results } from "./results.ts";

/** Where a run can stand, the worst first. */
export const standings = [
  "new",
  "inconclusive",
  "known",
  "quarantined",
  "expected",
  "pass",
] as const;

/** Where a run stands, in one word. */
export type Standing = (typeof standings)[number];

/** Where a run with these findings stands: the worst of them decides. */
export function standingOf(findings: readonly ComparedFinding[]): Standing {
  const unexpected = findings.filter(isUnexpected);
  if (unexpected.some(({ verdict }) => verdict === "fail")) return "new";
  if (unexpected.length > 0) return "inconclusive";
  if (findings.some(({ baseline }) => baseline === "known")) return "known";
  if (findings.some(isQuarantined)) return "quarantined";
  return findings.length > 0 ? "expected" : "pass";
}

/** Where a session stands: what decides its headline, its colour and its exit code. */
export type SessionStanding = "not finished" | "unexpected" | "inconclusive" | "expected";

/** Where a session with these results stands: the worst of its runs decides. */
export function sessionStanding(results: Results): SessionStanding {
  const { failures = [], missing = [], totals, runs } = results;
  if (failures.length > 0 || missing.length > 0) return "not finished";
  if (totals.unexpected > 0) return "unexpected";
  return runs.every((run) => run.expected) ? "expected" : "inconclusive";
}

/** The exit code of the command line: 0 as expected, 1 unexpected, 2 the harness failed, 3 inconclusive. */
export function exitCodeOf(standing: SessionStanding): 0 | 1 | 2 | 3 {
  return ({ expected: 0, unexpected: 1, "not finished": 2, inconclusive: 3 } as const)[standing];
}
