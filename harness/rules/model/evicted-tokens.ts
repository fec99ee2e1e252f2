/**
 * Tokens that a client has put out of its own cache: MSAL keeps one token for scopes that overlap,
 * so a token for A and B makes room for one for B and C, however long it is still valid.
 */
import type { ExchangeEnded, History, OperationInvoked } from "../../history/event.ts";
import { exchangesOf } from "./exchanges.ts";
import { scopeKey } from "./identifiers.ts";
import type { HeldToken } from "./token-inventory.ts";

/** What took the place of a token. */
export interface Eviction {
  readonly answer: ExchangeEnded;
  /** The scopes of the newer token. */
  readonly scopes: string;
}

/** The answer after which the client no longer had the token for this call: a token of the same user for other scopes that overlap. */
export function evictionOf(
  history: History,
  call: OperationInvoked,
  held: HeldToken,
): Eviction | undefined {
  const own = scopesOf(call);
  for (const { ended, operation } of exchangesOf(history)) {
    if (ended?.issued?.token === undefined || operation === undefined) continue;
    if (ended.index <= held.index || ended.index >= call.index || !isAlike(operation, call))
      continue;
    const others = scopesOf(operation);
    const isOther = scopeKey(operation.scopes.join(" ")) !== scopeKey(call.scopes.join(" "));
    if (isOther && !own.isDisjointFrom(others))
      return { answer: ended, scopes: [...others].join(" ") };
  }
  return undefined;
}

function scopesOf({ scopes }: OperationInvoked): ReadonlySet<string> {
  return new Set(
    scopeKey(scopes.join(" "))
      .split(" ")
      .filter((scope) => scope !== ""),
  );
}

function isAlike(one: OperationInvoked, other: OperationInvoked): boolean {
  return (
    one.client === other.client &&
    one.app === other.app &&
    one.tenant === other.tenant &&
    one.user === other.user
  );
}
