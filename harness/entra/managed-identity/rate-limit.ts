/**
 * The limits of IMDS for token requests of a machine: so many in any second and so many at
 * once; more are answered 429. Figures: `docs/sources.md#e` (identity category).
 */
import type { Clock } from "../../core/time/clock.ts";

export interface RateLimitOptions {
  readonly clock: Clock;
  readonly requestsPerSecondMax: number;
  readonly concurrentMax: number;
}

export interface RateLimit {
  /** Admits a request and returns the function to call at its end; `undefined` when there are too many. */
  readonly enter: (machine: string) => (() => void) | undefined;
}

/** A limit without requests so far. A refused request does not count. */
export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { clock, requestsPerSecondMax, concurrentMax } = options;
  const recent = new Map<string, number[]>();
  const underway = new Map<string, number>();
  return {
    enter(machine) {
      const nowMs = clock.now();
      const times = (recent.get(machine) ?? []).filter((atMs) => nowMs - atMs < 1_000);
      recent.set(machine, times);
      const others = underway.get(machine) ?? 0;
      if (others >= concurrentMax || times.length >= requestsPerSecondMax) return undefined;
      times.push(nowMs);
      underway.set(machine, others + 1);
      return () => void underway.set(machine, (underway.get(machine) ?? 1) - 1);
    },
  };
}
