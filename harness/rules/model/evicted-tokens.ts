/**
 * Tokens that a client has put out of its own cache. MSAL keeps one token for scopes that overlap,
 * so a token for A and B makes room for one for B and C, however long it is still valid; and on
 * behalf of a user one for all of the user's sessions, which it hands out to the last one only.
 */
import type { ExchangeEnded, History, OperationInvoked } from "../../history/event.ts";
import { exchangesOf } from "./exchanges.ts";
import { objectIdOf, scopeKey } from "./identifiers.ts";
import { userBehind } from "./users-behind.ts";
import type { HeldToken } from "./token-inventory.ts";

/** What took the place of a token. */
export interface Eviction {
  readonly answer: ExchangeEnded;
  /** What the newer token is for. */
  readonly for: string;
}

/** The answer after which the client no longer had the token for this call: a token of the same user for other scopes that overlap, or for another session. */
export function evictionOf(
  history: History,
  call: OperationInvoked,
  held: HeldToken,
): Eviction | undefined {
  const own = scopesOf(call);
  for (const { ended, operation } of exchangesOf(history)) {
    if (ended?.issued?.token === undefined || operation === undefined) continue;
    const isBetween = ended.index > held.index && ended.index < call.index;
    if (!isBetween || !isAlike(history, operation, call)) continue;
    const others = scopesOf(operation);
    if (own.isDisjointFrom(others)) continue;
    if (own.size !== others.size || !own.isSubsetOf(others))
      return { answer: ended, for: `overlapping scopes (${[...others].join(" ")})` };
    if (operation.assertion !== call.assertion)
      return { answer: ended, for: "another session of the same user" };
  }
  return undefined;
}

function scopesOf({ scopes }: OperationInvoked): ReadonlySet<string> {
  return new Set(scopeKey(scopes.join(" ")).split(" "));
}

function isAlike(history: History, one: OperationInvoked, other: OperationInvoked): boolean {
  return (
    one.client === other.client &&
    one.app === other.app &&
    one.tenant === other.tenant &&
    (one.flow === "on-behalf-of") === (other.flow === "on-behalf-of") &&
    userOf(history, one) === userOf(history, other)
  );
}

/** Of a call on behalf of a user, whom the requests with its assertion were for. */
function userOf(history: History, { user, assertion }: OperationInvoked): string | undefined {
  if (user !== undefined || assertion === undefined) return user && objectIdOf(user);
  const request = exchangesOf(history).find(({ operation }) => operation?.assertion === assertion);
  return request === undefined ? undefined : userBehind(history, request);
}
