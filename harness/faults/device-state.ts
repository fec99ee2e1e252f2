/** What the open windows of a plan do to the client's own device. */
import { type DeviceState, healthyDevice } from "../core/device.ts";
import type { FaultPlan } from "./plan.ts";
import { isOpenAt } from "./window.ts";

/** The state of the device `elapsedMs` after the start. Shifts of the clock add up. */
export function deviceStateAt(plan: FaultPlan, elapsedMs: number): DeviceState {
  let state = healthyDevice;
  for (const window of plan) {
    if (!isOpenAt(window, elapsedMs)) continue;
    const { effect } = window;
    switch (effect.kind) {
      case "offline":
        state = { ...state, isOffline: true };
        break;
      case "clock-shift":
        state = { ...state, clockShiftMs: state.clockShiftMs + effect.byMs };
        break;
      case "store-full":
        if (state.storeWrites === "ok") state = { ...state, storeWrites: "full" };
        break;
      case "store-failure": {
        const { access = "both" } = effect;
        state = {
          ...state,
          ...(access === "write" ? {} : { storeReads: "fail" }),
          ...(access === "read" ? {} : { storeWrites: "fail" }),
        };
        break;
      }
      default:
    }
  }
  return state;
}
