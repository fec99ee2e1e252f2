/**
 * Refuses tokens of earlier tests. A client that is created once for a module outlives the test
 * in which it got its tokens, but the time and the service of the next test begin anew: what
 * such a client does says nothing about an outage. A token is seen where it passes: in requests,
 * also to hosts that are not simulated, and in what the code returns. Where none was seen, a call
 * that succeeded in an outage without asking for one is named in a warning.
 */
import { HarnessError } from "../../core/errors.ts";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";
import type { TestRunner } from "./test-runner.ts";

export interface EarlierTokens {
  /** Whether one that was issued before is still valid at an instant, in ms since the Unix epoch. */
  readonly areValidAt: (at: number) => boolean;
  /** Throws `bad-usage` when a session that has ended was shown a token of an earlier one. */
  readonly refuseIn: (
    session: Pick<LiveSimulation, "tokens">,
    runner: Pick<TestRunner, "entry" | "reload">,
  ) => void;
}

/** Creates the record, before the first test. */
export function createEarlierTokens(): EarlierTokens {
  const known = new Map<string, number>();
  return {
    areValidAt: (at) => [...known.values()].some((expiresAt) => expiresAt > at),
    refuseIn({ tokens: { issued, foreign } }, { entry, reload }) {
      const isOld = [...foreign].some((token) => known.has(token));
      for (const [token, expiresAt] of issued) known.set(token, expiresAt);
      if (!isOld) return;
      throw new HarnessError("bad-usage", "this test was shown a token of an earlier test", {
        place: entry,
        hint: `A client of your code has outlived its test and kept its tokens, while the time of each test begins anew. Create it in each test, or load its module again: ${reload}. @azure/msal-node keeps the tokens of managed identities for its whole process, and @azure/identity with it: give each such test a file of its own.`,
      });
    },
  };
}
