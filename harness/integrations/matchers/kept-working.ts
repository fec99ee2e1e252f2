/**
 * Whether an application kept working with its cached tokens in an outage. The token calls of
 * a user's code are invisible; its operations, its requests and the tokens that it shows to
 * APIs are not. So this checks: while every token request failed, did operations that had
 * worked before go on working while their token was valid? What rule `cached-token` finds,
 * where the calls are visible, counts as well.
 */
import { cachedToken } from "../../rules/cached-token.ts";
import type { History, OperationInvoked, TokenPresented } from "../../history/event.ts";
import { passRule } from "./by-rule.ts";
import { callsNotSeen, hasOnlyRequests } from "./requests-only.ts";
import { actionFor, type MatcherVerdict, messageFrom } from "./verdict.ts";
import {
  exchangesOf,
  operationsOf,
  type Exchange,
  type Operation,
} from "../../rules/model/exchanges.ts";
import { isFailedByService, isToSignInService } from "../../rules/model/exchange-outcomes.ts";
import { isTotalOutage } from "../../rules/model/fault-windows.ts";
import { EARLIER_TOKENS, usesEntra } from "../../rules/model/entra-use.ts";
import { purposeIn } from "../../rules/model/purposes.ts";
import { hadNeededToken } from "./needed-token.ts";
import { hasSucceeded } from "../../rules/model/success.ts";
import { andMore, counted } from "../../rules/model/messages.ts";

/** Passes when a call ended ok, or an API accepted a token, in an outage without new tokens; fails when a call failed although it had a valid one. */
export function keptWorkingFromCache(history: History): MatcherVerdict {
  if (hasOnlyRequests(history)) return callsNotSeen();
  const outages = outagesOf(history);
  if (outages.length === 0) {
    return inconclusive(
      "no outage has kept the application from getting tokens",
      tokenEndpointOf(history) === "managed-identity"
        ? 'use outage("identity-endpoint-down"): tokens of a managed identity come from its machine.'
        : 'use outage({ for: "1h" }) or outage("token-server-error"); an outage of some requests only is not enough.',
    );
  }
  const judged = passRule(history, cachedToken.id);
  if (judged.verdict === "fail") return judged;
  const calls = operationsOf(history).filter(
    ({ invoked, completed }) =>
      completed !== undefined &&
      outages.some(({ from, to }) => from < invoked.index && completed.index < to),
  );
  const denied = calls.filter((call) => isDeniedNeedlessly(history, call));
  const [first] = denied;
  if (first !== undefined) return refuse(history, denied, first);
  const fromBefore = calls.filter((call) => isServedFromCache(history, outages, call));
  const served = fromBefore.filter((call) => usesEntra(history, call));
  const accepted = acceptedIn(history, outages);
  if (served.length + accepted.length > 0) {
    const evidence = [...served.map(({ completed, invoked }) => completed ?? invoked), ...accepted];
    return {
      verdict: "pass",
      message: messageFrom(history, {
        says: `${counted(served.length, "call")} succeeded and ${counted(accepted.length, "token")} ${accepted.length === 1 ? "was" : "were"} accepted by APIs while no new token was available`,
        evidence: evidence.slice(0, 8).map(({ index }) => index),
      }),
    };
  }
  if (fromBefore.length > 0)
    return inconclusive("nothing shows which token the calls in the outage had", EARLIER_TOKENS);
  return inconclusive(
    calls.length === 0
      ? "nothing was called while no new token was available"
      : "no call in the outage had a token from before it",
    actionFor(history).by === ""
      ? "click or reload before the outage, so that the app loads something with its token, and again in it."
      : "call your code with operate() before the outage, so that it has a token, and again in it, under the same name.",
  );
}

function inconclusive(says: string, advice: string): MatcherVerdict {
  return { verdict: "inconclusive", message: `${says}\n  In the test: ${advice}` };
}

function refuse(
  history: History,
  denied: readonly Operation[],
  { invoked, completed, exchanges }: Operation,
): MatcherVerdict {
  const more = andMore(denied);
  const shown = [invoked, ...exchanges.slice(0, 2).map(({ began }) => began), completed];
  return {
    verdict: "fail",
    message: messageFrom(history, {
      says: `"${invoked.app}" failed in the outage although the token it had worked with before was still valid${more}`,
      evidence: shown.flatMap((event) => (event === undefined ? [] : [event.index])),
      more: [
        `Rule: ${cachedToken.says}`,
        `To fix: ${cachedToken.fix}`,
        `Source: ${cachedToken.source}`,
      ],
    }),
  };
}

/** A part of the history, by indices, in which every token request failed; `to` is Infinity while it lasts. */
interface Outage {
  readonly from: number;
  readonly to: number;
}

/** By indices rather than by time: in a test, all of it may happen at one instant. */
function outagesOf(history: History): readonly Outage[] {
  const { events } = history;
  const endpoint = tokenEndpointOf(history);
  const outages: Outage[] = [];
  const open = new Set<string>();
  let from = 0;
  for (const event of events) {
    if (event.kind === "fault-began" && isTotalOutage(event.window, endpoint)) {
      if (open.size === 0) from = event.index;
      open.add(event.window.id);
    } else if (event.kind === "fault-ended" && open.delete(event.window) && open.size === 0)
      outages.push({ from, to: event.index });
  }
  return open.size === 0 ? outages : [...outages, { from, to: Infinity }];
}

/** Where the application gets its tokens: the endpoint of its machine only if it asked nowhere else. */
function tokenEndpointOf(history: History): "token" | "managed-identity" {
  const asked = exchangesOf(history).map(({ began }) => began.endpoint);
  return asked.includes("managed-identity") && !asked.includes("token")
    ? "managed-identity"
    : "token";
}

/** The index at which the outage around an event began. */
function beginOf(outages: readonly Outage[], index: number): number | undefined {
  return outages.find(({ from, to }) => from < index && index < to)?.from;
}

/** Whether a call failed because Entra failed, although the token of an earlier call of that name was still valid. */
function isDeniedNeedlessly(history: History, call: Operation): boolean {
  const { invoked, completed, exchanges } = call;
  if (completed === undefined || completed.outcome === "unknown") return false;
  if (hasSucceeded(history, call)) return false;
  if (!exchanges.some((exchange) => isToSignInService(exchange) && isFailedByService(exchange)))
    return false;
  const before = operationsOf(history, invoked.client).findLast(
    (earlier) =>
      purposeIn(history, earlier.invoked) === purposeIn(history, invoked) &&
      (earlier.completed?.index ?? Infinity) < invoked.index &&
      hasSucceeded(history, earlier),
  );
  return before?.completed !== undefined && hadNeededToken(history, call, before.completed.index);
}

/** Whether a call ended ok in the outage while its client had a token from before and no new one. */
function isServedFromCache(history: History, outages: readonly Outage[], call: Operation): boolean {
  const { invoked, completed } = call;
  if (completed === undefined || !hasSucceeded(history, call)) return false;
  const from = beginOf(outages, invoked.index) ?? 0;
  // What a call of another name is for may need no token.
  if (invoked.flow === "custom" && !hasWorkedBefore(history, invoked, from)) return false;
  const issued = issuesTo(history, invoked.client)
    .map(({ ended }) => ended?.index ?? Infinity)
    .filter((index) => index < completed.index);
  return issued.length > 0 && issued.every((index) => index < from);
}

function hasWorkedBefore(history: History, call: OperationInvoked, index: number): boolean {
  return operationsOf(history, call.client).some(
    (earlier) =>
      purposeIn(history, earlier.invoked) === purposeIn(history, call) &&
      (earlier.completed?.index ?? Infinity) < index &&
      hasSucceeded(history, earlier),
  );
}

function issuesTo(history: History, client: string): readonly Exchange[] {
  return exchangesOf(history).filter(
    (exchange) => exchange.client === client && exchange.ended?.issued?.token !== undefined,
  );
}

/** Tokens from before an outage that an API accepted in it. */
function acceptedIn(history: History, outages: readonly Outage[]): readonly TokenPresented[] {
  const issuedAt = new Map<string, number>();
  for (const { ended } of exchangesOf(history)) {
    const token = ended?.issued?.token?.accessToken;
    if (token !== undefined && ended !== undefined) issuedAt.set(token, ended.index);
  }
  return history.events.filter((event): event is TokenPresented => {
    if (event.kind !== "token-presented" || event.verdict !== "accepted") return false;
    const from = beginOf(outages, event.index);
    return from !== undefined && (issuedAt.get(event.accessToken) ?? Infinity) < from;
  });
}
