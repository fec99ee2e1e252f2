/**
 * Moves a session's time: while something is waited for, and only then. One loop drives,
 * however many calls run at once, as two would jump past each other's work.
 */
import type { VirtualClock } from "../../core/time/virtual-clock.ts";

/**
 * Settles as `work` does; virtual time moves until then. Rejects `stuck` when nothing could
 * ever settle it. Work that only waits for time lets pages leap, as long as nobody waits for
 * anything else.
 */
export type Drive = <T>(work: Promise<T>, waitsFor?: "time" | "something") => Promise<T>;

export interface Driver {
  readonly drive: Drive;
  /** Moves time no more, whoever still waits: a test that has timed out must not move the next one's. */
  readonly stop: () => void;
}

/** Whoever drives through the same driver shares one loop. */
export function createDriver(clock: Pick<VirtualClock, "drive">): Driver {
  const waiting = { time: 0, something: 0 };
  let current: { readonly idle: () => void; readonly driven: Promise<void> } | undefined;

  let isStopped = false;

  const begin = (): Promise<void> => {
    if (isStopped) return new Promise(() => undefined);
    if (current === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const mayLeap = (): boolean => waiting.something === 0;
      current = { idle: resolve, driven: clock.drive(promise, Infinity, mayLeap) };
      // Whoever waits hears of a failure by the race below.
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
      return await Promise.race([work, failed]);
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
