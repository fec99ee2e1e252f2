/**
 * Whether a failed call of the user's own code had a valid token for what it asked Entra for. One
 * name may stand for calls that need different tokens, of several tenants, APIs or users: the
 * request that failed shows which one this was, and earlier answers what its client held.
 */
import type { History } from "../../history/event.ts";
import { explicitGrants } from "../../rules/cached-token.ts";
import { objectIdOf, resourceKey, tenantKeyOf } from "../../rules/model/identifiers.ts";
import { exchangesOf, type Exchange, type Operation } from "../../rules/model/exchanges.ts";
import {
  grantOf,
  isFailedByService,
  isToSignInService,
} from "../../rules/model/exchange-outcomes.ts";
import { purposeIn } from "../../rules/model/purposes.ts";
import { isValidAt } from "../../rules/model/token-validity.ts";
import { sessionBehind, userBehind } from "../../rules/model/users-behind.ts";

/**
 * Whether the client held a valid token, from before `index`, for what a call asked in vain. Where
 * the request does not show which of several tokens it was for, each of them must have been valid.
 */
export function hadNeededToken(history: History, call: Operation, index: number): boolean {
  const { invoked, completed, exchanges } = call;
  const failed = exchanges.filter((one) => isToSignInService(one) && isFailedByService(one));
  const forTokens = failed.filter(({ began }) => began.endpoint === "token");
  const asked =
    forTokens.length === 0
      ? failed[0]
      : forTokens.find((one) => !explicitGrants.has(grantOf(one) ?? ""));
  if (asked === undefined || completed === undefined) return false;
  const issued = exchangesOf(history).filter(
    (exchange) =>
      exchange.client === invoked.client &&
      exchange.ended?.issued?.token !== undefined &&
      // A token that a call of another name asked for may be for something else.
      (exchange.operation === undefined ||
        purposeIn(history, exchange.operation) === purposeIn(history, invoked)) &&
      isCompatible(history, exchange, asked),
  );
  const byKey = [...Map.groupBy(issued, (exchange) => keyOf(history, exchange)).values()];
  return (
    byKey.length > 0 &&
    byKey.every((alike) => {
      const held = alike.findLast(({ ended }) => (ended?.index ?? Infinity) < index);
      const token = held?.ended?.issued?.token;
      return token !== undefined && isValidAt(token, completed.at);
    })
  );
}

/** What a token is for, as far as its request and answer show it. */
function keyOf(history: History, exchange: Exchange): string {
  const { began, ended } = exchange;
  const issuedTo = ended?.issued?.user;
  const user = issuedTo === undefined ? userBehind(history, exchange) : objectIdOf(issuedTo);
  return [tenantKeyOf(exchange), began.app, resourceKey(began), user].join(" · ");
}

/** Whether nothing shows that a token is for something else than a request asked for. */
function isCompatible(history: History, exchange: Exchange, asked: Exchange): boolean {
  const wanted = namesOfUser(history, asked);
  const users = namesOfUser(history, exchange);
  return (
    tenantsOf(history, exchange).some((tenant) => isSame(tenant, tenantKeyOf(asked))) &&
    isSame(exchange.began.app, asked.began.app) &&
    isSame(resourceKey(exchange.began), resourceKey(asked.began)) &&
    (users.size === 0 || wanted.size === 0 || !users.isDisjointFrom(wanted))
  );
}

/** The tenant of a token, by each name by which the call asked for it: metadata by a domain, tokens by the id. */
function tenantsOf(history: History, exchange: Exchange): readonly string[] {
  const { operation } = exchange;
  const alike = exchangesOf(history).filter(
    (other) => operation !== undefined && other.operation?.operation === operation.operation,
  );
  return [exchange, ...alike].map(tenantKeyOf);
}

/** What is known of the user of a request: the name in its hint, the object id, the session, and the refresh token that was issued. */
function namesOfUser(history: History, exchange: Exchange): ReadonlySet<string> {
  const { began, ended } = exchange;
  const { user: issuedTo, refreshToken } = ended?.issued ?? {};
  return new Set(
    [
      began.user?.toLowerCase(),
      userBehind(history, exchange),
      sessionBehind(history, exchange),
      issuedTo === undefined ? undefined : objectIdOf(issuedTo),
      refreshToken,
    ].filter((name) => name !== undefined),
  );
}

/** Unknown is the same as anything: a connection that failed has sent no form. */
function isSame(one = "", other = ""): boolean {
  return one === "" || other === "" || one.toLowerCase() === other.toLowerCase();
}
