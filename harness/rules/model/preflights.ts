/**
 * Preflights in a history: the OPTIONS requests by which a browser asks whether a page may send
 * what it wants to send. No client sends them, so rules about clients must not count them.
 */
import type { ExchangeBegan, ExchangeEnded } from "../../history/event.ts";

/** Whether the browser was told yes: the request itself follows, and says all that there is to say. */
export function isPassedPreflight(began: ExchangeBegan, ended: ExchangeEnded | undefined): boolean {
  if (!isPreflight(began) || ended?.end.kind !== "response") return false;
  return ended.end.status >= 200 && ended.end.status < 300;
}

/**
 * The end as the client may know it. A preflight without a yes stands for the request that the
 * browser then never sends, and the page learns that it failed and nothing of the answer: no
 * error, no Retry-After.
 */
export function asClientSees(began: ExchangeBegan, ended: ExchangeEnded): ExchangeEnded {
  if (!isPreflight(began)) return ended;
  const { error: _error, retryAfter: _retryAfter, issued: _issued, ...rest } = ended;
  return rest;
}

function isPreflight({ method }: ExchangeBegan): boolean {
  return method === "OPTIONS";
}
