/**
 * Rule `proactive-refresh`: `refresh_in` asks clients to renew hours before expiry, so that they
 * still have a valid token when an outage begins. That helps only when a failing early refresh
 * costs the caller neither the token nor time. Source: `docs/sources.md#m3` ("Cache tokens",
 * "Acquire tokens silently"); `docs/sources.md#b`, refresh_in: "client refreshes when passed
 * and keeps old token on failure".
 */
import { formatDuration, seconds } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import type { HeldToken } from "./model/token-inventory.ts";
import type { Judgement, Rule } from "./rule.ts";
import { availableTokensAt } from "./model/available-tokens.ts";
import { fails, passes, inconclusive, type EventRef } from "./model/verdicts.ts";
import { endOf, operationsOf, type Exchange, type Operation } from "./model/exchanges.ts";
import { counted, every, sinceStart } from "./model/messages.ts";
import { isCacheable } from "./model/operations.ts";
import {
  isFailedByService,
  isToSignInService,
  isWithoutAnswerAt,
} from "./model/exchange-outcomes.ts";
import { isPersonNeeded } from "./model/person-needed.ts";
import { isValidAt } from "./model/token-validity.ts";
import { totalOutagesAt } from "./model/fault-windows.ts";
import { hasSucceeded, isDenied } from "./model/success.ts";

/** The longest delay that a user at a screen accepts; a scenario can set another. */
const DELAY_MAX_MS = seconds(5);

/** Judges `proactive-refresh`; bound: `limits.proactiveRefreshDelayMaxMs`, five seconds by default. */
export const proactiveRefresh: Rule = {
  id: "proactive-refresh",
  says: "Past refresh_in, a failing refresh neither fails the operation nor delays it for long.",
  source:
    "refresh_in of the token response: the client refreshes early and keeps the old token on failure (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Hand out the valid token at once and refresh in the background; where the library waits or throws, keep the last token and limit the call by a time-out.",
  excuses: [
    {
      id: "new-token-wanted",
      says: "The application forces a refresh, answers a claims challenge, or uses a flow that always needs the service.",
    },
    { id: "sign-in-required", says: "The service has answered that only a sign-in helps." },
    {
      id: "short-delay",
      says: "A call waits for at most five seconds, or as long as the scenario allows.",
    },
    {
      id: "last-minutes",
      says: "The token has five minutes or less left when the call begins, or when a call that waited no longer than it may ends.",
    },
    {
      id: "no-failing-refresh",
      says: "No refresh has failed or been slow since refresh_in passed, and no outage is total; rule cached-token judges the call.",
    },
  ],
  judge,
};

/** A call past refresh_in whose refresh failed, or was slow. */
interface Early {
  readonly operation: Operation;
  readonly held: HeldToken;
  readonly request: Exchange | undefined;
  readonly tookMs: number;
}

function judge(history: History): Judgement {
  const maxMs = history.header.limits?.proactiveRefreshDelayMaxMs ?? DELAY_MAX_MS;
  const early = operationsOf(history).flatMap((operation) => {
    const found = earlyRefreshOf(history, operation, maxMs);
    return found === undefined ? [] : [found];
  });
  const denied = early.filter(({ operation }) => isDenied(history, operation));
  const delayed = early.filter(
    ({ operation, tookMs }) => !isDenied(history, operation) && tookMs > maxMs,
  );
  const [first = delayed[0]] = denied;
  const all = counted(early.length, "call");
  if (first !== undefined) {
    const { operation, tookMs } = first;
    const worstMs = Math.max(...delayed.map((one) => one.tookMs));
    const parts = [
      ...(denied.length === 0 ? [] : [`${denied.length} got no token`]),
      ...(delayed.length === 0
        ? []
        : [
            `${delayed.length} waited longer than ${formatDuration(maxMs)}, up to ${formatDuration(worstMs)}`,
          ]),
    ];
    return fails(
      `Of ${all} with a valid token past refresh_in and a failing or slow refresh, ${parts.join(" and ")}; the first, ${sinceStart(history, operation.invoked.at)} into the run, ended after ${formatDuration(tookMs)}.`,
      evidenceOf(first),
    );
  }
  const [served] = early.filter(({ operation }) => hasSucceeded(history, operation));
  if (served === undefined) {
    return inconclusive(
      "No call was made with a valid token past refresh_in while a refresh failed.",
    );
  }
  const slowestMs = Math.max(...early.map(({ tookMs }) => tookMs));
  return passes(
    `${every(early.length, "call")} with a valid token past refresh_in and a failing or slow refresh got a token, the slowest after ${formatDuration(slowestMs)}.`,
    evidenceOf(served),
  );
}

function earlyRefreshOf(history: History, operation: Operation, maxMs: number): Early | undefined {
  const { invoked, completed } = operation;
  if (!isCacheable(operation) || isPersonNeeded(history, operation)) return undefined;
  const { token: held, lastRequest } = availableTokensAt(history, invoked);
  const refreshAt = held?.token.refreshAt;
  if (held === undefined || refreshAt === undefined || invoked.at < refreshAt) return undefined;
  const endedAt = completed?.at ?? endOf(history);
  const tookMs = endedAt - invoked.at;
  if (!isValidAt(held.token, invoked.at)) return undefined;
  // A caller that waited past the token's expiry waited for the refresh, too.
  if (!isValidAt(held.token, endedAt) && tookMs <= maxMs) return undefined;
  const hasFailedEarly =
    lastRequest !== undefined &&
    lastRequest.began.at >= refreshAt &&
    isWithoutAnswerAt(lastRequest, invoked.at);
  const own = operation.exchanges
    .filter(isToSignInService)
    .find((exchange) => isFailedByService(exchange) || durationOf(history, exchange) > maxMs);
  const request = own ?? (hasFailedEarly ? lastRequest : undefined);
  if (request === undefined && totalOutagesAt(history, invoked.at).length === 0) return undefined;
  return { operation, held, request, tookMs };
}

function durationOf(history: History, { began, ended }: Exchange): number {
  return (ended?.at ?? endOf(history)) - began.at;
}

function evidenceOf({ operation, held, request }: Early): EventRef[] {
  const { invoked, completed } = operation;
  return [
    held,
    invoked,
    ...(request === undefined ? [] : [request.ended ?? request.began]),
    ...(completed === undefined ? [] : [completed]),
  ];
}
