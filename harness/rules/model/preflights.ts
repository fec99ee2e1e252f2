/**
 * CORS preflights in a history: the OPTIONS requests by which a browser asks whether a page may
 * send a request. No client sends them, so rules about clients must not count them.
 */
import type { ExchangeBegan, ExchangeEnded } from "../../history/event.ts";

/** Whether a preflight was allowed: the request itself follows, and only that one counts. */
export function isPassedPreflight(began: ExchangeBegan, ended: ExchangeEnded | undefined): boolean {
  if (!isPreflight(began) || ended?.end.kind !== "response") return false;
  return ended.end.status >= 200 && ended.end.status < 300;
}

/**
 * The end of an exchange as the client sees it. A preflight that was not allowed counts as the
 * request that the browser then does not send; the page learns that it failed, but sees no error
 * and no Retry-After.
 */
export function asClientSees(began: ExchangeBegan, ended: ExchangeEnded): ExchangeEnded {
  if (!isPreflight(began)) return ended;
  const { error: _error, retryAfter: _retryAfter, issued: _issued, ...rest } = ended;
  return rest;
}

function isPreflight({ method }: ExchangeBegan): boolean {
  return method === "OPTIONS";
}
