import { describe, expect, it } from "vitest";
import { createQueuedService, REJECTED } from "./queued-service.ts";
import { createSupply } from "./supply.ts";

describe("the supply of a service", () => {
  it("is nothing in an outage and grows back over a ramp", () => {
    const supply = createSupply(10, [
      { fromMs: 10_000, untilMs: 20_000, share: 0 },
      { fromMs: 20_000, untilMs: 30_000, share: 0, endsAt: 1 },
    ]);
    expect(supply.servableBy(10_000)).toBe(100);
    expect(supply.servableBy(20_000)).toBe(100);
    expect(supply.servableBy(25_000)).toBeCloseTo(112.5);
    expect(supply.servableBy(31_000)).toBeCloseTo(160);
  });

  it("says when a number of requests has been served, also after it was asked about later ones", () => {
    const supply = createSupply(10, [
      { fromMs: 10_000, untilMs: 20_000, share: 0 },
      { fromMs: 20_000, untilMs: 30_000, share: 0, endsAt: 1 },
    ]);
    expect(supply.timeOf(160)).toBeCloseTo(31_000);
    expect(supply.timeOf(112.5)).toBeCloseTo(25_000);
    expect(supply.timeOf(50)).toBeCloseTo(5_000);
    expect(supply.timeOf(101)).toBeGreaterThan(20_000);
  });
});

describe("a service with a queue", () => {
  const ofTwo = (longestWaitMs: number, changes = createSupply(2, [])) =>
    createQueuedService(2, { supply: changes, longestWaitMs });

  it("serves one request after the other", () => {
    const service = ofTwo(Infinity);
    expect([0, 0, 100, 5_000].map(service.arrive)).toEqual([500, 1_000, 1_500, 5_500]);
  });

  it("rejects what would wait longer than it may, and takes the next one that does not", () => {
    const service = ofTwo(1_000);
    expect([0, 0, 0, 0].map(service.arrive)).toEqual([500, 1_000, 1_500, REJECTED]);
    expect(service.arrive(500)).toBe(2_000);
  });

  it("without a queue takes a request only when it is idle", () => {
    const service = ofTwo(0);
    expect([0, 499, 500].map(service.arrive)).toEqual([500, REJECTED, 1_000]);
  });

  it("lets those that came in an outage wait for its end", () => {
    const supply = createSupply(2, [{ fromMs: 0, untilMs: 60_000, share: 0 }]);
    expect(ofTwo(Infinity, supply).arrive(1_000)).toBe(60_500);
    expect(ofTwo(10_000, supply).arrive(1_000)).toBe(REJECTED);
  });
});
