/** `brownout/node-test`: the simulated Entra in the hooks of Node's own test runner, `node:test`. */
import "./suite/check-node.ts";
import { afterEach, beforeEach } from "node:test";
import type { SuiteControls } from "./suite/suite-controls.ts";
import { createEntraSuite } from "./suite/entra-suite.ts";
import { fakeTimersIn } from "./suite/fake-timers.ts";
import { requireRunner } from "./require-runner.ts";
import { createStartedSessions } from "./suite/started-sessions.ts";
import type { EntraOptions } from "./suite/suite-options.ts";

export { expectEntra } from "./suite/expect-entra.ts";
export type { EntraOptions } from "./suite/suite-options.ts";
export type { EntraMatchers } from "./matchers/matchers.ts";

/**
 * What `useEntra` returns: outages, clock, world and history of the test that runs at the moment.
 *
 * @example
 * const ids = entra.outage("throttled", { for: "10m" });
 * await entra.clock.advance("5m");
 * entra.clear(...ids);
 */
export type Entra = SuiteControls;

/**
 * Simulates Entra in every test of this file, or of the `describe` in which it is called.
 * Defaults: mount `https`, seed `1`, the fixture world `contoso`, 2026-03-02T08:00:00Z. Throws a
 * `HarnessError`: `bad-usage` for an option that does not exist or does not fit another and under
 * another test runner, `bad-world` for a world that contradicts itself.
 *
 * @example
 * import { test } from "node:test";
 * import { expectEntra, useEntra } from "brownout/node-test";
 *
 * const entra = useEntra();
 *
 * test("keeps working without Entra", async () => {
 *   await entra.operate("load orders", loadOrders);
 *   entra.outage({ for: "1h" });
 *   await entra.operate("load orders", loadOrders);
 *   expectEntra(entra).toHaveKeptWorkingFromCache();
 * });
 */
export function useEntra(options: EntraOptions = {}): Entra {
  requireRunner("node:test");
  const suite = createEntraSuite(options, {
    entry: "useEntra",
    defaultMount: "https",
    oneAtATime:
      "no { concurrency } and no subtests by t.test() in this file, and one useEntra() for each test",
    reload: 'a file of its own for each such test, or await import("./orders.js?2")',
    fakeTimers: () => fakeTimersIn(globalThis),
    again: (file, title) => `node --test --test-name-pattern ${title} ${file}`,
  });
  const sessions = createStartedSessions<object>();

  beforeEach(async (context) => {
    await sessions.add(context, suite.start({ title: titleOf(context) }));
  });

  afterEach(async (context) => {
    const session = await sessions.take(context);
    if (session === undefined) return;
    const errors = "error" in context && context.error ? [context.error] : [];
    const { filePath: file } = context;
    await suite.finish(session, { title: titleOf(context), file, errors });
  });

  return suite.controls;
}

function titleOf(context: { readonly name: string; readonly fullName?: string }): string {
  return context.fullName ?? context.name;
}
