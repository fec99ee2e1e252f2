/**
 * Time and chance as the remedies take them. Real ones are the default, so that an app need not
 * name them; a test hands in its own. The only file here that asks the machine.
 */

/**
 * The time that a remedy goes by. A test passes its own, in which hours take no time.
 *
 * @example
 * let nowMs = 0;
 * const clock: RemedyClock = {
 *   now: () => nowMs,
 *   sleep: async (ms) => {
 *     nowMs += ms;
 *   },
 * };
 */
export interface RemedyClock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves `ms` later; rejects with the reason of the signal when that is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * What every remedy takes.
 *
 * @example
 * const options: RemedyOptions = { onAct: (what) => logger.info({ what }, "token remedy") };
 */
export interface RemedyOptions {
  /** Default: the machine's clock. Its timers do not keep a Node process alive. */
  readonly clock?: RemedyClock;
  /** Called each time the remedy changes what happens, with a sentence for a log; never with a token. Default: nothing. What it throws is the caller's to see. */
  readonly onAct?: (what: string) => void;
}

/** Sleeps longer than that overflow in the timers of Node and browsers, ms. */
const TIMER_MAX_MS = 2_147_483_647;

/** The machine's clock. */
export const machineClock: RemedyClock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
        Math.min(ms, TIMER_MAX_MS),
      );
      signal?.addEventListener("abort", onAbort, { once: true });
      // A wait for a token must not hold up the end of a Node process; browsers have numbers here.
      if (typeof timer === "object") timer.unref();
    }),
};

/** A number from 0 to below 1. */
export const machineChance = (): number => Math.random();
