/** The clock of a live simulation, as tests use it. */
import { HarnessError } from "../../core/errors.ts";
import { readField } from "../../core/foreign-value.ts";
import { type Duration, parseDuration } from "../../core/time/parse-duration.ts";
import { expected } from "../../core/validation-messages.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import type { Drive } from "./driver.ts";

export interface LiveClock {
  /** ms since the Unix epoch, virtual. */
  readonly now: () => number;
  /** ms since the test began. */
  readonly elapsed: () => number;
  /** Lets time pass: `"30m"`, `"2h"`, `"1h 30m"`, `"3d"`, or milliseconds. What is due meanwhile happens. */
  readonly advance: (duration: Duration) => Promise<void>;
  /** Lets time pass until `work` settles, and settles as it does. Unlike `operate` it records nothing. */
  readonly settle: <T>(work: Promise<T>) => Promise<T>;
  /** How many timers wait for time to pass. */
  readonly timersWaiting: () => number;
}

/** The time for which a test waits at the moment, ms. */
export interface UnfinishedAdvance {
  readonly wantedMs: number;
  readonly passedMs: number;
}

/** For entry points, which see tests end in the middle. */
export interface WatchedClock extends LiveClock {
  readonly advancing: () => UnfinishedAdvance | undefined;
  /** What of the machine time stands still for, in words. */
  readonly waitingFor: () => readonly string[];
}

/** The clock of a live simulation that began at `startedAt`; `check` may throw before time moves. */
export function createLiveClock(
  clock: VirtualClock,
  {
    startedAt,
    drive,
    check,
  }: { readonly startedAt: number; readonly drive: Drive; readonly check: () => void },
): WatchedClock {
  let underway: { readonly wantedMs: number; readonly fromMs: number } | undefined;
  return {
    now: () => clock.now(),
    elapsed: () => clock.now() - startedAt,
    async advance(duration) {
      check();
      const wantedMs = parseDuration(duration, "clock.advance");
      underway = { wantedMs, fromMs: clock.now() };
      await drive(clock.sleep(wantedMs), "time").finally(() => {
        underway = undefined;
      });
      // Work that the last instant has started ends here, as far as it needs no time.
      await clock.idle();
    },
    settle: async (work) => {
      checkPromise(work);
      check();
      return drive(work);
    },
    timersWaiting: () => clock.timersWaiting(),
    waitingFor: () => clock.outside().pending,
    advancing: () =>
      underway === undefined
        ? undefined
        : { wantedMs: underway.wantedMs, passedMs: clock.now() - underway.fromMs },
  };
}

function checkPromise(work: unknown): void {
  if (typeof readField(work, "then") === "function") return;
  throw new HarnessError("bad-usage", expected("a promise", work), {
    place: "clock.settle",
    hint:
      typeof work === "function"
        ? "Call it: clock.settle(load()), or record it as an operation: operate(name, load)."
        : "Give it what your code returned before it was done: clock.settle(load()).",
  });
}
