import { describe, expect, it } from "vitest";
import { hours, minutes } from "../clock/duration.ts";
import type { FaultWindow } from "./plan.ts";
import {
  discoveryDown,
  hang,
  outage,
  partialOutage,
  throttled,
  tokenServerError,
} from "./presets.ts";
import { isPrimaryWellAt } from "./primary-health.ts";

const time = { from: minutes(10), for: hours(1) };
const isWell = (window: FaultWindow, elapsedMs = minutes(30)): boolean =>
  isPrimaryWellAt([window], elapsedMs);

describe("the primary is not well", () => {
  it.each<[string, FaultWindow]>([
    ["while its token endpoint fails", tokenServerError(time)],
    ["while a share of sign-ins fails", partialOutage({ ...time, share: 0.1, on: ["authorize"] })],
    ["while it hangs", { ...hang(time), at: "primary" }],
    ["while all of it fails", { ...outage(time), at: "primary", on: "all" }],
  ])("%s", (_, window) => {
    expect(
      [minutes(9), minutes(10), minutes(69), minutes(70)].map((at) => isWell(window, at)),
    ).toEqual([true, false, false, true]);
  });
});

describe("the primary is well", () => {
  it.each<[string, FaultWindow]>([
    ["while the gateway in front of it fails", outage(time)],
    ["while only its metadata fail", { ...discoveryDown(time), at: "primary" }],
    ["while it throttles", throttled(time)],
    ["while the backup fails", { ...tokenServerError(time), at: "backup" }],
    ["with a fault that takes nobody", { ...tokenServerError(time), chance: 0 }],
  ])("%s", (_, window) => {
    expect(isWell(window)).toBe(true);
  });

  it("where nothing is planned", () => {
    expect(isPrimaryWellAt([], 0)).toBe(true);
  });
});
