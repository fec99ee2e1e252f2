/**
 * Whether a call of own code had the token that its client holds: it sent it to an API. A call that
 * fails although it had its token was failed by something else, such as the API.
 */
import type { History, TokenFacts } from "../../history/event.ts";
import { isForToken } from "./exchange-outcomes.ts";
import type { Exchange, Operation } from "./exchanges.ts";

/**
 * What became of `held`, the token in the client's cache, in this call. `used`: the call sent it to
 * an API, or one that was issued to it meanwhile, and no later request for a token went without one.
 * `rejected`: an API rejected it, so that the call needed another. Undefined when it was not sent.
 */
export function useOfToken(
  history: History,
  { exchanges }: Operation,
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
  return asksInVain ? undefined : "used";
}

/** The first of these requests with which an API rejected the token. */
export function rejectionOf(
  { events }: History,
  exchanges: readonly Exchange[],
  held: TokenFacts | undefined,
): Exchange | undefined {
  return exchanges.find((exchange) => {
    const { began, ended } = exchange;
    if (held === undefined || tokenSentBy(exchange) !== held.accessToken) return false;
    return events
      .slice(began.index, ended?.index)
      .some(
        (event) =>
          event.kind === "token-presented" &&
          event.accessToken === held.accessToken &&
          event.verdict !== "accepted",
      );
  });
}

/** The fingerprint of the access token in a request to an API. */
export function tokenSentBy({ began: { endpoint, headers } }: Exchange): string | undefined {
  if (endpoint !== "resource" && endpoint !== "userinfo") return undefined;
  const value = headers.find(([name]) => name.toLowerCase() === "authorization")?.[1];
  return /^Bearer (at-[0-9a-f]+)$/i.exec(value ?? "")?.[1];
}
