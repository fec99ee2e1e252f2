/**
 * What the latest session has to say that nobody was told before: pure. A finding is news
 * once when it appears and once when it is gone; one that comes and goes is news a last
 * time, as flickering. What the baseline knows, or the quarantine, is no news.
 */
import { failuresOf, findingKey, type FindingName, type SeenFinding, stateOf } from "./played.ts";
import { type ArchivedSession, trendsOf } from "./trend.ts";

/** What somebody was told of a finding last. */
export interface Told extends FindingName {
  readonly kind: "appeared" | "fixed" | "flickers";
}

/** Something to tell. */
export interface NewsItem extends Told {
  readonly finding: SeenFinding;
}

/** The news of the last of the sessions, after what has been told. */
export function newsOf(
  sessions: readonly ArchivedSession[],
  told: readonly Told[],
): readonly NewsItem[] {
  const latest = sessions.at(-1);
  if (latest === undefined) return [];
  const lastTold = new Map(told.map((item) => [findingKey(item), item]));
  const flickering = new Map(
    trendsOf(sessions)
      .filter(({ kind }) => kind === "flickers")
      .map((trend) => [findingKey(trend), trend.last]),
  );
  const failing = failuresOf(latest);
  const items: NewsItem[] = [];
  const tell = (kind: NewsItem["kind"], finding: SeenFinding): void => {
    const { scenario, client, rule } = finding;
    items.push({ kind, scenario, client, rule, finding });
  };
  for (const [key, finding] of failing) {
    const before = lastTold.get(key)?.kind;
    if (!isNews(finding) || before === "appeared") continue;
    // It has come and gone for long enough; when it has come to stay, it is news again.
    if (before === "flickers" && flickering.has(key)) continue;
    tell(flickering.has(key) ? "flickers" : "appeared", finding);
  }
  for (const [key, item] of lastTold) {
    if (item.kind !== "appeared" || stateOf(latest, item) !== "fine") continue;
    const seen = lastSeen(sessions, key);
    // It comes and goes, and has gone: nobody can act on that.
    if (seen?.quarantined === true) continue;
    const finding = seen ?? { ...item, ...UNKNOWN };
    tell(flickering.has(key) ? "flickers" : "fixed", finding);
  }
  return items;
}

function isNews({ baseline, quarantined }: SeenFinding): boolean {
  return baseline === "new" && quarantined === undefined;
}

/** Of what was told longer ago than the sessions reach. */
const UNKNOWN = { version: "", verdict: "fail", message: "", baseline: "new" } as const;

function lastSeen(sessions: readonly ArchivedSession[], key: string): SeenFinding | undefined {
  return sessions.flatMap((session) => failuresOf(session).get(key) ?? []).at(-1);
}
