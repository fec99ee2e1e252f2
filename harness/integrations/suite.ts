/**
 * `brownout/suite`: the simulated Entra for any test runner, or none. The test starts and stops
 * it; the entry points that are named after a runner do so in its hooks. `createEntraProxy` is for
 * pages that another program drives.
 */
import "./suite/check-node.ts";
import { errorOf } from "../core/thrown.ts";
import type { SuiteControls } from "./suite/suite-controls.ts";
import type { LiveSimulation } from "../runner/live/live-simulation.ts";
import { createEntraSuite } from "./suite/entra-suite.ts";
import { fakeTimersIn } from "./suite/fake-timers.ts";
import type { EntraOptions } from "./suite/suite-options.ts";
import type { RunningTest, TestIdentity } from "./suite/test-runner.ts";

export { expectEntra } from "./suite/expect-entra.ts";
export { createEntraProxy } from "./suite/entra-proxy.ts";
export type { EntraProxy } from "./suite/entra-proxy.ts";
export type { EntraProxyOptions } from "./suite/entra-proxy-options.ts";
export type { EntraOptions } from "./suite/suite-options.ts";
export type { EntraMatchers } from "./matchers/matchers.ts";

/**
 * What `createEntra` returns: outages, clock, world and history, as in every suite, with the
 * beginning and the end of the simulation.
 *
 * @example
 * await entra.start({ title: "works through an hour without Entra" });
 * entra.outage({ for: "1h" });
 * await entra.clock.advance("30m");
 * await entra.stop();
 */
export interface Entra extends SuiteControls {
  /** Begins a simulation: `Date`, timers and the network of the process belong to it until `stop`. Rejects `bad-usage` when one runs already or fake timers are on, `client-not-installed` or `bad-usage` when the mount lacks its package. */
  readonly start: (test?: Partial<RunningTest>) => Promise<void>;
  /** Ends it. Given the error of a test that failed, prints the timeline. Rejects with what was wrong with the test and is not its code's own failure, such as a request to a host that is not simulated. Without a simulation it does nothing. */
  readonly stop: (outcome?: { readonly failed?: unknown }) => Promise<void>;
}

/**
 * Creates the simulated Entra; nothing happens before `start`. Defaults: mount `https`, seed `1`,
 * the fixture world `contoso`, 2026-03-02T08:00:00Z. Throws a `HarnessError`: `bad-usage` for an
 * option that does not exist or does not fit another, `bad-world` for a world that contradicts
 * itself.
 *
 * @example
 * import { createEntra, expectEntra } from "brownout/suite";
 *
 * const entra = createEntra();
 * await entra.start();
 * try {
 *   await entra.operate("load orders", loadOrders);
 *   entra.outage({ for: "1h" });
 *   await entra.operate("load orders", loadOrders);
 *   expectEntra(entra).toHaveKeptWorkingFromCache();
 * } finally {
 *   await entra.stop();
 * }
 */
export function createEntra(options: EntraOptions = {}): Entra {
  const suite = createEntraSuite(options, {
    entry: "createEntra",
    defaultMount: "https",
    oneAtATime: "stop() the other simulation first, and run the tests of a file one after another",
    reload: "with the means of your test runner",
    fakeTimers: () => fakeTimersIn(globalThis),
  });
  let current: { readonly session: LiveSimulation; readonly test: TestIdentity } | undefined;
  const lifeCycle: Pick<Entra, "start" | "stop"> = {
    async start({ title = "session", timeoutMs, file, attempt } = {}) {
      const test = { title, file, attempt };
      current = { session: await suite.start({ ...test, timeoutMs }), test };
    },
    async stop({ failed } = {}) {
      if (current === undefined) return;
      const { session, test } = current;
      current = undefined;
      const errors = failed === undefined ? [] : [errorOf(failed)];
      await suite.finish(session, { ...test, errors });
    },
  };
  // Not spread: `world` is looked up at each use.
  return Object.defineProperties(
    lifeCycle,
    Object.getOwnPropertyDescriptors(suite.controls),
  ) as Entra;
}
