/** What a finding did over sessions, a letter each. */
import type { RunRecord } from "./session-record.ts";

/** `x` failed, `k` failed and was accepted, `?` could not be judged, `.` held. */
export type Letter = "x" | "k" | "?" | ".";

/** The letter of a rule in a run. */
export function letterOf({ findings, unseen }: RunRecord, rule: string): Letter {
  const finding = findings.find((one) => one.rule === rule);
  if (finding?.verdict === "fail")
    return finding.baseline === "new" && finding.quarantined !== true ? "x" : "k";
  return finding !== undefined || unseen.includes(rule) ? "?" : ".";
}

/** Sessions from `first` to `last` in which a finding did the same, by their numbers. */
export interface Span {
  readonly first: number;
  readonly last: number;
  readonly letter: string;
}

/** A letter a session, a blank where the finding's run was not played. `sessions`: the numbers of the job's sessions, ascending. */
export function trackOf(spans: readonly Span[], sessions: readonly number[]): string {
  return sessions
    .map((id) => spans.find(({ first, last }) => first <= id && id <= last)?.letter ?? " ")
    .join("");
}
