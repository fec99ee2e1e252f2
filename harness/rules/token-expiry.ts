/**
 * Rule `token-expiry`: a client that hands out an expired token sends its application to a
 * certain 401, and an API that accepts one has a security hole. The one exception is
 * `ext_expires_in`, while the service cannot issue another token.
 * Source: `docs/sources.md#a6` and B (lifetimes); RFC 7519 section 4.1.4 (`exp`, with "a few
 * minutes" of leeway for the clock of the recipient).
 */
import { formatDuration, minutes } from "../core/time/duration.ts";
import type { History, OperationCompleted, TokenFacts, TokenPresented } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { availableTokensAt } from "./model/available-tokens.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { operationsOf, type Operation } from "./model/exchanges.ts";
import { counted, every, sinceStart } from "./model/messages.ts";
import { isWithoutAnswerAt } from "./model/exchange-outcomes.ts";
import { lastRequestBy } from "./model/operations.ts";
import { totalOutagesAt } from "./model/fault-windows.ts";

/** The leeway that validators give for clocks that differ (RFC 7519 section 4.1.4; five minutes is usual). */
const ACCEPTANCE_LEEWAY_MS = minutes(5);

/** Judges `token-expiry`. */
export const tokenExpiry: Rule = {
  id: "token-expiry",
  says: "No token is handed out or accepted after it has expired.",
  source:
    "Access tokens, lifetime (https://learn.microsoft.com/entra/identity-platform/access-tokens); RFC 7519 section 4.1.4",
  fix: "Ask the client for the token before each use, and let it renew; do not keep tokens outside it past expires_in.",
  excuses: [
    {
      id: "extended-lifetime",
      says: "An expired token is within its extended lifetime, and the service cannot issue another one.",
    },
    { id: "clock-leeway", says: "An API accepts a token up to five minutes after its expiry." },
    {
      id: "rejected-later",
      says: "An API rejects a token some time after it was handed out, so the application kept it.",
    },
    { id: "never-handed-out", says: "No call of the run handed out the token that an API sees." },
  ],
  judge,
};

/** A token that a client gave to its application. */
interface HandedOut {
  readonly operation: Operation;
  readonly completed: OperationCompleted;
  readonly token: TokenFacts;
}

function judge(history: History): Judgement {
  const handedOut = operationsOf(history).flatMap((operation): HandedOut[] => {
    const { completed } = operation;
    if (completed?.outcome !== "ok" || completed.token === undefined) return [];
    return [{ operation, completed, token: completed.token }];
  });
  const expired = handedOut.filter((one) => isExpired(history, one));
  const [first] = expired;
  if (first !== undefined) {
    const ageMs = first.completed.at - first.token.expiresAt;
    const all = counted(handedOut.length, "token");
    return fails(
      `${expired.length} of ${all} handed out had expired; the first, ${sinceStart(history, first.completed.at)} into the run, had expired ${formatDuration(ageMs)} before.`,
      [first.completed, first.operation.invoked],
    );
  }
  return judgePresented(history, handedOut) ?? conclude(handedOut);
}

function judgePresented(history: History, handedOut: readonly HandedOut[]): Judgement | undefined {
  const lastOf = new Map<string, HandedOut[]>();
  for (const one of handedOut) {
    const known = lastOf.get(one.token.accessToken);
    if (known === undefined) lastOf.set(one.token.accessToken, [one]);
    else known.push(one);
  }
  for (const event of history.events) {
    if (event.kind !== "token-presented") continue;
    const before = lastOf
      .get(event.accessToken)
      ?.findLast(({ completed }) => completed.index < event.index);
    if (before === undefined) continue;
    const { completed, token } = before;
    if (isRejectedForItsTime(event) && event.at === completed.at) {
      return fails(
        `A token that was handed out ${sinceStart(history, completed.at)} into the run was ${event.verdict} for the API at the same moment.`,
        [event, completed],
      );
    }
    const pastMs = event.at - token.expiresAt;
    if (event.verdict === "accepted" && pastMs > ACCEPTANCE_LEEWAY_MS) {
      return fails(`An API accepted a token ${formatDuration(pastMs)} after it had expired.`, [
        event,
        completed,
      ]);
    }
  }
  return undefined;
}

function conclude(handedOut: readonly HandedOut[]): Judgement {
  const [first] = handedOut;
  if (first === undefined) {
    return inconclusive("No token was handed out.");
  }
  const tightest = handedOut.reduce((least, one) => (leftMs(one) < leftMs(least) ? one : least));
  return passes(
    `${every(handedOut.length, "token")} handed out had not expired; the one closest to its expiry had ${leftOf(tightest)} left.`,
    [tightest.completed],
  );
}

function isRejectedForItsTime({ verdict }: TokenPresented): boolean {
  return verdict === "expired" || verdict === "not-yet-valid";
}

function isExpired(history: History, { operation, completed, token }: HandedOut): boolean {
  if (completed.at < token.expiresAt) return false;
  const isExtended = completed.at < (token.extendedExpiresAt ?? token.expiresAt);
  return !(isExtended && couldNotRenew(history, operation, completed.at));
}

function couldNotRenew(history: History, operation: Operation, atMs: number): boolean {
  const { lastRequest } = availableTokensAt(history, operation.invoked);
  const request = lastRequestBy(operation) ?? lastRequest;
  if (request !== undefined && isWithoutAnswerAt(request, atMs)) return true;
  return totalOutagesAt(history, operation.invoked.at).length > 0;
}

function leftMs({ completed, token }: HandedOut): number {
  return token.expiresAt - completed.at;
}

function leftOf(one: HandedOut): string {
  // A token that is in no answer of the service, and whose lifetime the client did not report.
  return one.token.expiresAt === Number.MAX_SAFE_INTEGER
    ? "an unknown time"
    : formatDuration(leftMs(one));
}
