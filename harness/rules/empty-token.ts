/**
 * Rule `empty-token`: a client that reports success without a token hides the failure until an
 * API answers 401. Services do answer `200 {}` in outages (fault `empty-success`; in 2016 pages with an error under a 200, `docs/sources.md#h`).
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
  fix: "Check the result for a token before using it, and treat a missing token as a failure of the service.",
  excuses: [
    { id: "own-code", says: "Own code of a name that has not reported a token in this run." },
  ],
  judge,
};

function judge(history: History): Judgement {
  const ended = operationsOf(history).filter(({ completed }) => completed?.outcome === "ok");
  const full = ended.filter(hasToken);
  // Custom code may end ok without reporting its token; that counts only once one of its calls has reported one.
  const reporting = new Set(full.map(callerOf));
  const empty = ended.filter(
    (operation) =>
      !hasToken(operation) &&
      (operation.invoked.flow !== "custom" || reporting.has(callerOf(operation))),
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
  const [last] = full.slice(-1);
  if (last?.completed === undefined) {
    return inconclusive("No call ended ok with a token.");
  }
  return passes(`${every(full.length, "call")} that ended ok had a token.`, [last.completed]);
}

/** Calls of one client and app request the same token; other calls of the program may request none. */
function callerOf({ invoked: { client, app } }: Operation): string {
  return `${client} · ${app}`;
}

function hasToken({ completed }: Operation): boolean {
  return completed?.outcome === "ok" && completed.token !== undefined;
}
