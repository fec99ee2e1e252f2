import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { createCapacity } from "./capacity.ts";
import type { CapacityEffect } from "./plan.ts";

// One seed, so that a failure in CI can be reproduced anywhere.
fc.configureGlobal({ seed: 20_261_121 });

const SECOND = 1_000;
const MINUTE = 60_000;

/** Ten requests in any ten seconds; one under a higher load; half of the capacity comes back in a minute. */
const ten: CapacityEffect = {
  kind: "capacity",
  requests: 10,
  perMs: 10 * SECOND,
  collapsesTo: 0.1,
  regrowsPerMinute: 0.5,
  shed: { status: 503, retryAfter: { form: "absent" }, body: { form: "empty" } },
};

/** How many of these requests are served. */
function servedOf(effect: CapacityEffect, timesMs: readonly number[]): number {
  const capacity = createCapacity(effect);
  return timesMs.filter((atMs) => !capacity.sheds(atMs)).length;
}

function atOnce(count: number, atMs: number): number[] {
  return Array.from({ length: count }, () => atMs);
}

describe("a service of limited capacity", () => {
  it("serves every request below its limit, without an end", () => {
    const steady = Array.from({ length: 1_000 }, (_, index) => index * SECOND);
    expect(servedOf(ten, steady)).toBe(1_000);
    expect(servedOf(ten, atOnce(10, 0))).toBe(10);
  });

  it("rejects the first request over its limit", () => {
    const capacity = createCapacity(ten);
    const ends = atOnce(12, 0).map((atMs) => capacity.sheds(atMs));
    expect(ends.filter((isShed) => !isShed)).toHaveLength(10);
    expect(ends.slice(10)).toEqual([true, true]);
  });

  it("serves its full capacity under any load when it cannot collapse", () => {
    const hammering = Array.from({ length: 600 }, (_, index) => index * 100);
    expect(servedOf({ ...ten, collapsesTo: 1 }, hammering)).toBe(60);
  });

  it("collapses as long as the load is over its limit", () => {
    const hammering = Array.from({ length: 6_000 }, (_, index) => index * 100);
    // Ten at once, then one in each ten seconds of the ten minutes.
    expect(servedOf(ten, hammering)).toBe(10 + 59);
    expect(servedOf({ ...ten, collapsesTo: 0 }, hammering)).toBe(10);
  });

  it.each([
    [0, 1],
    [30, 3],
    [60, 6],
    [107, 9],
    [108, 10],
    [3_600, 10],
  ])("can serve, %i s after the load was over, %i requests again", (calmSeconds, servable) => {
    // The load of the eleven counts until ten seconds after them.
    const backMs = 10 * SECOND + calmSeconds * SECOND;
    const capacity = createCapacity(ten);
    for (const atMs of atOnce(11, 0)) capacity.sheds(atMs);
    expect(atOnce(10, backMs).filter((atMs) => !capacity.sheds(atMs))).toHaveLength(servable);
  });

  it("grows back under a load within its full capacity, although it rejects some of it", () => {
    const capacity = createCapacity({ ...ten, collapsesTo: 0 });
    for (const atMs of atOnce(11, 0)) capacity.sheds(atMs);
    const light = Array.from({ length: 200 }, (_, index) => 20 * SECOND + index * 2 * SECOND);
    const ends = light.map((atMs) => (capacity.sheds(atMs) ? "shed" : "served"));
    expect(ends.slice(0, 4)).toEqual(["shed", "served", "shed", "shed"]);
    expect(new Set(ends.slice(30))).toEqual(new Set(["served"]));
  });

  it("counts shares as they are written, without rounding errors of binary numbers", () => {
    // 0.29 × 100 is 28.999999999999996.
    const hundred = createCapacity({ ...ten, requests: 100, collapsesTo: 0.29 });
    for (const atMs of atOnce(101, 0)) hundred.sheds(atMs);
    const backMs = 10 * SECOND;
    expect(atOnce(100, backMs).filter((atMs) => !hundred.sheds(atMs))).toHaveLength(29);
  });

  it("stays down when it never grows back", () => {
    const never = { ...ten, collapsesTo: 0, regrowsPerMinute: 0 };
    expect(servedOf(never, [...atOnce(11, 0), 1_000 * MINUTE])).toBe(10);
  });
});

const effects = fc.record({
  kind: fc.constant("capacity" as const),
  requests: fc.integer({ min: 1, max: 8 }),
  perMs: fc.integer({ min: 1, max: 5_000 }),
  collapsesTo: fc.double({ min: 0, max: 1, noNaN: true }),
  regrowsPerMinute: fc.double({ min: 0, max: 1, noNaN: true }),
  shed: fc.constant(ten.shed),
});

const arrivals = fc
  .array(fc.nat(2_000), { maxLength: 120 })
  .map((gapsMs) => gapsMs.map((_, last) => gapsMs.slice(0, last + 1).reduce((a, b) => a + b, 0)));

describe("any capacity under any load", () => {
  it("never serves more in any interval than its full capacity", () => {
    fc.assert(
      fc.property(effects, arrivals, (effect, timesMs) => {
        const capacity = createCapacity(effect);
        const served = timesMs.filter((atMs) => !capacity.sheds(atMs));
        expect(mostInStretch(served, effect.perMs)).toBeLessThanOrEqual(effect.requests);
      }),
    );
  });

  it("rejects no request while no interval has more than that", () => {
    fc.assert(
      fc.property(effects, arrivals, (effect, timesMs) => {
        const requests = mostInStretch(timesMs, effect.perMs) || 1;
        expect(servedOf({ ...effect, requests }, timesMs)).toBe(timesMs.length);
      }),
    );
  });

  it("serves no less after a longer time without load, and its full capacity in the end", () => {
    fc.assert(
      fc.property(effects, fc.nat(300_000), fc.nat(300_000), (effect, one, other) => {
        const { requests, perMs, regrowsPerMinute } = effect;
        const servable = (calmMs: number): number => {
          const capacity = createCapacity(effect);
          for (const atMs of atOnce(requests + 1, 0)) capacity.sheds(atMs);
          return atOnce(requests, perMs + calmMs).filter((atMs) => !capacity.sheds(atMs)).length;
        };
        expect(servable(Math.min(one, other))).toBeLessThanOrEqual(servable(Math.max(one, other)));
        fc.pre(regrowsPerMinute > 0.001);
        expect(servable(MINUTE / regrowsPerMinute + 1)).toBe(requests);
      }),
    );
  });

  it("decides the same for the same load", () => {
    fc.assert(
      fc.property(effects, arrivals, (effect, timesMs) => {
        const [one, other] = [createCapacity(effect), createCapacity(effect)];
        expect(timesMs.map((atMs) => one.sheds(atMs))).toEqual(
          timesMs.map((atMs) => other.sheds(atMs)),
        );
      }),
    );
  });
});

function mostInStretch(timesMs: readonly number[], perMs: number): number {
  const counts = timesMs.map(
    (fromMs) => timesMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + perMs).length,
  );
  return Math.max(0, ...counts);
}

describe("sixty clients that return to a collapsed service within ten seconds", () => {
  /** How many clients have been served after half an hour, when each retries after `waitMs` until it is. */
  function satisfied(waitMs: (failures: number) => number): number {
    const capacity = createCapacity({ ...ten, collapsesTo: 0 });
    let turns = Array.from({ length: 60 }, (_, index) => ({ atMs: index * 166, failures: 0 }));
    let count = 0;
    while (turns.length > 0) {
      turns.sort((a, b) => a.atMs - b.atMs);
      const [turn, ...rest] = turns;
      if (turn === undefined || turn.atMs > 30 * MINUTE) break;
      const failures = turn.failures + 1;
      const isShed = capacity.sheds(turn.atMs);
      if (!isShed) count += 1;
      turns = isShed ? [...rest, { atMs: turn.atMs + waitMs(failures), failures }] : rest;
    }
    return count;
  }

  it("keep it down when they retry every five seconds", () => {
    expect(satisfied(() => 5 * SECOND)).toBe(10);
  });

  it("are served in pulses when all of them wait a minute", () => {
    expect(satisfied(() => MINUTE)).toBe(60);
  });

  it("are served when they back off with jitter", () => {
    const random = createRandom("fleet");
    const waits = (failures: number): number => {
      const mostMs = Math.min(5 * SECOND * 2 ** failures, 5 * MINUTE);
      return random.integer(mostMs / 2, mostMs);
    };
    expect(satisfied(waits)).toBe(60);
  });
});
