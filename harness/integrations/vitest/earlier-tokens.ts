/**
 * Tokens that tests have had before. A client that code makes once for its module outlives
 * the test in which it got them; but the next test's time begins anew, and its service knows
 * nothing of them. What it then does is neither this outage nor any other.
 */
import { HarnessError } from "../../core/errors.ts";
import type { Session } from "../../runner/live/session.ts";

export interface EarlierTokens {
  /** Of a session that has ended: throws `bad-usage` when it has met a token of one before it. */
  readonly refuseIn: (session: Pick<Session, "tokens">) => void;
}

/** No test has been run yet. */
export function createEarlierTokens(): EarlierTokens {
  const known = new Set<string>();
  return {
    refuseIn({ tokens: { issued, foreign } }) {
      const isOld = [...foreign].some((token) => known.has(token));
      for (const token of issued) known.add(token);
      if (!isOld) return;
      throw new HarnessError("bad-usage", "this test was shown a token of an earlier test", {
        place: "useEntra",
        hint: 'A client of your code has outlived its test, with its tokens, and time begins anew with each. Make it in each test, by a function of your code; or load its module anew: vi.resetModules(), then await import("./orders.js") in the test.',
      });
    },
  };
}
