/** The loop that moves virtual time until something settles, and that knows when nothing will. */
import type { Instant } from "./instant.ts";
import { endless, neverAnswered, type OutsideWork, stuck } from "./stuck.ts";

/** A wait that no timer can end and that outlasts this many quiet turns is stuck. */
const STUCK_AFTER_QUIET_TURNS = 20_000;

/** So is a request that keeps the clock waiting for this many turns (minutes of real time). */
const STUCK_AFTER_BUSY_TURNS = 5_000_000;

/** The same for a shared clock, whose waits cost milliseconds. */
const STUCK_AFTER_QUIET_ROUNDS = 600;
const STUCK_AFTER_BUSY_ROUNDS = 60_000;

/** Waits in vain after which a run is stuck. */
export interface Patience {
  readonly quiet: number;
  readonly busy: number;
}

/** Of a clock that this process has for itself, or shares with others. */
export function patienceOf(whose: "alone" | "shared"): Patience {
  return whose === "shared"
    ? { quiet: STUCK_AFTER_QUIET_ROUNDS, busy: STUCK_AFTER_BUSY_ROUNDS }
    : { quiet: STUCK_AFTER_QUIET_TURNS, busy: STUCK_AFTER_BUSY_TURNS };
}

/** What the loop asks and does. */
export interface DriveTime {
  readonly isQuiet: () => Promise<boolean>;
  /** Whether nothing but `setImmediate` kept it from being quiet at the last look. */
  readonly onlyTurns: () => boolean;
  readonly instant: Instant;
  readonly outside: () => OutsideWork;
  readonly nextDueMs: () => number | undefined;
  readonly fireNext: (dueMs: number) => Promise<void>;
  readonly now: () => number;
  readonly untilMs: number;
  readonly patience: () => Patience;
}

/** Fires what is due next, again and again, when all is quiet; settles as `work` does. */
export async function driveUntilSettled<T>(work: Promise<T>, time: DriveTime): Promise<T> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  work.then(settle, settle);
  let quietWaits = 0;
  let busyWaits = 0;
  for (;;) {
    const quiet = await time.isQuiet();
    if (settled) return work;
    if (time.onlyTurns()) time.instant.turned(time.now());
    else time.instant.rested();
    const nextDueMs = time.nextDueMs();
    if (nextDueMs !== undefined && (quiet || nextDueMs <= time.now())) {
      quietWaits = 0;
      busyWaits = 0;
      if (nextDueMs > time.untilMs) throw endless(time.now());
      await time.fireNext(nextDueMs);
      time.instant.fired(time.now());
    } else if (quiet) {
      quietWaits += 1;
      if (quietWaits > time.patience().quiet) throw stuck(time.now(), time.outside());
    } else {
      busyWaits += 1;
      if (busyWaits > time.patience().busy) throw neverAnswered(time.now(), time.outside());
    }
  }
}
