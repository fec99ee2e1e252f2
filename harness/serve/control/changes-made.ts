/** The changes of the world that were made by hand, so that a scenario can make them again. */
import type { WorldChange } from "./world-change.ts";

/** A change, and when it was made: ms since the Unix epoch by the simulator's clock. */
export interface ChangeMade {
  readonly at: number;
  readonly change: WorldChange;
}

export interface ChangesMade {
  readonly add: (made: ChangeMade) => void;
  readonly all: () => readonly ChangeMade[];
  /** Forgets all: their simulation is gone. */
  readonly forget: () => void;
}

/** As many are remembered. */
const CHANGES_MAX = 1_000;

/** Creates it, with no change. */
export function createChangesMade(): ChangesMade {
  let made: ChangeMade[] = [];
  return {
    add(one) {
      made.push(one);
      if (made.length > CHANGES_MAX) made.shift();
    },
    all: () => made,
    forget: () => {
      made = [];
    },
  };
}
