/**
 * When faults begin and end: the instants that the composition root writes into the
 * history, so that a reader sees cause before effect. Pure; the layer does not need it.
 */
import type { FaultPlan, FaultWindow } from "./plan.ts";

/** One change of what is broken. `at` is ms since the Unix epoch. */
export type FaultInstant =
  | { readonly kind: "began"; readonly at: number; readonly window: FaultWindow }
  | { readonly kind: "ended"; readonly at: number; readonly window: FaultWindow }
  /** Once, after the last end: what follows is recovery. */
  | { readonly kind: "cleared"; readonly at: number };

export interface FaultSchedule {
  /** In time; at one time ends before begins, otherwise in plan order. */
  readonly instants: readonly FaultInstant[];
  /** ms since the Unix epoch; absent when nothing ever breaks. */
  readonly lastFaultEndsAt?: number;
}

/** The schedule of a plan; a window of no length never opens and is not in it. */
export function createFaultSchedule(options: {
  readonly plan: FaultPlan;
  /** The start of the scenario, ms since the Unix epoch. */
  readonly startedAt: number;
}): FaultSchedule {
  const windows = options.plan.filter((window) => window.for > 0);
  if (windows.length === 0) return { instants: [] };
  const beginAt = (window: FaultWindow): number => options.startedAt + window.from;
  const endAt = (window: FaultWindow): number => beginAt(window) + window.for;
  const lastFaultEndsAt = Math.max(...windows.map(endAt));
  const changes: FaultInstant[] = [
    ...windows.map((window) => ({ kind: "ended" as const, at: endAt(window), window })),
    ...windows.map((window) => ({ kind: "began" as const, at: beginAt(window), window })),
  ];
  // The sort is stable, which keeps ends before begins and both in plan order.
  changes.sort((one, other) => one.at - other.at);
  return { instants: [...changes, { kind: "cleared", at: lastFaultEndsAt }], lastFaultEndsAt };
}
