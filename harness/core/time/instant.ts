/**
 * How much may happen in one instant of virtual time. Programs that wait by going round (timers
 * without a delay, `setImmediate`, reading the clock) see time pass on a real machine; here it
 * passes, too, but only once they have gone round so often that nothing else explains it. All
 * is counted, so it is the same in each run.
 */
import { goesRound } from "./stuck.ts";

/** Rounds that an instant has room for; each further one takes 1 ms. */
const ROUNDS_OF_AN_INSTANT = 10_000;

/** Rounds of 1 ms each after which a loop is endless. */
const ROUNDS_OF_A_LOOP = 100_000;

/** Readings of the clock in one turn of the event loop that an instant has room for. */
const READINGS_OF_A_TURN = 1_000_000;

/** So many further readings take 1 ms. */
const READINGS_OF_A_MS = 1_000;

/** What goes round. */
export type Rounds = "timers" | "turns";

export interface Instant {
  /** A timer has fired at this time. Time passes, by `creep`, when there were too many. */
  fired(nowMs: number): void;
  /** A turn of the event loop has ended in which nothing but `setImmediate` keeps the program busy. */
  turned(nowMs: number): void;
  /** It was busy with something else. */
  rested(): void;
  /** Something reads the clock. */
  read(): void;
  /** A turn of the event loop is over. */
  endTurn(): void;
  reset(): void;
}

/** `creep` lets 1 ms pass. Its functions throw `stuck` when a loop does not end. */
export function createInstant(now: () => number, creep: () => void): Instant {
  let instantMs = NaN;
  const rounds = { timers: 0, turns: 0 };
  /** By which time has crept on since it last jumped. */
  let crept = 0;
  let readings = 0;

  const go = (what: Rounds, nowMs: number): void => {
    if (nowMs !== instantMs) {
      instantMs = nowMs;
      rounds.timers = rounds.turns = crept = 0;
    }
    rounds[what] += 1;
    if (rounds[what] <= ROUNDS_OF_AN_INSTANT) return;
    pass(nowMs, what);
    instantMs = now();
  };

  const pass = (nowMs: number, what: Rounds | "readings"): void => {
    crept += 1;
    if (crept > ROUNDS_OF_A_LOOP) {
      // Who catches it begins anew.
      reset();
      throw goesRound(nowMs, what);
    }
    creep();
  };

  const reset = (): void => {
    instantMs = NaN;
    rounds.timers = rounds.turns = crept = readings = 0;
  };

  return {
    fired: (nowMs) => go("timers", nowMs),
    turned: (nowMs) => go("turns", nowMs),
    rested() {
      rounds.turns = 0;
    },
    read() {
      readings += 1;
      if (readings <= READINGS_OF_A_TURN || readings % READINGS_OF_A_MS !== 0) return;
      pass(now(), "readings");
    },
    endTurn() {
      readings = 0;
    },
    reset,
  };
}
