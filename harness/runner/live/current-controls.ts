/** Controls the live simulation of the test that runs at the moment; error messages include place and hint. */
import { explaining } from "../../core/explain.ts";
import type { LiveSimulation } from "./live-simulation.ts";
import type { LiveClock } from "./live-clock.ts";
import type { BreakByName, LiveControls } from "./live-controls.ts";

/** Looks the simulation up at each use; `current` throws when there is none. */
export function currentControls(current: () => LiveSimulation): LiveControls {
  const use = <T>(how: (live: LiveSimulation) => T): T => explaining(() => how(current()));
  const clock: LiveClock = {
    now: () => use((it) => it.clock.now()),
    elapsed: () => use((it) => it.clock.elapsed()),
    advance: async (duration) => use((it) => it.clock.advance(duration)),
    settle: async (work) => use((it) => it.clock.settle(work)),
    timersWaiting: () => use((it) => it.clock.timersWaiting()),
  };
  const outage = (...values: Parameters<LiveSimulation["outage"]>): readonly string[] =>
    use((it) => it.outage(...values));
  return {
    clock,
    get world() {
      return use((it) => it.world);
    },
    operate: async (name, call, options) => use((it) => it.operate(name, call, options)),
    outage: outage as BreakByName,
    faults: (plan) => use((it) => it.faults(plan)),
    clear: (...ids) => use((it) => it.clear(...ids)),
    api: (address, data) => use((it) => it.api(address, data)),
    cacheStore: (store, options) => use((it) => it.cacheStore(store, options)),
    note: (text) => use((it) => it.note(text)),
    history: () => use((it) => it.history()),
    requests: (filter) => use((it) => it.requests(filter)),
    journal: () => use((it) => it.journal()),
    timeline: () => use((it) => it.timeline()),
  };
}
