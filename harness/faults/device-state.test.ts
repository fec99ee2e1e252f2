import { describe, expect, it } from "vitest";
import { healthyDevice } from "../core/device.ts";
import { cacheStoreDown } from "./device-presets.ts";
import { deviceStateAt } from "./device-state.ts";
import type { FaultEffect, FaultPlan } from "./plan.ts";

/** Windows that are open from the 10th to the 20th millisecond. */
function planOf(...effects: readonly FaultEffect[]): FaultPlan {
  return effects.map((effect, index) => ({
    id: `window-${index}`,
    at: "device",
    on: "all",
    from: 10,
    for: 10,
    effect,
  }));
}

const stateIn = (...effects: readonly FaultEffect[]) => deviceStateAt(planOf(...effects), 15);

describe("the client's device", () => {
  it("is healthy outside of the windows", () => {
    const plan = planOf({ kind: "offline" });
    expect([9, 20].map((atMs) => deviceStateAt(plan, atMs))).toEqual([
      healthyDevice,
      healthyDevice,
    ]);
  });

  it("is offline, or has a full store", () => {
    expect(stateIn({ kind: "offline" })).toEqual({ ...healthyDevice, isOffline: true });
    expect(stateIn({ kind: "store-full" })).toEqual({ ...healthyDevice, storeWrites: "full" });
  });

  it("has a clock that is wrong by the sum of the shifts", () => {
    const { clockShiftMs } = stateIn(
      { kind: "clock-shift", byMs: 5_000 },
      { kind: "clock-shift", byMs: -2_000 },
    );
    expect(clockShiftMs).toBe(3_000);
  });

  it.each([
    [undefined, { storeReads: "fail", storeWrites: "fail" }],
    ["both", { storeReads: "fail", storeWrites: "fail" }],
    ["read", { storeReads: "fail" }],
    ["write", { storeWrites: "fail" }],
  ] as const)("has a store that fails for access %s", (access, state) => {
    const window = cacheStoreDown({
      from: 0,
      for: 20,
      ...(access === undefined ? {} : { access }),
    });
    expect(window.effect).toEqual({
      kind: "store-failure",
      ...(access === undefined ? {} : { access }),
    });
    expect(deviceStateAt([window], 0)).toEqual({ ...healthyDevice, ...state });
  });
});
