/**
 * Whether a call of own code had the token that its client holds: it sent it to an API. A call that
 * fails although it had its token was failed by something else, such as the API.
 */
import type { History, TokenFacts, TokenPresented } from "../../history/event.ts";
import { isForToken, statusOf } from "./exchange-outcomes.ts";
import { exchangesOf, type Exchange, type Operation } from "./exchanges.ts";

/**
 * What became of `held`, the token in the client's cache, in a call that failed. `used`: the call
 * sent it to an API, or one that was issued to it meanwhile, no later request for a token went
 * without one, and either the API failed or the error is not one of the client. `rejected`: an API
 * rejected it, so that the call needed another. Undefined when it was not sent, or when the client
 * then had none to give.
 */
export function useOfToken(
  history: History,
  { exchanges, completed }: Operation,
  held: TokenFacts | undefined,
): "used" | "rejected" | undefined {
  const issued = exchanges.flatMap(({ ended }) => ended?.issued?.token?.accessToken ?? []);
  const own = new Set([...issued, ...(held === undefined ? [] : [held.accessToken])]);
  const sent = exchanges.filter((exchange) => own.has(tokenSentBy(exchange) ?? ""));
  const last = sent.at(-1);
  if (last === undefined) return undefined;
  if (rejectionOf(history, exchanges, held) !== undefined) return "rejected";
  const asksInVain = exchanges.some(
    ({ began, ended }) =>
      isForToken(began) && began.index > last.began.index && ended?.issued?.token === undefined,
  );
  const isByClient = completed?.outcome === "fail" && clientErrors.has(completed.error.name);
  return asksInVain || (isByClient && hasSucceeded(last)) ? undefined : "used";
}

/** Whether an API answered a request with a success. */
function hasSucceeded({ ended }: Exchange): boolean {
  const end = ended?.end;
  return end?.kind === "response" && end.status < 400 && end.cut === undefined;
}

/** Names of errors that only a library for tokens throws: MSAL's, and those of @azure/identity. `AuthError` and `AuthenticationError` are also the names of other libraries. */
export const clientErrors: ReadonlySet<string> = new Set([
  "BrowserAuthError",
  "BrowserConfigurationAuthError",
  "ClientAuthError",
  "ClientConfigurationError",
  "InteractionRequiredAuthError",
  "ManagedIdentityError",
  "NativeAuthError",
  "NestedAppAuthError",
  "NodeAuthError",
  "PlatformBrokerError",
  "AggregateAuthenticationError",
  "AuthenticationRequiredError",
  "CredentialUnavailableError",
]);

/** The first of these requests with which an API rejected the token, so that its sender knows. */
export function rejectionOf(
  { events }: History,
  exchanges: readonly Exchange[],
  held: TokenFacts | undefined,
): Exchange | undefined {
  return exchanges.find((exchange) => {
    const { began, ended } = exchange;
    if (held === undefined || tokenSentBy(exchange) !== held.accessToken) return false;
    // Other calls may show the same token meanwhile: the answer says which of them was rejected.
    if (ended === undefined || statusOf(exchange) !== 401) return false;
    return events
      .slice(began.index, ended.index)
      .some(
        (event) =>
          event.kind === "token-presented" &&
          event.accessToken === held.accessToken &&
          event.verdict !== "accepted",
      );
  });
}

/**
 * Whether a token that an API had rejected was sent to one again by a client that could know:
 * after the first 401 to a request with it. Where no request shows the token, it could.
 */
export function isShownKnowingly(
  history: History,
  first: TokenPresented,
  again: TokenPresented,
): boolean {
  const carrying = exchangesOf(history).filter(
    (exchange) => tokenSentBy(exchange) === first.accessToken,
  );
  const knownIndex = Math.min(
    ...carrying.flatMap((exchange) => {
      const { ended } = exchange;
      return ended !== undefined && ended.index > first.index && statusOf(exchange) === 401
        ? [ended.index]
        : [];
    }),
  );
  // Of several requests under way the last is the likeliest: one that never ends would explain them all.
  const sender = carrying.findLast(
    ({ began, ended }) => began.index < again.index && again.index < (ended?.index ?? Infinity),
  );
  return sender === undefined || sender.began.index > knownIndex;
}

/** The fingerprint of the access token in a request to an API. */
export function tokenSentBy({ began: { endpoint, headers } }: Exchange): string | undefined {
  if (endpoint !== "resource" && endpoint !== "userinfo") return undefined;
  const value = headers.find(([name]) => name.toLowerCase() === "authorization")?.[1];
  return /^Bearer (at-[0-9a-f]+)$/i.exec(value ?? "")?.[1];
}
