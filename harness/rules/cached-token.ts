/**
 * Rule `cached-token`: an application with a valid token needs no service at all, so the client
 * hands the token out and sends no request. Judged per process, app, tenant, user and scopes;
 * flows that always need the network (a sign-in, a password, an explicit refresh) fill the cache
 * and are not judged. Source: `docs/sources.md#m3`, "Cache tokens" and "Acquire tokens silently"; `docs/sources.md#m1`, native apps.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { ExchangeBegan, History } from "../history/event.ts";
import type { HeldToken } from "./model/token-inventory.ts";
import type { Judgement, Rule } from "./rule.ts";
import { availableTokensAt } from "./model/available-tokens.ts";
import { evictionOf } from "./model/evicted-tokens.ts";
import { fails, passes, inconclusive, type EventRef } from "./model/verdicts.ts";
import { grantOf, isFailedByService } from "./model/exchange-outcomes.ts";
import { operationsOf, type Exchange, type Operation } from "./model/exchanges.ts";
import { counted, endingOf, every, sinceStart } from "./model/messages.ts";
import { isCacheable, tokenRequestsBy } from "./model/operations.ts";
import { asksInVain, isPersonNeeded } from "./model/person-needed.ts";
import { rejectionOf, useOfToken } from "./model/shown-tokens.ts";
import { isFreshAt, isValidAt } from "./model/token-validity.ts";
import { hasSucceeded, isDenied } from "./model/success.ts";
import { lacksKey } from "./model/withheld-keys.ts";

/** Judges `cached-token`. */
export const cachedToken: Rule = {
  id: "cached-token",
  says: "The client always hands out an unexpired cached token, and sends no request for it.",
  source:
    "Increase the resilience of authentication and authorization in client applications, Cache tokens (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Keep the last token outside the client and use it until it expires when the client throws, also when it asks for a sign-in: a valid token needs none. Request tokens silently, without forcing a refresh, and always with the same scopes for one API: a token for overlapping scopes takes the place of the other. On behalf of users give each session its own cache, as documented for long-running processes: a token for one session takes the place of that for another.",
  excuses: [
    { id: "sign-in-required", says: "The service has answered that only a sign-in helps." },
    {
      id: "new-token-wanted",
      says: "The application forces a refresh or answers a claims challenge.",
    },
    { id: "last-minutes", says: "The token expires within five minutes." },
    {
      id: "store-down",
      says: "A fault keeps the application from reading its store, and it has read nothing of it since a restart.",
    },
    { id: "refresh-in", says: "A request past refresh_in, when the call gets its token." },
    {
      id: "background-refresh",
      says: "A request past half of the token's life, while the call gets the cached token before the answer.",
    },
    { id: "explicit-grant", says: "A sign-in, a password or a device code fills the cache anew." },
    {
      id: "token-used",
      says: "A call that failed had sent the token to an API, no later request of it for a token failed, and the API failed or the error is not one of the client.",
    },
    {
      id: "key-withheld",
      says: "A fault left the signing key out of the last read of the keys, less than five minutes before.",
    },
    {
      id: "token-rejected",
      says: "An API rejected the token of this call, so that the call needed another.",
    },
  ],
  judge,
};

/** A call for a token that its client had. */
interface CallWithToken {
  readonly operation: Operation;
  readonly held: HeldToken;
}

/** The calls that failed although their client had a token that was still valid when they ended. */
export function withheldCallsIn(history: History): readonly Operation[] {
  return callsWithToken(history)
    .filter((call) => isWithheld(history, call))
    .map(({ operation }) => operation);
}

/** Whether the client itself had evicted a token that one of its calls then lacked. */
export function isTokenEvicted(history: History): boolean {
  return callsWithToken(history).some(
    (call) =>
      (isWithheld(history, call) ||
        needlessRequestOf(history, call.operation, call.held) !== undefined) &&
      evictionOf(history, call.operation.invoked, call.held) !== undefined,
  );
}

/** The calls whose client had a valid token when they were made. */
function callsWithToken(history: History): readonly CallWithToken[] {
  return operationsOf(history)
    .filter(isCacheable)
    .flatMap((operation) => {
      const { token: held } = availableTokensAt(history, operation.invoked);
      const isHeld = held !== undefined && isValidAt(held.token, operation.invoked.at);
      return isHeld ? [{ operation, held }] : [];
    });
}

function judge(history: History): Judgement {
  const calls = callsWithToken(history);
  const withheld = calls.filter((call) => isWithheld(history, call));
  const served = calls.filter(({ operation }) => hasSucceeded(history, operation));
  const needless = calls.flatMap(({ operation, held }) => {
    const request = needlessRequestOf(history, operation, held);
    return request === undefined ? [] : [{ operation, held, request }];
  });
  const [firstWithheld] = withheld;
  const all = withheld.length + served.length;
  if (firstWithheld !== undefined) return withheldFrom(history, withheld, firstWithheld, all);
  const [firstNeedless] = needless;
  if (firstNeedless !== undefined) {
    const { operation, held, request } = firstNeedless;
    const left = formatDuration(held.token.expiresAt - request.at);
    const evicted = describeEviction(history, firstNeedless);
    return fails(
      `${counted(needless.length, "call")} of ${all} requested a token although a cached one was still fresh; the first, ${sinceStart(history, request.at)} into the run, had one valid for another ${left}${evicted.says}.`,
      [held, operation.invoked, request, ...evicted.evidence],
    );
  }
  const [firstServed] = served;
  if (firstServed === undefined) {
    return inconclusive("No call was made while its client had a valid token.");
  }
  const { operation, held } = served.at(-1) ?? firstServed;
  return passes(
    `${every(served.length, "call")} made with a valid token in the cache got a token, and none with a fresh token sent a request.`,
    [held, operation.invoked],
  );
}

function withheldFrom(
  history: History,
  withheld: readonly CallWithToken[],
  { operation, held }: CallWithToken,
  all: number,
): Judgement {
  const { invoked, completed } = operation;
  const [request = failedKeysOf(operation)] = tokenRequestsBy(operation);
  const evicted = describeEviction(history, { operation, held });
  const left = formatDuration(held.token.expiresAt - (completed?.at ?? invoked.at));
  const what = withheld.every((call) => failedKeysOf(call.operation) !== undefined)
    ? "failed for want of signing keys"
    : "got no token";
  const how =
    completed?.outcome === "fail"
      ? `threw ${completed.error.code}${afterKeys(operation)}${asksInVain(history, operation) ? ", which asks for a sign-in that the service had not required," : ""}`
      : completed?.outcome === "ok"
        ? "returned without one"
        : completed?.reason === "never-ends"
          ? "never returned"
          : "did not return before its caller timed out";
  return fails(
    `${withheld.length} of ${counted(all, "call")} ${what} although a valid token was in the cache; the first, ${sinceStart(history, invoked.at)} into the run, ${how} while the token was valid for another ${left}${evicted.says}.`,
    [
      held,
      invoked,
      ...evicted.evidence,
      ...(request === undefined ? [] : [request.began]),
      ...(completed === undefined ? [] : [completed]),
    ],
  );
}

/** The request for signing keys that failed in a call without a request for a token: an API then refuses every token, and says nothing of it. */
function failedKeysOf(operation: Operation): Exchange | undefined {
  if (tokenRequestsBy(operation).length > 0) return undefined;
  return operation.exchanges.findLast(
    (exchange) => exchange.began.endpoint === "keys" && isFailedByService(exchange),
  );
}

function afterKeys(operation: Operation): string {
  const request = failedKeysOf(operation);
  return request === undefined
    ? ""
    : ` when the signing keys could not be read (${endingOf(request)})`;
}

/** How the client itself lost the token, when a newer one took its place. */
function describeEviction(
  history: History,
  { operation, held }: CallWithToken,
): { readonly says: string; readonly evidence: readonly EventRef[] } {
  const eviction = evictionOf(history, operation.invoked, held);
  if (eviction === undefined) return { says: "", evidence: [] };
  const { answer } = eviction;
  return {
    says: `; the client had evicted it ${sinceStart(history, answer.at)} into the run, when it got a token for ${eviction.for}`,
    evidence: [answer],
  };
}

/** Whether the caller got no token although the cached one was still valid when the call ended. */
function isWithheld(history: History, { operation, held }: CallWithToken): boolean {
  const { completed } = operation;
  if (completed === undefined || !isDenied(history, operation)) return false;
  if (useOfToken(history, operation, held.token) !== undefined) return false;
  if (isPersonNeeded(history, operation) || lacksKey(history, operation)) return false;
  return isValidAt(held.token, completed.at);
}

/** Grants that a person or an explicit credential starts: a cache cannot serve them. */
export const explicitGrants: ReadonlySet<string> = new Set([
  "authorization_code",
  "password",
  "device_code",
]);

function needlessRequestOf(
  history: History,
  operation: Operation,
  held: HeldToken,
): ExchangeBegan | undefined {
  const { token } = held;
  const rejected = rejectionOf(history, operation.exchanges, token);
  const found = tokenRequestsBy(operation).find(
    (exchange) =>
      !explicitGrants.has(grantOf(exchange) ?? "") &&
      isFreshAt(token, exchange.began.at) &&
      !isInBackground(operation, held, exchange) &&
      exchange.began.index < (rejected?.began.index ?? Infinity),
  );
  return found?.began;
}

/** Whether a request only renews the token early: the call got the cached one, and did not wait. */
function isInBackground({ completed }: Operation, held: HeldToken, exchange: Exchange): boolean {
  const { token, at } = held;
  const isServed =
    completed?.outcome === "ok" &&
    (completed.token?.accessToken ?? completed.tokenWithin) === token.accessToken;
  const hasWaited =
    completed !== undefined && (exchange.ended?.index ?? Infinity) < completed.index;
  const halfLifeAt = at + (token.expiresAt - at) / 2;
  return isServed && !hasWaited && exchange.began.at >= halfLifeAt;
}
