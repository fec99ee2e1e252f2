/**
 * The simulations of the tests of a file, from the moment at which they are about to start: a
 * hook that its runner gave up on goes on, and what it started at last has to be stopped all the same.
 */
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";

/** What a hook may take, real ms: runners give some of them 2 s, too little for a busy machine. */
export const HOOK_MS = 600_000;

/** One simulation for each test. */
export interface StartedSessions<Test> {
  /** Resolves as `starting` does. */
  readonly add: (test: Test, starting: Promise<LiveSimulation>) => Promise<LiveSimulation>;
  /** The simulation of a test, once it has started, and forgets it; undefined for a start that failed, which has said so itself. */
  readonly take: (test: Test) => Promise<LiveSimulation | undefined>;
}

/** Creates the list of one file, without any. */
export function createStartedSessions<Test>(): StartedSessions<Test> {
  const sessions = new Map<Test, Promise<LiveSimulation>>();
  return {
    add(test, starting) {
      sessions.set(test, starting);
      return starting;
    },
    async take(test) {
      const starting = sessions.get(test);
      sessions.delete(test);
      try {
        return await starting;
      } catch {
        return undefined;
      }
    },
  };
}
