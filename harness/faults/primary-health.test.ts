import { describe, expect, it } from "vitest";
import { hours, minutes } from "../core/time/duration.ts";
import type { FaultEffect, FaultWindow } from "./plan.ts";
import {
  discoveryDown,
  hang,
  outage,
  partialOutage,
  throttled,
  tokenServerError,
} from "./presets.ts";
import { lastHealthyMs } from "./primary-health.ts";

const time = { from: minutes(10), for: hours(1) };
const isHealthy = (window: FaultWindow, elapsedMs = minutes(30)): boolean =>
  lastHealthyMs([window], elapsedMs) === elapsedMs;

describe("the primary is unhealthy", () => {
  it.each<[string, FaultWindow]>([
    ["while its token endpoint fails", tokenServerError(time)],
    ["while a share of sign-ins fails", partialOutage({ ...time, share: 0.1, on: ["authorize"] })],
    ["while its SAML endpoint fails", partialOutage({ ...time, share: 1, on: ["saml"] })],
    ["while it hangs", { ...hang(time), at: "primary" }],
    [
      "while it throttles with a status after which the front door asks the backup",
      { ...throttled(time), effect: { ...throttled(time).effect, status: 503 } as FaultEffect },
    ],
    ["while all of it fails", { ...outage(time), at: "primary", on: "all" }],
  ])("%s", (_, window) => {
    expect(
      [minutes(9), minutes(10), minutes(69), minutes(70)].map((at) => isHealthy(window, at)),
    ).toEqual([true, false, false, true]);
  });
});

describe("the primary is healthy", () => {
  it.each<[string, FaultWindow]>([
    ["while the gateway in front of it fails", outage(time)],
    ["while only its metadata fail", { ...discoveryDown(time), at: "primary" }],
    ["while it throttles", throttled(time)],
    ["while the backup fails", { ...tokenServerError(time), at: "backup" }],
    ["while it fails preflights only", { ...tokenServerError(time), preflights: "only" }],
    ["with a fault that takes no request", { ...tokenServerError(time), chance: 0 }],
  ])("%s", (_, window) => {
    expect(isHealthy(window)).toBe(true);
  });

  it("where nothing is planned", () => {
    expect(lastHealthyMs([], 0)).toBe(0);
  });
});

describe("the primary was last healthy", () => {
  const first = tokenServerError({ id: "first", from: minutes(10), for: minutes(50) });
  const longer = tokenServerError({ id: "longer", from: minutes(30), for: minutes(60) });
  const second = tokenServerError({ id: "second", from: minutes(120), for: minutes(60) });
  const plan = [first, longer, second];

  it.each([
    ["just before the outage", minutes(40), minutes(10) - 1],
    ["just before the first of two windows that overlap", minutes(80), minutes(10) - 1],
    ["just before the next outage", minutes(130), minutes(120) - 1],
    ["now, between the two", minutes(100), minutes(100)],
  ])("%s", (_, elapsedMs, expected) => {
    expect(lastHealthyMs(plan, elapsedMs)).toBe(expected);
  });

  it("never, in an outage from the start", () => {
    expect(lastHealthyMs([tokenServerError({ from: 0, for: 5 })], 3)).toBe(-Infinity);
  });
});
