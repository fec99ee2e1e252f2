/** For how long the callers of an application had no token. */
import type { History } from "../../history/event.ts";
import { cacheKeyOf } from "./cache-key.ts";
import { isOverdue } from "./call-time.ts";
import { endOf, operationsOf } from "./exchanges.ts";
import { hasSucceeded } from "./success.ts";

/** A stretch of time, ms since the Unix epoch. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** From each call that ended without a token, or got it too late, to the next successful one under the same cache key, or to the end of the history; in the order in which the stretches ended. */
export function stretchesWithoutToken(history: History): readonly Stretch[] {
  const since = new Map<string, number>();
  const stretches: Stretch[] = [];
  for (const operation of operationsOf(history)) {
    const { invoked, completed } = operation;
    const key = cacheKeyOf(history, invoked) ?? invoked.client;
    const missingSince = since.get(key);
    const from = missingSince ?? (isOverdue(history, operation) ? invoked.at : undefined);
    if (completed !== undefined && hasSucceeded(history, operation)) {
      if (from !== undefined) stretches.push({ from, to: Math.max(from, completed.at) });
      since.delete(key);
    } else if (missingSince === undefined) since.set(key, invoked.at);
  }
  const end = endOf(history);
  return [...stretches, ...[...since.values()].map((from) => ({ from, to: end }))];
}

/** The total time covered by at least one stretch, ms. */
export function unionMs(stretches: readonly Stretch[]): number {
  let totalMs = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    totalMs += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return totalMs;
}
