/**
 * What changed in the latest session that was not reported before: pure. A finding is reported
 * once when it appears and once when it is fixed; one that comes and goes is reported a last
 * time, as `flickers`. What the baseline or the quarantine accepts is not reported.
 */
import {
  failuresOf,
  findingKey,
  type FindingName,
  type SeenFinding,
  stateOf,
} from "./session-record.ts";
import { type ArchivedSession, trendsOf } from "./finding-trends.ts";

/** What was last reported of a finding. */
export interface ReportedChange extends FindingName {
  readonly kind: "appeared" | "fixed" | "flickers";
}

/** A change to report. */
export interface FindingChange extends ReportedChange {
  readonly finding: SeenFinding;
}

/** The changes of the last of the sessions, after those that were reported. */
export function changesToReport(
  sessions: readonly ArchivedSession[],
  reported: readonly ReportedChange[],
): readonly FindingChange[] {
  const latest = sessions.at(-1);
  if (latest === undefined) return [];
  const lastReported = new Map(reported.map((item) => [findingKey(item), item]));
  const flickering = new Map(
    trendsOf(sessions)
      .filter(({ kind }) => kind === "flickers")
      .map((trend) => [findingKey(trend), trend.last]),
  );
  const failing = failuresOf(latest);
  const changes: FindingChange[] = [];
  const report = (kind: FindingChange["kind"], finding: SeenFinding): void => {
    const { scenario, client, rule } = finding;
    changes.push({ kind, scenario, client, rule, finding });
  };
  for (const [key, finding] of failing) {
    const before = lastReported.get(key)?.kind;
    if (!isUnexpected(finding) || before === "appeared") continue;
    // It was reported as coming and going; once it stays, it is reported again.
    if (before === "flickers" && flickering.has(key)) continue;
    report(flickering.has(key) ? "flickers" : "appeared", finding);
  }
  for (const [key, item] of lastReported) {
    if (item.kind !== "appeared" || stateOf(latest, item) !== "fine") continue;
    const seen = lastSeen(sessions, key);
    // It is in quarantine and holds for now, which is not a fix.
    if (seen?.quarantined === true) continue;
    const finding = seen ?? { ...item, ...UNKNOWN };
    report(flickering.has(key) ? "flickers" : "fixed", finding);
  }
  return changes;
}

function isUnexpected({ baseline, quarantined }: SeenFinding): boolean {
  return baseline === "new" && quarantined === undefined;
}

/** For what was reported longer ago than the sessions reach. */
const UNKNOWN = { version: "", verdict: "fail", message: "", baseline: "new" } as const;

function lastSeen(sessions: readonly ArchivedSession[], key: string): SeenFinding | undefined {
  return sessions.flatMap((session) => failuresOf(session).get(key) ?? []).at(-1);
}
