/**
 * Rule `recovery`: after the last fault has cleared, every call for a token succeeds within a
 * time limit, and the clients do not all return at once. A service with limited capacity counts
 * as returned: whether it stays up depends on the clients, and one that prolongs its collapse has
 * not recovered. A client with a Retry-After has the time limit from its end. Own code that
 * swallows the failure, ends ok, and asks for no token again has not recovered either. Users who
 * were signed out on purpose, or who must sign in, are not judged here but by
 * `fallback-to-interaction`.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { FaultEnded, FaultsCleared, History } from "../history/event.ts";
import { breaksWithoutLoad } from "../history/fault-facts.ts";
import { instructedMsOf } from "./retry-after.ts";
import { densestWindow } from "./model/densest-window.ts";
import type { Judgement, Rule } from "./rule.ts";
import { andMore, counted } from "./model/messages.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { callsWithoutAsking } from "./model/given-up.ts";
import { createLockoutCheck } from "./model/lockouts.ts";
import { usesEntra, whyUnproven } from "./model/entra-use.ts";
import { isOpenEnded, isOverdue } from "./model/call-time.ts";
import { interactionRequestOf, isInteractive } from "./model/operations.ts";
import { endOf, exchangesOf, operationsOf, type Operation } from "./model/exchanges.ts";
import { metFaultSpansOf } from "./model/unmet-faults.ts";
import { lastFaultsCleared } from "./model/fault-windows.ts";
import { objectIdOf, scopeKey } from "./model/identifiers.ts";
import { purposeIn } from "./model/purposes.ts";
import { hasSucceeded, isEmpty } from "./model/success.ts";

/** Judges `recovery`; bounds: `limits.recoveryWithinMs`, two minutes by default, and `limits.recoveryRequestsPerMinuteMax`. */
export const recovery: Rule = {
  id: "recovery",
  says: "After the last fault clears, calls succeed within two minutes, or the limit that the scenario sets, and without a spike of requests above capacity.",
  source:
    "Microsoft Entra, Increase the resilience of client applications: temporary blocks must end with their cause (https://learn.microsoft.com/entra/architecture/resilience-client-app); after recovery, requests return to the primary (https://learn.microsoft.com/entra/architecture/backup-authentication-system)",
  fix: "Let throttle blocks and circuit breakers end by themselves, and add jitter to retries. Whether a cap on back-off helps depends on the service: where it rejects what it cannot serve in time, waits of at most a minute or two bring everyone back soonest; where it queues without a bound, such retries keep it down, and only longer waits or Retry-After let it recover. If too many requests came at once, wait longer; if calls failed long after the end, shorter.",
  excuses: [
    {
      id: "first-minutes",
      says: "A call fails within the limit after the end of the faults, and a later one succeeds.",
    },
    { id: "retry-after", says: "The limit counts from the end of the caller's own Retry-After." },
    { id: "locked-out", says: "The script has locked out the user or app." },
    { id: "person-needed", says: "The service answers, and requires a person to sign in." },
    { id: "cut-off", says: "The end of the run cut the call off within its limit." },
    {
      id: "sign-in",
      says: "A sign-in that began before the end of the faults, and waits for its person.",
    },
    {
      id: "token-held",
      says: "Own code that asks for no token was issued one for the same since, or has a valid one.",
    },
    {
      id: "other-work",
      says: "Own code of a name that also ended ok without a token before one was refused.",
    },
    { id: "still-down", says: "A fault is still active, other than a limited capacity." },
    { id: "no-fault-met", says: "No fault took a request." },
    { id: "resent", says: "For the limit on requests: the browser itself sent the request again." },
    { id: "api", says: "For the limit on requests: requests to a protected API." },
  ],
  judge,
};

const RECOVERY_WITHIN_MS = 120_000;

interface Breach {
  readonly operation: Operation;
  readonly why: string;
  /** What the call did; default: how it ended. */
  readonly how?: string;
}

function judge(history: History): Judgement {
  const cleared = serviceReturned(history);
  if (cleared === undefined) return inconclusive("The faults never cleared, or there were none.");
  if (metFaultSpansOf(history).length === 0)
    return inconclusive("No request met a fault, so there was nothing to recover from.");
  const spike = judgeSpike(history, cleared);
  if (spike !== undefined) return spike;
  const withinMs = history.header.limits?.recoveryWithinMs ?? RECOVERY_WITHIN_MS;
  const instructed = instructedUntil(history);
  const canSucceed = createLockoutCheck(history);
  const after = operationsOf(history).filter(({ invoked }) => invoked.index > cleared.index);
  const breaches: Breach[] = [];
  const succeeded: Operation[] = [];
  for (const [key, operations] of Map.groupBy(after, (call) => tokenRequestKeyOf(history, call))) {
    const mayAskAt = Math.max(cleared.at, instructed.get(key) ?? 0);
    const isLate = (operation: Operation): boolean => isOverdue(history, operation);
    succeeded.push(...operations.filter((one) => hasSucceeded(history, one) && !isLate(one)));
    for (const operation of operations) {
      const isFailed =
        operation.completed?.outcome === "fail" || isEmpty(history, operation) || isLate(operation);
      if (!isFailed || !canSucceed(operation)) continue;
      // The service works, and requires a person to sign in.
      if (interactionRequestOf(operation) !== undefined) continue;
      const { at } = operation.invoked;
      const since = `${formatDuration(at - cleared.at)} after ${nameOf(cleared)}`;
      if (at >= mayAskAt + withinMs) breaches.push({ operation, why: since });
      else if (operation === operations.at(-1) && at >= mayAskAt)
        breaches.push({ operation, why: `${since}, and no later call succeeded` });
    }
  }
  breaches.push(...hungSinceBefore(history, cleared, withinMs));
  for (const operation of callsWithoutAsking(history)) {
    const { index, at } = operation.invoked;
    const mayAskAt = Math.max(
      cleared.at,
      instructed.get(tokenRequestKeyOf(history, operation)) ?? 0,
    );
    if (index < cleared.index || at < mayAskAt + withinMs || !canSucceed(operation)) continue;
    breaches.push({
      operation,
      why: `${formatDuration(at - cleared.at)} after ${nameOf(cleared)}`,
      how: "did without the token that it had been refused, and did not ask for it,",
    });
  }
  const [first] = breaches.sort((a, b) => a.operation.invoked.index - b.operation.invoked.index);
  if (first !== undefined) {
    const { invoked } = first.operation;
    const how = first.how ?? describeEnd(history, first.operation);
    return fails(
      `A call of ${invoked.client} still ${how} ${first.why}${andMore(breaches)}.`,
      breaches.map(({ operation }) => operation.completed ?? operation.invoked),
    );
  }
  const recovered = succeeded.filter((operation) => usesEntra(history, operation));
  if (succeeded.length > 0 && recovered.length === 0)
    return inconclusive(
      `Calls succeeded after the last fault cleared, but ${whyUnproven(history, succeeded)}`,
    );
  return recovered.length === 0
    ? inconclusive("No call ended after the last fault cleared.")
    : passes(
        `${counted(recovered.length, "call")} succeeded after ${nameOf(cleared)}, and none failed after more than ${formatDuration(withinMs)}.`,
        [cleared, ...recovered.map(({ completed, invoked }) => completed ?? invoked)],
      );
}

function describeEnd(history: History, operation: Operation): string {
  if (operation.completed?.outcome === "fail") return "failed";
  return isOverdue(history, operation) ? "did not end in time," : "returned no token";
}

/** Calls from before the service returned that go on waiting for it, such as those with a request that will never be answered. */
function hungSinceBefore(
  history: History,
  cleared: ServiceReturn,
  withinMs: number,
): readonly Breach[] {
  return operationsOf(history)
    .filter((operation) => {
      const { invoked, completed } = operation;
      if (invoked.index > cleared.index || isInteractive(operation)) return false;
      const endedAt = completed?.at ?? endOf(history);
      const isHung = isOpenEnded(operation) && isOverdue(history, operation);
      return isHung && endedAt >= cleared.at + withinMs;
    })
    .map((operation) => ({
      operation,
      why: `${formatDuration((operation.completed?.at ?? endOf(history)) - cleared.at)} after ${nameOf(cleared)}, having begun before it`,
    }));
}

/** The event after which clients can recover: no fault is active any more, or only a limited capacity. */
type ServiceReturn = FaultsCleared | FaultEnded;

function serviceReturned(history: History): ServiceReturn | undefined {
  const breaking = new Set<string>();
  let hasCapacity = false;
  let last: FaultEnded | undefined;
  for (const event of history.events) {
    if (event.kind === "fault-began") {
      if (!breaksWithoutLoad(event.window)) hasCapacity = true;
      else breaking.add(event.window.id);
    } else if (event.kind === "fault-ended" && breaking.delete(event.window)) last = event;
  }
  const isBack = hasCapacity && last !== undefined && breaking.size === 0;
  return isBack ? last : lastFaultsCleared(history);
}

function nameOf({ kind }: ServiceReturn): string {
  return kind === "faults-cleared" ? "the last fault cleared" : "the outage ended";
}

function judgeSpike(history: History, cleared: ServiceReturn): Judgement | undefined {
  const maximum = history.header.limits?.recoveryRequestsPerMinuteMax;
  if (maximum === undefined) return undefined;
  const requests = exchangesOf(history).filter(
    ({ began }) =>
      began.index > cleared.index && began.endpoint !== "resource" && began.resent !== true,
  );
  const worst = densestWindow(requests, 60_000);
  if (worst.length <= maximum) return undefined;
  return fails(
    `${counted(worst.length, "request")} within one minute after ${nameOf(cleared)}; at most ${maximum} are allowed.`,
    worst.map(({ began }) => began),
  );
}

function tokenRequestKeyOf(history: History, { invoked }: Operation): string {
  const { client, tenant, user, scopes } = invoked;
  const person = user === undefined ? "" : objectIdOf(user);
  return [client, purposeIn(history, invoked), tenant, person, scopeKey(scopes.join(" "))].join(
    " · ",
  );
}

/** Until when the service's Retry-After lasts, by key of the token request; ms since the Unix epoch. */
function instructedUntil(history: History): ReadonlyMap<string, number> {
  const until = new Map<string, number>();
  for (const operation of operationsOf(history)) {
    for (const exchange of operation.exchanges) {
      const askedMs = instructedMsOf(exchange);
      if (askedMs === 0 || exchange.ended === undefined) continue;
      const key = tokenRequestKeyOf(history, operation);
      until.set(key, Math.max(until.get(key) ?? 0, exchange.ended.at + askedMs));
    }
  }
  return until;
}
