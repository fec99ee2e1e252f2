/**
 * Plays a fleet of modelled clients against one service with a queue. A client is a row of typed
 * arrays; one event is one request, since the end of a request is known when it arrives.
 */
import type { FailureKind } from "../../clients/behaviour/behaviour.ts";
import { pauseAfter } from "../../clients/behaviour/retry-policy.ts";
import { createRandom } from "../../core/random.ts";
import { createQueuedService, REJECTED } from "../../faults/service/queued-service.ts";
import { createSupply, type SupplyChange } from "../../faults/service/supply.ts";
import { createDueList, type DueList } from "./due-list.ts";
import {
  type FleetOutage,
  type FleetPlan,
  type FleetService,
  nextCallFrom,
  renewalMs,
} from "./fleet-plan.ts";
import { createFleetTally, type FleetSeries, type FleetTally } from "./fleet-tally.ts";

/** How the request of a client ends: with a token, or as one of the failures; `atMs` is when the caller knows. */
interface Ending {
  failure: FailureKind | undefined;
  atMs: number;
}

/**
 * Plays the plan and counts by the second. Equal plans give equal counts.
 *
 * @example
 * const { without } = playFleet(plan);
 * const mostWithout = Math.max(...without);
 */
export function playFleet(plan: FleetPlan): FleetSeries {
  const tally = createFleetTally(plan.untilMs);
  const due = createDueList(plan.clients);
  const random = createRandom(plan.seed);
  const draw = drawsOf(random.fork("pauses"));
  const ask = askService(plan, tally, drawsOf(random.fork("service")));
  const client = createClients(plan, { tally, due, draw });
  startAll(plan, due, drawsOf(random.fork("ages of tokens")));
  due.takeUntil(plan.untilMs, (number, atMs) => {
    if (client.isHeld(number, atMs)) client.fails(number, atMs);
    else client.learns(number, ask(atMs));
  });
  return tally.series();
}

type Draw = () => number;

function drawsOf(random: { integer: (min: number, max: number) => number }): Draw {
  return () => random.integer(0, 0xffff_fffe) / 0xffff_ffff;
}

function startAll({ begins, clients, ...plan }: FleetPlan, due: DueList, draw: Draw): void {
  const everyMs = renewalMs(plan);
  for (let number = 0; number < clients; number += 1)
    due.put(number, begins === "spread" ? draw() * everyMs : startOf(number, clients, begins));
}

/** When a client of many that start evenly over a time starts, ms. */
export function startOf(
  number: number,
  clients: number,
  { evenlyOverMs }: { readonly evenlyOverMs: number },
): number {
  return Math.floor((evenlyOverMs * number) / clients);
}

/** What the service makes of a request; counts it. The value is the same object each time. */
function askService(
  { service, patienceMs }: FleetPlan,
  tally: FleetTally,
  draw: Draw,
): (atMs: number) => Ending & { readonly retryAfterMs: number } {
  const { perSecond, longestWaitMs, outages, rejectsWith } = service;
  const supply = createSupply(perSecond, changesOf(service));
  const queue = createQueuedService(perSecond, { supply, longestWaitMs });
  const result = { failure: undefined as FailureKind | undefined, atMs: 0, retryAfterMs: 0 };
  const ends = (failure: FailureKind | undefined, atMs: number) => {
    result.failure = failure;
    result.atMs = atMs;
    result.retryAfterMs = failure === undefined ? 0 : retryAfterOf(service, failure, draw);
    return result;
  };
  /** A service that does not answer resets its connections when it comes back. */
  const endsIn = (now: FleetOutage, atMs: number) => {
    if (now.answers !== "timed-out") return ends(now.answers, atMs);
    const hungUpMs = atMs + patienceMs;
    const endMs = endOfOutage(now);
    return hungUpMs <= endMs ? ends("timed-out", hungUpMs) : ends("unreachable", endMs);
  };
  let outage = 0;
  return (atMs) => {
    tally.count("offered", atMs);
    while (endOfOutage(outages[outage]) <= atMs) outage += 1;
    const now = outages[outage];
    if (now !== undefined && now.fromMs <= atMs && (now.share === undefined || draw() < now.share))
      return endsIn(now, atMs);
    const servedAtMs = queue.arrive(atMs);
    if (servedAtMs === REJECTED) {
      tally.count("rejected", atMs);
      return ends(rejectsWith, atMs);
    }
    if (servedAtMs - atMs > patienceMs) {
      tally.count("wasted", servedAtMs);
      return ends("timed-out", atMs + patienceMs);
    }
    tally.count("served", servedAtMs);
    return ends(undefined, servedAtMs);
  };
}

function endOfOutage(outage: FleetOutage | undefined): number {
  return outage === undefined ? Infinity : outage.fromMs + outage.forMs;
}

/** In an outage of all requests the service works on nothing; after it its capacity may grow from nothing. */
function changesOf({ outages, rampMs }: FleetService): readonly SupplyChange[] {
  return outages.flatMap(({ fromMs, forMs, share = 1 }) => {
    const untilMs = fromMs + forMs;
    if (share < 1) return [];
    return [
      { fromMs, untilMs, share: 0 },
      ...(rampMs === 0
        ? []
        : [{ fromMs: untilMs, untilMs: untilMs + rampMs, share: 0, endsAt: 1 }]),
    ];
  });
}

function retryAfterOf({ retryAfter }: FleetService, failure: FailureKind, draw: Draw): number {
  if (failure === "unreachable" || failure === "timed-out" || retryAfter.kind === "none") return 0;
  return retryAfter.kind === "fixed" ? retryAfter.afterMs : draw() * retryAfter.withinMs;
}

interface Surroundings {
  readonly tally: FleetTally;
  readonly due: DueList;
  readonly draw: Draw;
}

/** The rows of all clients, and what moves them. */
function createClients(plan: FleetPlan, { tally, due, draw }: Surroundings) {
  const { clients, behaviour, policy, callsEveryMs, tokenLifetimeMs, retryBudget } = plan;
  const heldUntil = new Float64Array(clients);
  const lastPause = new Float32Array(clients);
  const failedCalls = new Uint16Array(clients);
  const retriesInCall = new Uint8Array(clients);
  const budget = new Float32Array(retryBudget === undefined ? 0 : clients).fill(
    retryBudget?.most ?? 0,
  );

  const succeeds = (number: number, atMs: number): void => {
    if (failedCalls[number] !== 0) tally.change(atMs, -1);
    failedCalls[number] = 0;
    retriesInCall[number] = 0;
    if (retryBudget !== undefined) {
      const earned = (budget[number] ?? 0) + retryBudget.perSuccess;
      budget[number] = Math.min(retryBudget.most, earned);
    }
    const dueMs = atMs + tokenLifetimeMs - behaviour.renewsBeforeMs;
    due.put(number, nextCallFrom(atMs, dueMs, callsEveryMs));
  };

  /** A call ends without a token: the application pauses. */
  const fails = (number: number, atMs: number): void => {
    const before = failedCalls[number] ?? 0;
    if (before === 0) tally.change(atMs, 1);
    const failed = Math.min(before + 1, 0xffff);
    failedCalls[number] = failed;
    const pauseMs = pauseAfter(policy, { failed, lastMs: lastPause[number] ?? 0, draw });
    lastPause[number] = pauseMs;
    const heldMs = (heldUntil[number] ?? 0) - atMs;
    // Calls that fail without a request need no event each where the pauses are equal.
    const calls = policy.kind === "every" ? Math.max(1, Math.ceil(heldMs / pauseMs)) : 1;
    due.put(number, atMs + calls * pauseMs);
  };

  const retries = (number: number): boolean => {
    if (retryBudget === undefined) return true;
    const left = budget[number] ?? 0;
    if (left < 1) return false;
    budget[number] = left - 1;
    return true;
  };

  return {
    fails,
    /** Whether a call fails without a request. */
    isHeld: (number: number, atMs: number): boolean =>
      retriesInCall[number] === 0 && (heldUntil[number] ?? 0) > atMs,
    /** A request of the client has ended. */
    learns(
      number: number,
      { failure, atMs, retryAfterMs }: Ending & { retryAfterMs: number },
    ): void {
      if (failure === undefined) return succeeds(number, atMs);
      const { retriesAfterMs, holdsMs, honoursRetryAfter } = behaviour.onFailure[failure];
      const sent = retriesInCall[number] ?? 0;
      const pauseMs = retriesAfterMs[sent];
      if (pauseMs !== undefined && retries(number)) {
        retriesInCall[number] = sent + 1;
        return due.put(number, atMs + pauseMs);
      }
      retriesInCall[number] = 0;
      heldUntil[number] = atMs + (honoursRetryAfter && retryAfterMs > 0 ? retryAfterMs : holdsMs);
      fails(number, atMs);
    },
  };
}
