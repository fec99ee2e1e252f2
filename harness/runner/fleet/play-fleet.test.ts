/** The figures of the literature that a fleet must show; `docs/guide/fleet.md` names the sources. */
import { describe, expect, it } from "vitest";
import { bareBehaviour, type Behaviour, failureKinds } from "../../clients/behaviour/behaviour.ts";
import { retryPolicyOf } from "../../clients/behaviour/retry-policy.ts";
import { hours, minutes, seconds } from "../../core/time/duration.ts";
import { cheapestOf, type FleetOutcome, outcomeOf } from "./fleet-outcome.ts";
import { baseLoadOf, type FleetPlan, type FleetService } from "./fleet-plan.ts";
import { playFleet } from "./play-fleet.ts";

const respondingWith = (name: string, response: Partial<Behaviour["onFailure"]["gateway"]>) => ({
  ...bareBehaviour,
  name,
  onFailure: Object.fromEntries(
    failureKinds.map((kind) => [kind, { ...bareBehaviour.onFailure[kind], ...response }]),
  ) as Behaviour["onFailure"],
});

const holding = respondingWith("holds for a minute", { holdsMs: minutes(1) });
const retrying = respondingWith("retries within a call", {
  retriesAfterMs: [1_000, 2_000, 4_000],
  honoursRetryAfter: false,
});

interface Given {
  readonly behaviour?: Behaviour;
  readonly policy?: string;
  readonly plan?: Partial<FleetPlan>;
  readonly service?: Partial<FleetService>;
  /** Capacity to the usual load. */
  readonly capacity?: number;
}

function planOf({ behaviour = bareBehaviour, policy = "every:10s", ...given }: Given): FleetPlan {
  const fleet = {
    clients: 5_000,
    behaviour,
    policy: retryPolicyOf(policy).policy,
    callsEveryMs: minutes(1),
    tokenLifetimeMs: hours(1),
    patienceMs: seconds(30),
    begins: "spread" as const,
    untilMs: hours(1) + minutes(15) + hours(3),
    seed: "1",
    ...given.plan,
  };
  return {
    ...fleet,
    service: {
      perSecond: (given.capacity ?? 2) * baseLoadOf(fleet),
      longestWaitMs: seconds(20),
      rejectsWith: "unavailable",
      retryAfter: { kind: "none" },
      outages: [{ fromMs: hours(1), forMs: minutes(15), answers: "unavailable" }],
      rampMs: 0,
      ...given.service,
    },
  };
}

function outcome(given: Given): FleetOutcome {
  const plan = planOf(given);
  return outcomeOf(plan, playFleet(plan));
}

const policies: readonly [behaviour: Behaviour, policy: string][] = [
  [bareBehaviour, "every:10s"],
  [holding, "every:10s"],
  [retrying, "every:20s"],
  [bareBehaviour, "doubling"],
  [bareBehaviour, "doubling-full-jitter"],
];
const slots = { retryAfter: { kind: "slots", withinMs: minutes(30) } } as const;

describe("a fleet after an outage of a quarter of an hour, with twice the capacity it needs", () => {
  it.each(policies)(
    "%o, %s: never comes back where the queue is unbounded",
    (behaviour, policy) => {
      const unbounded = outcome({ behaviour, policy, service: { longestWaitMs: Infinity } });
      expect(unbounded.backAfterMs).toBeUndefined();
      expect(unbounded.wastedShare).toBeGreaterThan(0.9);
      expect(unbounded.mostWithout).toBeGreaterThan(0.9);
    },
  );

  it("comes back in the same quarter of an hour under each policy where the queue is shorter than the callers' patience", () => {
    const all = policies.map(([behaviour, policy]) => outcome({ behaviour, policy }));
    for (const { backAfterMs = Infinity, wastedShare } of all) {
      expect(backAfterMs / minutes(14)).toBeGreaterThan(0.9);
      expect(backAfterMs / minutes(14)).toBeLessThan(1.1);
      expect(wastedShare).toBe(0);
    }
    const [every, held, within, doubled, jittered] = all.map(
      ({ peakToCapacity }) => peakToCapacity,
    );
    expect(within).toBeGreaterThan(every ?? 0);
    expect(every).toBeGreaterThan(4 * (held ?? Infinity));
    expect(held).toBeGreaterThan(jittered ?? Infinity);
    expect(jittered).toBeGreaterThan(doubled ?? Infinity);
  });

  it("comes back later, with the fewest requests, and with either queue, where Retry-After gives each caller its own time", () => {
    const [bounded, unbounded] = [seconds(20), Infinity].map((longestWaitMs) =>
      outcome({ service: { ...slots, longestWaitMs } }),
    );
    expect(unbounded?.backAfterMs).toBe(bounded?.backAfterMs);
    expect((bounded?.backAfterMs ?? 0) / minutes(25)).toBeGreaterThan(0.9);
    expect(bounded?.sentForEachServed).toBeLessThan(1.7);
    const played = policies.map(([, policy]) => ({ outcome: outcome({ policy }) }));
    const best = { outcome: bounded as FleetOutcome };
    expect(cheapestOf([...played, best])).toBe(best);
  });

  it("comes back where the queue is unbounded and callers never hang up", () => {
    const { backAfterMs } = outcome({
      plan: { patienceMs: Infinity },
      service: { longestWaitMs: Infinity },
    });
    expect(backAfterMs).toBeDefined();
  });

  it("ends the requests of callers who never hang up when a service that did not answer is back", () => {
    const silent = { fromMs: hours(1), forMs: minutes(15), answers: "timed-out" } as const;
    const plan = planOf({ plan: { patienceMs: Infinity }, service: { outages: [silent] } });
    const { offered } = playFleet(plan);
    const during = offered.slice(3_600, 4_500).reduce((sum, count) => sum + count, 0);
    const after = offered.slice(4_500, 4_511).reduce((sum, count) => sum + count, 0);
    expect(after).toBeGreaterThanOrEqual(during);
  });

  it("comes back later where the capacity is ramped up", () => {
    const ramped = outcome({ service: { rampMs: minutes(10) } });
    expect(ramped.backAfterMs).toBeGreaterThan(outcome({}).backAfterMs ?? Infinity);
  });

  it("plays the same with the same seed, and otherwise with another", () => {
    const seeds = ["1", "1", "2"].map((seed) => playFleet(planOf({ plan: { seed } })).offered);
    expect(seeds[1]).toEqual(seeds[0]);
    expect(seeds[2]).not.toEqual(seeds[0]);
  });
});

describe("retries within a call while a share of the requests fails", () => {
  const always = respondingWith("three retries at once", { retriesAfterMs: [0, 0, 0] });
  const amplification = (share: number, budget: boolean): number => {
    const plan = planOf({
      behaviour: always,
      policy: "every:60s",
      capacity: 1_000,
      plan: { clients: 200, ...(budget ? { retryBudget: { perSuccess: 0.1, most: 10 } } : {}) },
      service: {
        outages: [{ fromMs: 0, forMs: hours(12), answers: "unavailable", share }],
      },
    });
    const calls = { ...plan, behaviour: bareBehaviour };
    const sent = (of: FleetPlan): number =>
      playFleet({ ...of, untilMs: hours(12) }).offered.reduce((all, count) => all + count, 0);
    return sent(plan) / sent(calls);
  };

  it("multiply the load by one more than their number when all requests fail (Brooker 2022)", () => {
    expect(amplification(0.999_999, false)).toBeCloseTo(4, 1);
  });

  it("spend a budget that successes earn, and then are no more than a first request each", () => {
    expect(amplification(0.999_999, true)).toBeLessThan(1.1);
    expect(amplification(0.05, true)).toBeGreaterThan(0.9 * amplification(0.05, false));
  });
});

describe("clients that contend for a service without a queue (AWS 2015)", () => {
  it.each(["doubling-equal-jitter", "doubling-full-jitter", "doubling-decorrelated"])(
    "%s sends fewer requests than no jitter, and ends sooner",
    (policy) => {
      const contending = (name: string): FleetOutcome =>
        outcome({
          policy: name,
          plan: {
            clients: 200,
            begins: { evenlyOverMs: 0 },
            tokenLifetimeMs: hours(24),
            untilMs: hours(12),
          },
          service: {
            perSecond: 2,
            longestWaitMs: 0,
            outages: [{ fromMs: 0, forMs: 1, answers: "unavailable" }],
          },
        });
      const [plain, jittered] = [contending("doubling"), contending(policy)];
      expect(jittered.sentForEachServed).toBeLessThan(plain.sentForEachServed);
      expect(jittered.backAfterMs).toBeLessThan(plain.backAfterMs ?? Infinity);
    },
  );
});
