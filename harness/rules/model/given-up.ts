/**
 * Calls of own code that go without the token that the service once refused them. An app that
 * answers with an empty list, a page of apology or nothing at all throws nothing, so its calls end
 * ok: while the service fails, that is good manners; once it works again and the app still asks
 * for no token, it has given up.
 */
import type { History } from "../../history/event.ts";
import { isFailedByService, isForToken } from "./exchange-outcomes.ts";
import { exchangesOf, operationsOf, type Exchange, type Operation } from "./exchanges.ts";
import { resourceKey } from "./identifiers.ts";
import { purposeIn } from "./purposes.ts";
import { tokenSentBy } from "./shown-tokens.ts";
import { hasToken } from "./success.ts";
import { isValidAt } from "./token-validity.ts";

/**
 * Calls of own code that ended ok without a token and without having asked for one, after an
 * earlier call of their purpose had asked in vain and ended ok as well. Left out are those whose
 * client had a token meanwhile, and purposes that also need none while nothing is refused. That it
 * asked in vain shows that it has none of an earlier test either.
 */
export function callsWithoutAsking(history: History): readonly Operation[] {
  const calls = operationsOf(history).filter(({ invoked }) => invoked.flow === "custom");
  const alike = Map.groupBy(
    calls,
    ({ invoked }) => `${invoked.client} · ${purposeIn(history, invoked)}`,
  );
  return [...alike.values()].flatMap((ofPurpose) => withoutAskingIn(history, ofPurpose));
}

function withoutAskingIn(history: History, ofPurpose: readonly Operation[]): readonly Operation[] {
  const isOnTheWay = onTheWay(ofPurpose);
  const calls = ofPurpose.filter(({ completed }) => completed?.outcome === "ok");
  const refusals = calls.map((call) => refusalOf(call, isOnTheWay));
  const refused = refusals.findIndex((one) => one !== undefined);
  const refusal = refusals[refused];
  if (refusal === undefined) return [];
  const needsNone = (call: Operation): boolean =>
    isWithoutAny(call, isOnTheWay) && !hasHeldToken(history, call, refusal);
  if (calls.slice(0, refused).some(needsNone)) return [];
  return calls.filter(needsNone);
}

/** The request of a call that the service failed, so that the call got no token. */
function refusalOf(call: Operation, isOnTheWay: IsOnTheWay): Exchange | undefined {
  const last = call.exchanges.findLast(isOnTheWay);
  if (last === undefined || hasToken(call) || !isFailedByService(last)) return undefined;
  const hasOne = call.exchanges.some(
    (one) => one.ended?.issued?.token !== undefined || tokenSentBy(one) !== undefined,
  );
  return hasOne ? undefined : last;
}

type IsOnTheWay = (exchange: Exchange) => boolean;

/**
 * Creates a predicate for requests that are for a token, or for what a sign-in library reads first.
 * The OpenID configuration is read by APIs that check tokens, too: only of a purpose that asks for
 * tokens at some time is it known to be on the way to one.
 */
function onTheWay(calls: readonly Operation[]): IsOnTheWay {
  const asks = calls.some((call) => call.exchanges.some(({ began }) => isForToken(began)));
  return ({ began }) =>
    isForToken(began) ||
    began.endpoint === "instance-discovery" ||
    (asks && began.endpoint === "openid-configuration");
}

function isWithoutAny(call: Operation, isOnTheWay: IsOnTheWay): boolean {
  return !hasToken(call) && call.exchanges.every((one) => !isOnTheWay(one) && !tokenSentBy(one));
}

/** Whether the client of a call had been issued a token that could serve it: one for the same as was refused, or where that is not known any. */
function hasHeldToken(history: History, { invoked, completed }: Operation, refusal: Exchange) {
  const wanted = resourceKey(refusal.began);
  return exchangesOf(history).some((exchange) => {
    const { client, ended } = exchange;
    const token = ended?.issued?.token;
    if (token === undefined || client !== invoked.client) return false;
    if (ended === undefined || ended.index > (completed?.index ?? Infinity)) return false;
    const isLater = ended.index > refusal.began.index;
    return (isLater || isValidAt(token, invoked.at)) && isFor(wanted, exchange);
  });
}

function isFor(wanted: string, { began }: Exchange): boolean {
  const other = resourceKey(began);
  return wanted === "" || other === "" || wanted === other;
}
