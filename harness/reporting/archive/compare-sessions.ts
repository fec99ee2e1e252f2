/** What changed between two sessions of runs: pure. */
import type { Differences } from "./change.ts";
import { differencesBetween } from "./differences.ts";
import { type ScoreChange, scoreChanges } from "./score-moves.ts";
import {
  failuresOf,
  findingKey,
  type RunRecord,
  type SessionRecord,
  runKey,
  type SeenFinding,
  stateOf,
} from "./session-record.ts";

/** What changed from one session to another. */
export interface Comparison {
  /** Failures of the second session that the first had not; its runs of new scenarios count. */
  readonly appeared: readonly SeenFinding[];
  /** Failures of the first session whose rule held in the second. */
  readonly gone: readonly SeenFinding[];
  /** Failures of the first session of which the second says nothing: not run, or nothing seen. */
  readonly unseen: readonly SeenFinding[];
  /** How many failures both have. */
  readonly stayed: number;
  /** Those of them that say something else: perhaps worse. */
  readonly changed: readonly { readonly from: SeenFinding; readonly to: SeenFinding }[];
  /** Clients whose version changed. */
  readonly versions: readonly {
    readonly client: string;
    readonly from: string;
    readonly to: string;
  }[];
  /** What else differs: packages that were loaded, commits, Node, edition, seed. */
  readonly differences: Differences;
  /** Clients whose sign-in was available for another share of the outages. */
  readonly scores: readonly ScoreChange[];
  /** Runs of one session alone, as `scenario client`. */
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
  /** Runs that cost more or less time without a token, the greatest change first; ms. Without those that were inconclusive, of which it is not known. */
  readonly costs: readonly CostChange[];
}

/** A run whose time without a token changed. */
export interface CostChange {
  readonly scenario: string;
  readonly client: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Compares two sessions, the earlier first. */
export function compareSessions(first: SessionRecord, second: SessionRecord): Comparison {
  const [before, after] = [failuresOf(first), failuresOf(second)];
  const left = [...before.values()].filter((finding) => !after.has(findingKey(finding)));
  const firstRuns = byKey(first.runs);
  const secondRuns = byKey(second.runs);
  return {
    appeared: [...after.values()].filter((finding) => !before.has(findingKey(finding))),
    gone: left.filter((finding) => stateOf(second, finding) === "fine"),
    unseen: left.filter((finding) => stateOf(second, finding) === "unseen"),
    stayed: before.size - left.length,
    changed: [...after].flatMap(([key, to]) => {
      const from = before.get(key);
      return from === undefined || from.message === to.message ? [] : [{ from, to }];
    }),
    versions: versionChanges(first.runs, second.runs),
    differences: differencesBetween(first, second),
    scores: scoreChanges(first.facts?.scores, second.facts?.scores),
    onlyFirst: [...firstRuns.keys()].filter((key) => !secondRuns.has(key)),
    onlySecond: [...secondRuns.keys()].filter((key) => !firstRuns.has(key)),
    costs: [...secondRuns]
      .flatMap(([key, { scenario, client, cost, verdict }]): readonly CostChange[] => {
        const first = firstRuns.get(key);
        if (verdict === "inconclusive" || first?.verdict === "inconclusive") return [];
        const fromMs = first?.cost.withoutTokenMs ?? cost.withoutTokenMs;
        const toMs = cost.withoutTokenMs;
        return fromMs === toMs ? [] : [{ scenario, client, fromMs, toMs }];
      })
      .toSorted((a, b) => Math.abs(b.toMs - b.fromMs) - Math.abs(a.toMs - a.fromMs)),
  };
}

function byKey(runs: readonly RunRecord[]): ReadonlyMap<string, RunRecord> {
  return new Map(runs.map((run) => [runKey(run), run]));
}

function versionChanges(
  first: readonly RunRecord[],
  second: readonly RunRecord[],
): Comparison["versions"] {
  const versionsOf = (runs: readonly RunRecord[]) =>
    new Map(
      [...Map.groupBy(runs, ({ client }) => client)].map(
        ([client, theirs]) =>
          [client, [...new Set(theirs.map(({ version }) => version))].sort().join(", ")] as const,
      ),
    );
  const before = versionsOf(first);
  return [...versionsOf(second)].flatMap(([client, to]) => {
    const from = before.get(client);
    return from === undefined || from === to ? [] : [{ client, from, to }];
  });
}
