/**
 * Whether a failed call of the user's own code had a valid token for what it asked Entra for. One
 * name may stand for calls that need different tokens, of several tenants, APIs or users: the
 * request that failed shows which one this was, and earlier answers what its client held.
 */
import type { History } from "../../history/event.ts";
import { objectIdOf, scopeKey } from "../../rules/model/identifiers.ts";
import { exchangesOf, type Exchange, type Operation } from "../../rules/model/exchanges.ts";
import { isFailedByService, isToSignInService } from "../../rules/model/exchange-outcomes.ts";
import { purposeOf } from "../../rules/model/purposes.ts";
import { isValidAt } from "../../rules/model/token-validity.ts";

/**
 * Whether the client held a valid token, from before `index`, for what a call asked in vain. Where
 * the request does not show which of several tokens it was for, each of them must have been valid.
 */
export function hadNeededToken(history: History, call: Operation, index: number): boolean {
  const { invoked, completed, exchanges } = call;
  const failed = exchanges.filter((one) => isToSignInService(one) && isFailedByService(one));
  const asked = failed.find(({ began }) => began.endpoint === "token") ?? failed[0];
  if (asked === undefined || completed === undefined) return false;
  const issued = exchangesOf(history).filter(
    (exchange) =>
      exchange.client === invoked.client &&
      exchange.ended?.issued?.token !== undefined &&
      // A token that a call of another name asked for may be for something else.
      (exchange.operation === undefined || purposeOf(exchange.operation) === purposeOf(invoked)) &&
      isCompatible(exchange, asked, tenantsOf(history, exchange)),
  );
  const byKey = [...Map.groupBy(issued, keyOf).values()];
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
function keyOf(exchange: Exchange): string {
  const { tenant, app, scope } = exchange.began;
  return [tenant, app, scopeKey(scope ?? ""), usersOf(exchange).at(-1)].join(" · ");
}

/** Whether nothing shows that a token is for something else than a request asked for. */
function isCompatible(
  exchange: Exchange,
  { began: asked }: Exchange,
  tenants: readonly string[],
): boolean {
  const { began } = exchange;
  const users = asked.user === undefined ? [] : usersOf(exchange);
  return (
    tenants.some((tenant) => isSame(tenant, asked.tenant)) &&
    isSame(began.app, asked.app) &&
    isSame(scopeKey(began.scope ?? ""), scopeKey(asked.scope ?? "")) &&
    (users.length === 0 || users.includes((asked.user ?? "").toLowerCase()))
  );
}

/** The tenant of a token, by each name by which the call asked for it: metadata by a domain, tokens by the id. */
function tenantsOf(history: History, { began, operation }: Exchange): readonly string[] {
  const alike = exchangesOf(history).filter(
    (other) => operation !== undefined && other.operation?.operation === operation.operation,
  );
  return [began, ...alike.map((other) => other.began)].map(({ tenant }) => tenant ?? "");
}

/** The names under which the user of a token is known: the hint of its request, then the object id. */
function usersOf({ began, ended }: Exchange): readonly string[] {
  const issuedTo = ended?.issued?.user;
  return [
    ...(began.user === undefined ? [] : [began.user.toLowerCase()]),
    ...(issuedTo === undefined ? [] : [objectIdOf(issuedTo)]),
  ];
}

/** Unknown is the same as anything: a connection that failed has sent no form. */
function isSame(one = "", other = ""): boolean {
  return one === "" || other === "" || one.toLowerCase() === other.toLowerCase();
}
