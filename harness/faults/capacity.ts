/**
 * The state of a `capacity` window: when requests came, when one was served, and when the load
 * was last too high. `layer.ts` asks it about each request of the window, and answers those that
 * it rejects like any other fault. State and arithmetic only, without chance or a clock. The model
 * and its source are at the type in `plan.ts`.
 */
import type { CapacityEffect } from "./plan.ts";

export interface Capacity {
  /** Counts a request at that time, in ms since the Unix epoch and not before the previous one; true when it is rejected. */
  sheds(atMs: number): boolean;
}

/** The service of one window, at its full capacity. */
export function createCapacity(effect: CapacityEffect): Capacity {
  const { requests, perMs } = effect;
  const offered = createTimes(requests + 1);
  const served = createTimes(requests);
  let calmFromMs: number | undefined;

  return {
    sheds(atMs) {
      offered.add(atMs);
      // The load is too high as long as more requests count than the service can serve.
      const tooManySinceMs = offered.fromLast(requests);
      if (tooManySinceMs !== undefined && tooManySinceMs > atMs - perMs) {
        calmFromMs = tooManySinceMs + perMs;
      }
      const servable = calmFromMs === undefined ? requests : servableAt(effect, atMs - calmFromMs);
      const isFull = servable === 0 || (served.fromLast(servable - 1) ?? -Infinity) > atMs - perMs;
      if (!isFull) served.add(atMs);
      return isFull;
    },
  };
}

const MINUTE_MS = 60_000;
/** Shares are fractions of ten, which binary figures miss by less than this. */
const ROUNDING = 1e-9;

/** How many requests the service can serve in `perMs`, that long after the load was last too high; a negative time is before that. */
function servableAt(
  { requests, collapsesTo, regrowsPerMinute }: CapacityEffect,
  calmForMs: number,
): number {
  const regrown = (regrowsPerMinute * Math.max(0, calmForMs)) / MINUTE_MS;
  return Math.floor(Math.min(1, collapsesTo + regrown) * requests + ROUNDING);
}

interface Times {
  readonly add: (atMs: number) => void;
  /** The time that many before the last one, 0 for the last; undefined when there were fewer. */
  readonly fromLast: (back: number) => number | undefined;
}

/** Keeps the last `size` times and no more, so that many requests cost no memory. */
function createTimes(size: number): Times {
  const times: number[] = [];
  let count = 0;
  return {
    add(atMs) {
      times[count % size] = atMs;
      count += 1;
    },
    fromLast: (back) => (back < count ? times[(count - 1 - back) % size] : undefined),
  };
}
