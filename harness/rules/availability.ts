/**
 * Rule `availability`: the share of calls that succeeded among those that could have.
 * A call that did not end in time (rule `call-duration`) has not succeeded.
 * A call could have ended ok when its client had a valid token, or when it could reach a service
 * that answered: no fault took its request (or would have, more likely than not), no Retry-After
 * was running, no back-off after a failure was due, and no person was needed.
 * Source: `docs/sources.md#m2` and `docs/sources.md#m3` (what the cache and the backup make possible).
 */
import { formatDuration, minutes } from "../core/time/duration.ts";
import type { Flow, History, OperationInvoked } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { cacheKeyOf } from "./model/cache-key.ts";
import { stretchesWithoutToken } from "./model/without-token.ts";
import { usesEntra } from "./model/entra-use.ts";
import { availableTokensAt } from "./model/available-tokens.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { callMaxMsOf, isOpenEnded, isOverdue } from "./model/call-time.ts";
import {
  endOf,
  exchangesOf,
  operationsOf,
  type Exchange,
  type Operation,
} from "./model/exchanges.ts";
import { metFaultSpansOf } from "./model/unmet-faults.ts";
import {
  outageSpansOf,
  signInFaultsAt,
  tokenFaultIdsOf,
  tokenFaultsAt,
} from "./model/fault-windows.ts";
import { counted, sinceStart } from "./model/messages.ts";
import { isCacheable, tokenRequestsBy } from "./model/operations.ts";
import { gotAllItAskedFor } from "./model/asked-for.ts";
import { isFailedByService, isWithoutAnswerAt } from "./model/exchange-outcomes.ts";
import { isPersonNeeded } from "./model/person-needed.ts";
import { useOfToken } from "./model/shown-tokens.ts";
import { isValidAt } from "./model/token-validity.ts";
import { perHistory } from "./model/per-history.ts";
import { hasSucceeded } from "./model/success.ts";
import { lacksKey } from "./model/withheld-keys.ts";

/** How long a client may wait after a failure without Retry-After (MSAL's own back-off: `docs/sources.md#k1`). */
const BACK_OFF_MS = minutes(1);

/** Judges `availability`; bound: `limits.availabilityMin`, a share from 0 to 1, 1 by default. */
export const availability: Rule = {
  id: "availability",
  says: "Operations end ok whenever the client had a valid token or the service could have issued one.",
  source:
    "What applications can have in an outage: Increase the resilience of authentication and authorization in client applications (https://learn.microsoft.com/entra/architecture/resilience-client-app); Backup authentication system (https://learn.microsoft.com/entra/architecture/backup-authentication-system)",
  fix: "See why the first call was denied: a valid token was not used, a back-off was longer than the service asked for, or the call depended on a request that it does not need.",
  excuses: [
    { id: "cut-off", says: "The end of the run cut the call off within its limit." },
    {
      id: "person-needed",
      says: "Only a person can help: the service says so, or the client does and holds nothing to go on with.",
    },
    { id: "last-minutes", says: "A token in its last five minutes does not count as held." },
    {
      id: "new-token-wanted",
      says: "The application passes claims or asks for a new token, so the cache does not help.",
    },
    {
      id: "fault-active",
      says: "A fault would have failed a request of the call more likely than not, and the call was not issued its token all the same.",
    },
    { id: "slice", says: "A fault for some callers took requests of this one." },
    { id: "failed-request", says: "The service failed a request that the call needs." },
    { id: "refused", says: "The service refused the request, for instance for a wrong secret." },
    {
      id: "key-withheld",
      says: "A fault left the signing key out of the last read of the keys, less than five minutes before.",
    },
    { id: "retry-after", says: "A Retry-After for the same token was running." },
    { id: "back-off", says: "A request for the same token failed up to a minute before." },
    { id: "shared-request", says: "Another request for the same token was still open." },
    {
      id: "token-used",
      says: "The call had sent its token to an API, no later request of it for a token failed, and an API failed or the error is not one of the client, and it was no answer 5xx of a call whose name has succeeded without the outage.",
    },
    {
      id: "token-rejected",
      says: "An API rejected the cached token within the call, so that it does not count as held.",
    },
    { id: "limit", says: "The share that the scenario sets, if it sets one, was reached." },
  ],
  judge,
};

type Chance = "served" | "denied" | "no chance";

function judge(history: History): Judgement {
  const calls = operationsOf(history).map((operation) => ({
    operation,
    chance: chanceOf(history, operation),
  }));
  const served = calls.filter(({ chance }) => chance === "served");
  const denied = calls.filter(({ chance }) => chance === "denied");
  const [disturbance] = [
    ...metFaultSpansOf(history),
    ...exchangesOf(history)
      .filter(isFailedByService)
      .map(({ began }) => began),
  ];
  const possible = served.length + denied.length;
  if (disturbance === undefined || possible === 0) {
    return inconclusive("No fault or failure happened while a call could have ended ok.");
  }
  const min = history.header.limits?.availabilityMin ?? 1;
  const share = served.length / possible;
  const withoutMs = stretchesWithoutToken(history).reduce(
    (sum, { from, to }) => sum + to - from,
    0,
  );
  const without =
    withoutMs === 0
      ? ""
      : `; together, callers were without a token for ${formatDuration(withoutMs)}`;
  const figures = `${served.length} of ${counted(possible, "call")} that could have ended ok did (${percent(share)})${without}`;
  const [first] = denied;
  if (share < min && first !== undefined) {
    const { invoked, completed } = first.operation;
    return fails(
      `${figures}; at least ${percent(min)} must. The first call that was denied without need was made ${sinceStart(history, invoked.at)} into the run.`,
      [
        ...denied.slice(0, 7).map(({ operation }) => operation.invoked),
        ...(completed === undefined ? [] : [completed]),
      ],
    );
  }
  return passes(`${figures}.`, [disturbance]);
}

function chanceOf(history: History, operation: Operation): Chance {
  const { invoked, completed } = operation;
  const isLate = isOverdue(history, operation);
  if (hasSucceeded(history, operation) && !isLate)
    return usesEntra(history, operation) ? "served" : "no chance";
  if (isOpenEnded(operation) && !isLate) return "no chance";
  if (isPersonNeeded(history, operation) || lacksKey(history, operation)) return "no chance";
  const { token: held, lastRequest } = availableTokensAt(history, invoked);
  // What came later came too late.
  const endedAt = Math.min(
    completed?.at ?? endOf(history),
    invoked.at + callMaxMsOf(history, operation),
  );
  const hadToken = held !== undefined && isValidAt(held.token, endedAt);
  const use = useOfToken(history, operation, held?.token);
  const hasAll = gotAllItAskedFor(history, operation, endedAt);
  if (use === "used") return hasAll && isOfOutage(history, operation) ? "denied" : "no chance";
  if (hasAll && tokenRequestsBy(operation).length > 0) return "denied";
  if (isCacheable(operation) && hadToken && use === undefined) return "denied";
  if (isUnderFault(history, invoked, invoked.at) || isUnderFault(history, invoked, endedAt))
    return "no chance";
  const failed = operation.exchanges.some((exchange) =>
    isFailedBySignIn(history, exchange, endedAt),
  );
  if (failed || isRefused(operation)) return "no chance";
  return mayStillWait(operation, lastRequest) ? "no chance" : "denied";
}

/** Whether a call answered 5xx in an outage, while its name is known to succeed without one. Other errors may be about what was asked for, such as an order that is not there. */
function isOfOutage(history: History, operation: Operation): boolean {
  const outages = outageSpansOf(history);
  const isIn = ({ invoked, completed }: Operation): boolean =>
    outages.some(({ from, to }) => from <= (completed?.at ?? Infinity) && invoked.at <= to);
  const { client, app } = operation.invoked;
  const { completed } = operation;
  return (
    completed?.outcome === "fail" &&
    /^http_5\d\d$/.test(completed.error.code) &&
    isIn(operation) &&
    operationsOf(history).some(
      (other) =>
        other.invoked.client === client &&
        other.invoked.app === app &&
        !isIn(other) &&
        hasSucceeded(history, other),
    )
  );
}

/** Whether a request sent at that time would more likely than not have met a fault. */
function isUnderFault(history: History, invoked: OperationInvoked, atMs: number): boolean {
  const faults = pageFlows.has(invoked.flow)
    ? signInFaultsAt(history, atMs).filter(({ window }) => window.at !== "backup")
    : tokenFaultsAt(history, atMs);
  return faults.some(({ window, beganAt }) => {
    const { id, where, first, after, chance = 1, ramp = { from: 1, to: 1 } } = window;
    // Only the requests show which callers a slice or a fault of preflights affects: those whose requests it took.
    if (where !== undefined || window.preflights === "only")
      return (
        takenCacheKeysOf(history)
          .get(id)
          ?.has(cacheKeyOf(history, invoked) ?? invoked.client) === true
      );
    if (first !== undefined || after !== undefined) return false;
    const progress = Math.min(1, (atMs - beganAt) / window.for);
    return chance * (ramp.from + (ramp.to - ramp.from) * progress) >= 0.5;
  });
}

/** Flows through the sign-in page, visible or in an iframe; a mount may not know which call their requests belong to. */
const pageFlows: ReadonlySet<Flow> = new Set(["popup", "redirect", "sso-silent"]);

/** By fault window, the cache keys of the calls of which it took a request. */
const takenCacheKeysOf = perHistory((history): ReadonlyMap<string, ReadonlySet<string>> => {
  const byWindow = new Map<string, Set<string>>();
  for (const { operation, ended } of exchangesOf(history)) {
    if (operation === undefined) continue;
    ended?.faults?.forEach((id) => {
      const keys = byWindow.get(id) ?? new Set();
      byWindow.set(id, keys.add(cacheKeyOf(history, operation) ?? operation.client));
    });
  }
  return byWindow;
});

/** Whether a request failed because sign-in itself was broken, and not an endpoint that a call does not need. */
function isFailedBySignIn(history: History, exchange: Exchange, byMs: number): boolean {
  const { began, ended } = exchange;
  if (!isWithoutAnswerAt(exchange, byMs)) return false;
  if (neededEndpoints.has(began.endpoint)) return true;
  const faults = tokenFaultIdsOf(history);
  return ended?.faults?.some((id) => faults.has(id)) ?? false;
}

const neededEndpoints: ReadonlySet<string> = new Set([
  "token",
  "authorize",
  "device-code",
  "managed-identity",
  "saml",
]);

/** Whether the last request for a token was answered with an error; if the service did not fail it, it rejected it, for instance for a wrong secret: that is not a question of availability. */
function isRefused(operation: Operation): boolean {
  const end = tokenRequestsBy(operation).at(-1)?.ended?.end;
  return end?.kind === "response" && end.status >= 400;
}

/** Whether another request under the same cache key was still open, or had failed too recently to try again. */
function mayStillWait(
  { invoked, completed }: Operation,
  lastRequest: Exchange | undefined,
): boolean {
  if (lastRequest === undefined || !isWithoutAnswerAt(lastRequest, completed?.at ?? invoked.at))
    return false;
  const { ended } = lastRequest;
  if (ended === undefined) return true;
  return invoked.at <= ended.at + Math.max(ended.retryAfter?.ms ?? 0, BACK_OFF_MS);
}

function percent(share: number): string {
  return `${Math.floor(share * 1_000) / 10} %`;
}
