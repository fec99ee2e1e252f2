/** Random outages for a fleet, played by real clients and by their model: how far the two differ. */
import type { Behaviour, FailureKind } from "../../harness/clients/behaviour/behaviour.ts";
import { pauseAfter, retryPolicyOf } from "../../harness/clients/behaviour/retry-policy.ts";
import type { ClientUnderTest } from "../../harness/clients/client.ts";
import { createRandom } from "../../harness/core/random.ts";
import { hours, minutes, seconds } from "../../harness/core/time/duration.ts";
import { exchangesOf } from "../../harness/rules/model/exchanges.ts";
import type { FleetOutage, FleetPlan } from "../../harness/runner/fleet/fleet-plan.ts";
import {
  failureWindow,
  type FleetFlow,
  fleetSettings,
  isTokenRequest,
  ways,
} from "../../harness/runner/fleet/learn-behaviour.ts";
import { playFleet, startOf } from "../../harness/runner/fleet/play-fleet.ts";
import { runScenario } from "../../harness/runner/run.ts";
import { defineScenario } from "../../harness/runner/scenario.ts";

/** A plan of chance for so many clients: one to three outages of different kinds within two hours and a half. */
export function randomFleetPlan(behaviour: Behaviour, clients: number, seed: string): FleetPlan {
  const random = createRandom(`fleet plan ${seed}`);
  const outages: FleetOutage[] = [];
  const kinds: readonly FailureKind[] = [
    "throttled",
    "unavailable",
    "gateway",
    "unreachable",
    "timed-out",
  ];
  let atMs = minutes(random.integer(31, 55));
  for (let left = random.integer(1, 3); left > 0; left -= 1) {
    const forMs = minutes(random.integer(4, 25));
    const answers = kinds[random.integer(0, kinds.length - 1)] ?? "gateway";
    outages.push({ fromMs: atMs, forMs, answers });
    atMs += forMs + minutes(random.integer(1, 15));
  }
  const retryAfter = random.chance(0.5)
    ? ({ kind: "none" } as const)
    : ({ kind: "fixed", afterMs: seconds(random.integer(20, 240)) } as const);
  const everyMs = seconds(random.integer(7, 45));
  const policy = random.chance(0.5)
    ? ({ kind: "every", everyMs } as const)
    : retryPolicyOf("doubling").policy;
  return {
    clients,
    behaviour,
    policy,
    callsEveryMs: minutes(random.integer(3, 6)),
    tokenLifetimeMs: hours(1),
    patienceMs: seconds(random.integer(10, 40)),
    begins: { evenlyOverMs: minutes(30) },
    untilMs: hours(2.5),
    seed,
    service: {
      perSecond: 1e9,
      longestWaitMs: Infinity,
      rejectsWith: "unavailable",
      retryAfter,
      outages,
      rampMs: 0,
    },
  };
}

/** The token requests of each minute, as the model sends them. */
export function modelledRequests(plan: FleetPlan): readonly number[] {
  const { offered } = playFleet(plan);
  return byMinute(plan, (count) => offered.forEach((sent, second) => count(seconds(second), sent)));
}

/** The token requests of each minute, as real clients send them. */
export async function realRequests(
  plan: FleetPlan,
  client: ClientUnderTest,
  flow: FleetFlow,
): Promise<readonly number[]> {
  const { history } = await runScenario(realFleet(plan, flow), {
    client,
    mount: "direct",
    seed: plan.seed,
  });
  const { startedAt } = history.header;
  const requests = exchangesOf(history).filter(isTokenRequest);
  return byMinute(plan, (count) => requests.forEach(({ began }) => count(began.at - startedAt, 1)));
}

/** By how much two counts of requests differ: the requests of each minute that only one of them has, to all. */
export function differenceOf(one: readonly number[], other: readonly number[]): number {
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
  return sum(one.map((count, minute) => Math.abs(count - (other[minute] ?? 0)))) / sum(one);
}

function byMinute(
  plan: FleetPlan,
  each: (count: (atMs: number, sent: number) => void) => void,
): number[] {
  const counts = Array.from({ length: Math.ceil(plan.untilMs / minutes(1)) }, () => 0);
  each((atMs, sent) => {
    const minute = Math.floor(atMs / minutes(1));
    if (minute < counts.length) counts[minute] = (counts[minute] ?? 0) + sent;
  });
  return counts;
}

function realFleet(plan: FleetPlan, flow: FleetFlow) {
  const text = "A fleet of real clients beside its model.";
  const { service, clients, policy, patienceMs, callsEveryMs, untilMs, begins } = plan;
  const { retryAfter } = service;
  return defineScenario({
    name: "real-fleet",
    title: text,
    story: { standsFor: text, asserts: text, failureMeans: text, fix: text },
    needs: [flow],
    asserts: [],
    settings: fleetSettings(plan.tokenLifetimeMs),
    faults: service.outages.map(({ fromMs, forMs, answers }, index) =>
      failureWindow(flow, answers, {
        id: `outage-${index}`,
        from: fromMs,
        for: forMs,
        ...(retryAfter.kind === "fixed"
          ? { retryAfter: { form: "seconds", seconds: retryAfter.afterMs / 1_000 } }
          : {}),
      }),
    ),
    script: async ({ clock, open }) => {
      const turn = async (number: number): Promise<void> => {
        await clock.until(begins === "spread" ? 0 : startOf(number, clients, begins));
        const application = await open({ ...ways[flow].open, process: `process ${number}` });
        let failed = 0;
        let lastMs = 0;
        while (clock.elapsed() < untilMs) {
          const result = await application.attempt({
            ...ways[flow].request,
            timeoutMs: patienceMs,
          });
          failed = result instanceof Error ? failed + 1 : 0;
          lastMs =
            failed === 0 ? callsEveryMs : pauseAfter(policy, { failed, lastMs, draw: Math.random });
          await clock.until(Math.min(clock.elapsed() + lastMs, untilMs));
        }
      };
      await Promise.all(Array.from({ length: clients }, (_, number) => turn(number)));
    },
  });
}
