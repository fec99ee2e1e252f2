/**
 * Rule `empty-token`: a client that reports success without a token hides the failure until an
 * API answers 401. Services do answer `200 {}` in outages (fault `empty-success`; in 2016 pages with an error under a 200, `docs/sources.md#h`).
 * Source: OAuth 2.0, RFC 6749 section 5.1: access_token is required in a successful response.
 */
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { operationsOf, type Operation } from "./model/exchanges.ts";
import { isFailedByService } from "./model/exchange-outcomes.ts";
import { outageSpansOf } from "./model/fault-windows.ts";
import { counted, every, sinceStart } from "./model/messages.ts";
import { tokenRequestsBy } from "./model/operations.ts";
import { purposeIn } from "./model/purposes.ts";

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
      says: "Own code that was issued a token in the call and returns something else.",
    },
    {
      id: "other-work",
      says: "Own code without a request for a token, of a name that also ends so while nothing is wrong.",
    },
  ],
  judge,
};

function judge(history: History): Judgement {
  const ended = operationsOf(history).filter(({ completed }) => completed?.outcome === "ok");
  const full = ended.filter(hasToken);
  const isEmptyOfOwnCode = createOwnCodeCheck(history, ended);
  const empty = ended.filter(
    (operation) =>
      !hasToken(operation) && (operation.invoked.flow !== "custom" || isEmptyOfOwnCode(operation)),
  );
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

/**
 * Creates a predicate for calls of own code that had to have a token and ended ok without one. Own
 * code may end ok without reporting its token, or do something that needs none.
 */
function createOwnCodeCheck(
  history: History,
  ended: readonly Operation[],
): (operation: Operation) => boolean {
  const outages = outageSpansOf(history);
  const reporting = new Set(ended.filter(hasToken).map((call) => callerOf(history, call)));
  const asksForNothing = (operation: Operation): boolean =>
    !hasToken(operation) && tokenRequestsBy(operation).length === 0;
  const isUndisturbed = ({ invoked, completed, exchanges }: Operation): boolean =>
    !exchanges.some(isFailedByService) &&
    !outages.some(({ from, to }) => from <= (completed?.at ?? Infinity) && invoked.at <= to);
  const withOtherWork = new Set(
    ended
      .filter((one) => asksForNothing(one) && isUndisturbed(one))
      .map((call) => callerOf(history, call)),
  );
  return (operation) => {
    const caller = callerOf(history, operation);
    if (!reporting.has(caller)) return false;
    const lastRequest = tokenRequestsBy(operation).at(-1);
    if (lastRequest === undefined) return !withOtherWork.has(caller);
    return lastRequest.ended?.issued?.token === undefined;
  };
}

/** Calls of one client and purpose request the same token; other calls of the program may request none. */
function callerOf(history: History, { invoked }: Operation): string {
  return `${invoked.client} · ${purposeIn(history, invoked)}`;
}

function hasToken({ completed }: Operation): boolean {
  return completed?.outcome === "ok" && completed.token !== undefined;
}
