/**
 * Moves the time of a live simulation, but only while a test waits for something. One loop
 * drives for all calls that run at once, since two would jump past each other's work.
 */
import type { VirtualClock } from "../../core/time/virtual-clock.ts";

/**
 * Settles as `work` does; virtual time moves until then. Rejects `stuck` when nothing could
 * ever settle it. Work that only waits for time lets pages leap, as long as nothing else is
 * waited for.
 */
export type Drive = <T>(work: Promise<T>, waitsFor?: "time" | "something") => Promise<T>;

export interface Driver {
  readonly drive: Drive;
  /** Stops moving time, also for calls that still wait: a test that has timed out must not move the time of the next. */
  readonly stop: () => void;
}

/** Creates the driver; all its calls share one loop, and fail when `broken` does. */
export function createDriver(
  clock: Pick<VirtualClock, "drive">,
  broken: Promise<never> = new Promise<never>(() => undefined),
): Driver {
  const waiting = { time: 0, something: 0 };
  let current: { readonly idle: () => void; readonly driven: Promise<void> } | undefined;

  let isStopped = false;

  const begin = (): Promise<void> => {
    if (isStopped) return new Promise(() => undefined);
    if (current === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const mayLeap = (): boolean => waiting.something === 0;
      current = { idle: resolve, driven: clock.drive(promise, Infinity, mayLeap) };
      // Those that wait get a failure from the race below.
      current.driven.catch(() => undefined);
    }
    return current.driven;
  };

  const end = (): void => {
    if (waiting.time + waiting.something > 0) return;
    current?.idle();
    current = undefined;
  };

  const drive: Drive = async (work, waitsFor = "something") => {
    waiting[waitsFor] += 1;
    const driven = begin();
    // The loop ends before the work only by failing.
    const failed = driven.then(() => new Promise<never>(() => undefined));
    try {
      return await Promise.race([work, failed, broken]);
    } finally {
      waiting[waitsFor] -= 1;
      end();
    }
  };

  return {
    drive,
    stop() {
      isStopped = true;
      current?.idle();
      current = undefined;
    },
  };
}
