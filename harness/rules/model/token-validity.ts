/**
 * Whether a client could use a token at a given moment.
 */
import type { TokenFacts } from "../../history/event.ts";

/** The margin before expiry in which clients may stop using a token, ms (MSAL's own: `docs/sources.md#k1`). */
const EXPIRY_MARGIN_MS = 300_000;

/** Whether a token has more than the usual margin of five minutes left at `atMs`, ms since the Unix epoch. */
export function isValidAt(token: TokenFacts, atMs: number): boolean {
  return token.expiresAt - atMs > EXPIRY_MARGIN_MS;
}

/** Whether there is no reason yet to renew a token at `atMs`: it is valid, and `refresh_in`, if any, has not passed. */
export function isFreshAt(token: TokenFacts, atMs: number): boolean {
  return isValidAt(token, atMs) && (token.refreshAt === undefined || atMs < token.refreshAt);
}
