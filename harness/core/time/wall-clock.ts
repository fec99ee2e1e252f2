/** How wrong the clock of the code under test is: what `Date` shows to it, and not when its timers fire. */
export interface WallClock {
  /** How much more it shows than the right time, ms; less when negative. */
  shiftMs(): number;
  setShift(byMs: number): void;
}

/** A clock that is right until it is shifted. */
export function createWallClock(): WallClock {
  let shiftMs = 0;
  return {
    shiftMs: () => shiftMs,
    setShift(byMs) {
      shiftMs = byMs;
    },
  };
}
