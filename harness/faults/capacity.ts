/**
 * What a `capacity` window remembers: when requests came, when one was served, and when the
 * load was last too high. `layer.ts` asks it about each request of its window; whom it sheds
 * is then answered like any other fault. State and arithmetic only: no chance, no clock of
 * its own. The model and its source stand with the type in `plan.ts`.
 */
import type { CapacityEffect } from "./plan.ts";

export interface Capacity {
  /** Counts a request at that time, ms since the Unix epoch and never earlier than the one before; true when it is shed. */
  sheds(atMs: number): boolean;
}

/** The service of one window, at full strength. */
export function createCapacity(effect: CapacityEffect): Capacity {
  const { requests, perMs } = effect;
  const offered = createTimes(requests + 1);
  const served = createTimes(requests);
  let calmFromMs: number | undefined;

  return {
    sheds(atMs) {
      offered.add(atMs);
      // The request before as many as are borne: the load is too high for as long as that one counts.
      const tooManySinceMs = offered.fromLast(requests);
      if (tooManySinceMs !== undefined && tooManySinceMs > atMs - perMs) {
        calmFromMs = tooManySinceMs + perMs;
      }
      const bearable = calmFromMs === undefined ? requests : bearableAt(effect, atMs - calmFromMs);
      const isFull = bearable === 0 || (served.fromLast(bearable - 1) ?? -Infinity) > atMs - perMs;
      if (!isFull) served.add(atMs);
      return isFull;
    },
  };
}

const MINUTE_MS = 60_000;
/** Shares are fractions of ten, which binary figures miss by less than this. */
const ROUNDING = 1e-9;

/** How many requests the service bears in `perMs`, so long after the load was last too high; before that when negative. */
function bearableAt(
  { requests, collapsesTo, regrowsPerMinute }: CapacityEffect,
  calmForMs: number,
): number {
  const regrown = (regrowsPerMinute * Math.max(0, calmForMs)) / MINUTE_MS;
  return Math.floor(Math.min(1, collapsesTo + regrown) * requests + ROUNDING);
}

interface Times {
  readonly add: (atMs: number) => void;
  /** The last but so many, 0 for the last; nothing when there were fewer. */
  readonly fromLast: (back: number) => number | undefined;
}

/** Keeps the last `size` times and no more, so that a storm costs no memory. */
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
