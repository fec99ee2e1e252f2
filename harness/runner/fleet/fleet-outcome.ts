/** What a played fleet says: whether it came back, when, and at what cost. */
import { minutes } from "../../core/time/duration.ts";
import type { FleetPlan } from "./fleet-plan.ts";
import type { FleetSeries } from "./fleet-tally.ts";

/** A fleet is back when no more than this share of its clients is without a token, … */
const BACK_SHARE = 0.01;
/** … and stays so for this long. */
const BACK_FOR_MS = minutes(10);

/** How an outage ended for a fleet. Shares are 0 to 1. */
export interface FleetOutcome {
  /** From the end of the last outage until the fleet was back, ms; absent when it was not by the end. */
  readonly backAfterMs?: number;
  /** The largest share of clients without a token after the fleet was back: tokens that were renewed together expire together. */
  readonly mostWithoutLater?: number;
  /** Requests for each one that was served to a caller who still waited, from the outage until the fleet was back. */
  readonly sentForEachServed: number;
  /** The share of the work that was done for callers who had hung up. */
  readonly wastedShare: number;
  /** The most requests of a second, to those that the service can serve in one. */
  readonly peakToCapacity: number;
  /** The largest share of clients without a token. */
  readonly mostWithout: number;
  /** The time that clients were without a token, added up over all of them, minutes. */
  readonly clientMinutesWithout: number;
}

/** Reads the counts of a played plan, which has an outage. */
export function outcomeOf(plan: FleetPlan, series: FleetSeries): FleetOutcome {
  const { outages, perSecond } = plan.service;
  const fromSecond = Math.floor((outages[0]?.fromMs ?? 0) / 1_000);
  const last = outages.at(-1);
  const endMs = last === undefined ? 0 : last.fromMs + last.forMs;
  const backSecond = backAt(plan, series, endMs);
  const until = backSecond ?? series.without.length;
  const sum = (counts: ArrayLike<number>): number => sumOf(counts, fromSecond, until);
  const served = sum(series.served);
  const wasted = sum(series.wasted);
  return {
    ...(backSecond === undefined
      ? {}
      : {
          backAfterMs: Math.max(0, backSecond * 1_000 - endMs),
          mostWithoutLater: mostOf(series.without, backSecond) / plan.clients,
        }),
    sentForEachServed: sum(series.offered) / Math.max(1, served),
    wastedShare: wasted / Math.max(1, wasted + served),
    peakToCapacity: mostOf(series.offered, fromSecond) / perSecond,
    mostWithout: mostOf(series.without, fromSecond) / plan.clients,
    clientMinutesWithout: sumOf(series.without, fromSecond, series.without.length) / 60,
  };
}

/** The first second after the outage from which the fleet is back; undefined when there is none before the end. */
function backAt({ clients }: FleetPlan, { without }: FleetSeries, endMs: number) {
  const bound = clients * BACK_SHARE;
  let from = Math.ceil(endMs / 1_000);
  for (let second = from; second < without.length; second += 1) {
    if ((without[second] ?? 0) > bound) from = second + 1;
    else if ((second - from + 1) * 1_000 >= BACK_FOR_MS) return from;
  }
  return undefined;
}

function sumOf(counts: ArrayLike<number>, from: number, until: number): number {
  let sum = 0;
  for (let second = from; second < until; second += 1) sum += counts[second] ?? 0;
  return sum;
}

function mostOf(counts: ArrayLike<number>, from: number): number {
  let most = 0;
  for (let second = from; second < counts.length; second += 1)
    most = Math.max(most, counts[second] ?? 0);
  return most;
}

/** Of several played plans the one that came back with the fewest requests for each that was served; undefined when none came back. */
export function cheapestOf<Played extends { readonly outcome: FleetOutcome }>(
  played: readonly Played[],
): Played | undefined {
  return played
    .filter(({ outcome }) => outcome.backAfterMs !== undefined)
    .toSorted((one, other) => one.outcome.sentForEachServed - other.outcome.sentForEachServed)[0];
}
