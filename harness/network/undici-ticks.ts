/**
 * undici's own time-outs survive a run. It keeps its timers in one list and moves them by
 * one tick of `setTimeout`, which it starts only when the list was empty; a timer that was
 * cleared leaves the list at the next tick. A run that ends between two ticks takes the tick
 * with it (the clock starts anew) and leaves the list behind: no time-out of undici would
 * ever come again in this process. So the mount learns the tick, and empties the list by it.
 *
 * Read in undici 7.29, `lib/util/timers.js`; `https-sockets.test.ts` notices when it changes.
 */

/** The name and the period, ms, by which undici's tick is known. */
const TICK_NAME = "onTick";
const TICK_MS = 499;

/** More ticks than the longest of undici's time-outs (300 s) has. */
const TICKS_TO_EMPTY = 1_000;

type StartTimer = (callback: () => void, delayMs?: number, ...values: unknown[]) => unknown;

/** undici asks for its tick once a process, in the first run that uses it. */
let tick: (() => void) | undefined;

export interface UndiciTicks {
  /** Lets undici forget every timer, those of dead sockets included, and stops looking for its tick. */
  stop(): void;
}

/** Looks out for undici's tick until `stop`. */
export function watchUndiciTicks(): UndiciTicks {
  const holder = globalThis as unknown as Record<"setTimeout", StartTimer>;
  const original = holder["setTimeout"];
  const watching: StartTimer = (callback, delayMs, ...values) => {
    if (delayMs === TICK_MS && callback.name === TICK_NAME) tick = callback;
    return original(callback, delayMs, ...values);
  };
  const watched = Object.assign(watching, original);
  holder["setTimeout"] = watched;
  return {
    stop() {
      if (holder["setTimeout"] === watched) holder["setTimeout"] = original;
      for (let count = 0; count < TICKS_TO_EMPTY; count += 1) tick?.();
    },
  };
}
