/**
 * Rule `empty-token`: a client that reports success without a token hides the failure until an
 * API answers 401. Services do answer `200 {}` in outages (fault `empty-success`; in 2016 pages with an error under a 200, `docs/sources.md#h`).
 * Source: OAuth 2.0, RFC 6749 section 5.1: access_token is required in a successful response.
 */
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { operationsOf } from "./model/exchanges.ts";
import { counted, every, sinceStart } from "./model/messages.ts";
import { isEmpty, reportsToken } from "./model/success.ts";

/** Judges `empty-token`. */
export const emptyToken: Rule = {
  id: "empty-token",
  says: "An operation that ends ok carries a usable token.",
  source: "RFC 6749 section 5.1: access_token is required in a successful response",
  fix: "Check the result for a token before using it, and treat a missing token as a failure of the service.",
  excuses: [
    { id: "own-code", says: "Own code of a name that has not reported a token in this run." },
    {
      id: "token-issued",
      says: "Own code that was issued a token in the call, or whose token an API accepted in it, and returns something else: of a token that it was issued in an outage only where its name does so without one.",
    },
    {
      id: "other-work",
      says: "Own code without a request for a token, of a name that also ends so while nothing is wrong.",
    },
    {
      id: "redeemed-by-page",
      says: "A sign-in that ends with a code behind the # of the address, for a page whose script does not run.",
    },
  ],
  judge,
};

function judge(history: History): Judgement {
  const ended = operationsOf(history).filter(({ completed }) => completed?.outcome === "ok");
  const full = ended.filter(reportsToken);
  const empty = ended.filter((call) => isEmpty(history, call));
  const [first] = empty;
  if (first?.completed !== undefined) {
    const all = counted(empty.length + full.length, "call");
    return fails(
      `${empty.length} of ${all} that ended ok had no token; the first was a call of ${first.invoked.client}, ${sinceStart(history, first.completed.at)} into the run.`,
      [
        first.completed,
        first.invoked,
        ...first.exchanges.slice(-1).map(({ ended: end, began }) => end ?? began),
      ],
    );
  }
  const last = full.at(-1);
  if (last?.completed === undefined) {
    return inconclusive("No call ended ok with a token.");
  }
  return passes(`${every(full.length, "call")} that ended ok had a token.`, [last.completed]);
}
