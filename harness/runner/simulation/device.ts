/** The device that the clients of a simulation run on: its state changes with the fault plan, and the clock of this process with it. */
import { type Device, type DeviceState, healthyDevice } from "../../core/device.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import { deviceStateAt } from "../../faults/device-state.ts";
import type { LivePlan } from "../../faults/live-plan.ts";
import { isOpenAt } from "../../faults/window.ts";

/** A device that the fault plan changes. */
export interface FaultyDevice extends Device {
  /** To be called at each change of the plan: brings the device to its state at the present time. */
  update(): void;
  /** Puts the clock right again. */
  close(): void;
}

/** Creates a healthy device. */
export function createDevice(parts: {
  readonly clock: VirtualClock;
  readonly startedAt: number;
  readonly faults: Pick<LivePlan, "windows" | "tally">;
  /** Whether clients are pages, of whose storage no access is seen. */
  readonly hasPages: boolean;
}): FaultyDevice {
  const { clock, startedAt, faults, hasPages } = parts;
  const listeners = new Set<(state: DeviceState) => Promise<void>>();
  let state = healthyDevice;

  const report = async (): Promise<void> => {
    const hold = clock.gate.hold();
    try {
      await Promise.all([...listeners].map((listener) => listener(state)));
    } finally {
      hold.release();
    }
  };

  return {
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    update() {
      const elapsedMs = clock.now() - startedAt;
      for (const window of faults.windows) {
        const isMet =
          window.effect.kind === "clock-shift" || (hasPages && window.at === "cache-store");
        if (isMet && isOpenAt(window, elapsedMs)) faults.tally.taken(window);
      }
      const next = deviceStateAt(faults.windows, elapsedMs);
      if (isSame(state, next)) return;
      state = next;
      clock.wall.setShift(state.clockShiftMs);
      if (listeners.size > 0) void report();
    },
    close: () => clock.wall.setShift(0),
  };
}

function isSame(one: DeviceState, other: DeviceState): boolean {
  return (Object.keys(one) as (keyof DeviceState)[]).every((name) => one[name] === other[name]);
}
