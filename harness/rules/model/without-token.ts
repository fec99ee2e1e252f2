/** When an application wanted a token and had none: what its callers felt of an outage. */
import type { History } from "../../history/event.ts";
import { endOf, operationsOf } from "./reading.ts";
import { wishKey } from "./cache-key.ts";

/** A stretch of time, ms since the Unix epoch. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** From each call that ended without a token to the next good one for the same wish, or to the end; one list of all wishes, in the order in which they ended. */
export function stretchesWithoutToken(history: History): readonly Stretch[] {
  const since = new Map<string, number>();
  const stretches: Stretch[] = [];
  for (const { invoked, completed } of operationsOf(history)) {
    const key = wishKey(history, invoked) ?? invoked.client;
    const from = since.get(key);
    if (completed?.outcome === "ok") {
      if (from !== undefined) stretches.push({ from, to: Math.max(from, completed.at) });
      since.delete(key);
    } else if (from === undefined) since.set(key, invoked.at);
  }
  const end = endOf(history);
  return [...stretches, ...[...since.values()].map((from) => ({ from, to: end }))];
}

/** How long at least one of the stretches lasted, ms. */
export function unionMs(stretches: readonly Stretch[]): number {
  let totalMs = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    totalMs += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return totalMs;
}
