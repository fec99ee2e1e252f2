/**
 * Rule empty-token. A client that says ok and hands over nothing moves the failure to a
 * place where nobody looks for it: the API's 401. Services do answer `200 {}` in bad times
 * (fault `empty-success`; 2016 pages with an error under a 200, `docs/sources.md#h`).
 * Source: OAuth 2.0, RFC 6749 section 5.1: access_token is required in a successful response.
 */
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { operationsOf, type Operation } from "./model/exchanges.ts";
import { counted, every, sinceStart } from "./model/messages.ts";

/** Judges `empty-token`. */
export const emptyToken: Rule = {
  id: "empty-token",
  says: "An operation that ends ok carries a usable token.",
  source: "RFC 6749 section 5.1: access_token is required in a successful response",
  fix: "Check the result for a token before you use it, and treat a missing one as a failure of the service.",
  judge,
};

function judge(history: History): Judgement {
  const ended = operationsOf(history).filter(({ completed }) => completed?.outcome === "ok");
  const full = ended.filter(hasToken);
  // A user's own call may end ok without telling its token; it is believed until one of them does tell.
  const tellers = new Set(full.map(callerOf));
  const empty = ended.filter(
    (operation) =>
      !hasToken(operation) &&
      (operation.invoked.flow !== "custom" || tellers.has(callerOf(operation))),
  );
  const [first] = empty;
  if (first?.completed !== undefined) {
    const all = counted(empty.length + full.length, "call");
    return fails(
      `${empty.length} of ${all} that ended ok brought no token; the first, ${sinceStart(history, first.completed.at)} in, by ${first.invoked.client}.`,
      [
        first.completed,
        first.invoked,
        ...first.exchanges.slice(-1).map(({ ended: end, began }) => end ?? began),
      ],
    );
  }
  const [last] = full.slice(-1);
  if (last?.completed === undefined) {
    return inconclusive("No call ended ok with a token.");
  }
  return passes(`${every(full.length, "call")} that ended ok brought a token.`, [last.completed]);
}

/** Calls of one name are made for the same; others of the same program may be for no token at all. */
function callerOf({ invoked: { client, app } }: Operation): string {
  return `${client} · ${app}`;
}

function hasToken({ completed }: Operation): boolean {
  return completed?.outcome === "ok" && completed.token !== undefined;
}
