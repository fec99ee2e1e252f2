/**
 * A service with a queue: requests are served one after the other at its capacity, wait for those
 * before them, and are rejected when they would wait too long. What is served to a caller who has
 * hung up is work wasted. Arithmetic only, without chance or a clock: with first come, first served
 * the end of a request is known when it arrives.
 *
 * The model is that of metastable failures (Huang et al., OSDI 2022): an overload that keeps itself
 * alive by work for callers who are gone.
 */
import type { Supply } from "./supply.ts";

/** What `arrive` gives for a request that is rejected. */
export const REJECTED = -1;

/** A service that remembers how far it is. */
export interface QueuedService {
  /** Takes a request at a time that does not go back, ms; gives the time at which it has been served, or `REJECTED`. */
  readonly arrive: (atMs: number) => number;
}

/** Times that differ by less come from rounding. */
const ROUNDING_MS = 1e-6;

/**
 * A service that has nothing to do yet. `longestWaitMs`: a request that would wait longer before it is
 * served is rejected; `Infinity`: none is.
 *
 * @example
 * const service = createQueuedService(2, { supply: createSupply(2, []), longestWaitMs: 1_000 });
 * service.arrive(0); // 500: two a second
 */
export function createQueuedService(
  perSecond: number,
  { supply, longestWaitMs }: { readonly supply: Supply; readonly longestWaitMs: number },
): QueuedService {
  const longestMs = longestWaitMs + 1_000 / perSecond + ROUNDING_MS;
  // Counted in requests, so that a change of the capacity needs no look at those that wait.
  let taken = 0;
  return {
    arrive(atMs) {
      const number = Math.max(taken, supply.servableBy(atMs)) + 1;
      const servedAtMs = supply.timeOf(number);
      if (servedAtMs - atMs > longestMs) return REJECTED;
      taken = number;
      return servedAtMs;
    },
  };
}
