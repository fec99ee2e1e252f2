/**
 * Whether a call got its caller what it was for: the one answer that rules, costs, matchers and
 * reports share. A client that returns without an error and without a token has served no one.
 */
import type { Flow, History } from "../../history/event.ts";
import { isFailedByService, statusOf } from "./exchange-outcomes.ts";
import { operationsOf, type Operation } from "./exchanges.ts";
import { outageSpansOf } from "./fault-windows.ts";
import { tokenRequestsBy } from "./operations.ts";
import { perHistory } from "./per-history.ts";
import { purposeIn } from "./purposes.ts";
import { tokenSentBy } from "./shown-tokens.ts";

/** Whether a call ended ok, and with the token that it was for. Of own code, only that of a name which reports tokens is known to be for one. */
export function hasSucceeded(history: History, operation: Operation): boolean {
  return operation.completed?.outcome === "ok" && !isEmpty(history, operation);
}

/** Whether a call ended ok without the token that it was for. */
export function isEmpty(history: History, operation: Operation): boolean {
  return emptyCallsOf(history).has(operation.invoked.operation);
}

/** Whether the application got nothing: a call failed or ended without its token, its caller timed out, or nothing can end it. */
export function isDenied(history: History, operation: Operation): boolean {
  const { completed } = operation;
  if (completed?.outcome === "unknown") return completed.reason !== "run-ended";
  return completed?.outcome === "fail" || isEmpty(history, operation);
}

/** Whether a call ended ok and reported its token. */
export function reportsToken({ completed }: Operation): boolean {
  return completed?.outcome === "ok" && completed.token !== undefined;
}

/** Whether a call reported its token, or a result with one in it. */
export function hasToken({ completed }: Operation): boolean {
  return completed?.outcome === "ok" && (completed.token ?? completed.tokenWithin) !== undefined;
}

/** The numbers of the calls that ended ok without the token that they were for. */
export const emptyCallsOf = perHistory((history): ReadonlySet<number> => {
  const ended = operationsOf(history).filter(({ completed }) => completed?.outcome === "ok");
  const isEmptyOfOwnCode = createOwnCodeCheck(history, ended);
  return new Set(
    ended
      .filter((call) => !hasToken(call))
      .filter((call) =>
        call.invoked.flow === "custom" ? isEmptyOfOwnCode(call) : !isRedeemedByPage(call),
      )
      .map(({ invoked }) => invoked.operation),
  );
});

/**
 * Creates a predicate for calls of own code that had to have a token and ended ok without one. Own
 * code may end ok without reporting its token, or do something that needs none.
 */
function createOwnCodeCheck(
  history: History,
  ended: readonly Operation[],
): (operation: Operation) => boolean {
  const outages = outageSpansOf(history);
  const reporting = new Set(ended.filter(reportsToken).map((call) => callerOf(history, call)));
  const asksForNothing = (operation: Operation): boolean =>
    !hasToken(operation) && tokenRequestsBy(operation).length === 0;
  const isUndisturbed = ({ invoked, completed, exchanges }: Operation): boolean =>
    !exchanges.some(isFailedByService) &&
    !outages.some(({ from, to }) => from <= (completed?.at ?? Infinity) && invoked.at <= to);
  const withOtherWork = new Set(
    ended
      .filter((one) => asksForNothing(one) && isUndisturbed(one))
      .map((call) => callerOf(history, call)),
  );
  const withOtherResults = new Set(
    ended
      .filter((one) => !hasToken(one) && isUndisturbed(one))
      .map((call) => callerOf(history, call)),
  );
  return (operation) => {
    const caller = callerOf(history, operation);
    if (!reporting.has(caller) || operation.exchanges.some(isServedByApi)) return false;
    const lastRequest = tokenRequestsBy(operation).at(-1);
    if (lastRequest === undefined) return !withOtherWork.has(caller);
    if (lastRequest.ended?.issued?.token === undefined) return true;
    // In an outage, of a name that else returns its token.
    return !isUndisturbed(operation) && !withOtherResults.has(caller);
  };
}

/** Calls of one client and purpose request the same token; other calls of the program may request none. */
function callerOf(history: History, { invoked }: Operation): string {
  return `${invoked.client} · ${purposeIn(history, invoked)}`;
}

/** Whether an API accepted a token that was sent to it. */
function isServedByApi(exchange: Operation["exchanges"][number]): boolean {
  return tokenSentBy(exchange) !== undefined && (statusOf(exchange) ?? 500) < 400;
}

/** Whether a person was sent back with a code behind the `#` of the address: the page redeems it, which a sign-in without its script does not see. */
function isRedeemedByPage(operation: Operation): boolean {
  if (!signInFlows.has(operation.invoked.flow) || tokenRequestsBy(operation).length > 0)
    return false;
  return operation.exchanges.some(
    (exchange) =>
      exchange.began.endpoint === "authorize" &&
      exchange.ended?.error === undefined &&
      statusOf(exchange) === 302 &&
      exchange.ended?.end.kind === "response" &&
      exchange.ended.end.headers.some(
        ([name, value]) => name.toLowerCase() === "location" && value.includes("#"),
      ),
  );
}

const signInFlows: ReadonlySet<Flow> = new Set(["authorization-code", "id-token"]);
