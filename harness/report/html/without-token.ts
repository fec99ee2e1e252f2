/**
 * For how long an application asked for a token and got none: what an outage costs its users,
 * whatever rule it broke. A call that fails opens a stretch for its caller and what it asked
 * for; the next call for the same that ends well closes it.
 */
import { endOf, operationsOf, type Operation } from "../../check/reading.ts";
import type { History } from "../../history/event.ts";

export interface WithoutToken {
  /** Calls that failed or were given up. */
  readonly calls: number;
  /** The instances that made them, in order of appearance. */
  readonly clients: readonly string[];
  /** Time in which at least one of them had asked in vain, ms. */
  readonly totalMs: number;
  /** ms since the start of the run. */
  readonly fromMs: number;
  /** The last of them; ms since the start. */
  readonly toMs: number;
  /** At the end of the run somebody was still without. */
  readonly isOpen: boolean;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Nothing when every call ended well, or none was made. */
export function withoutTokenOf(history: History): WithoutToken | undefined {
  const end = endOf(history);
  const failed = operationsOf(history).filter(isInVain);
  const [first] = failed;
  if (first === undefined) return undefined;
  const open = new Map<string, number>();
  const stretches: Stretch[] = [];
  const calls = operationsOf(history).filter(({ completed }) => completed !== undefined);
  for (const call of calls.toSorted((a, b) => settledAt(a, end) - settledAt(b, end))) {
    const key = keyOf(call);
    const since = open.get(key);
    if (isInVain(call) && since === undefined) open.set(key, call.invoked.at);
    if (call.completed?.outcome !== "ok" || since === undefined) continue;
    stretches.push({ from: since, to: settledAt(call, end) });
    open.delete(key);
  }
  for (const from of open.values()) stretches.push({ from, to: end });
  const { startedAt } = history.header;
  return {
    calls: failed.length,
    clients: [...new Set(failed.map(({ invoked }) => invoked.client))],
    totalMs: lengthOf(stretches),
    fromMs: Math.min(...stretches.map(({ from }) => from)) - startedAt,
    toMs: Math.max(...stretches.map(({ to }) => to)) - startedAt,
    isOpen: open.size > 0,
  };
}

function isInVain({ completed }: Operation): boolean {
  if (completed === undefined || completed.outcome === "ok") return false;
  return completed.outcome === "fail" || completed.reason === "caller-timeout";
}

function settledAt({ completed }: Operation, end: number): number {
  return completed?.at ?? end;
}

/** Who asks for what; an application's own call is known by its name. */
function keyOf({ invoked: { client, flow, app, user, scopes } }: Operation): string {
  const what = flow === "custom" ? app : scopes.toSorted().join(" ");
  return JSON.stringify([client, user ?? "", what]);
}

/** How long at least one stretch lasts, ms. */
function lengthOf(stretches: readonly Stretch[]): number {
  let total = 0;
  let until = -Infinity;
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    total += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return total;
}
