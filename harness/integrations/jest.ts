/**
 * `brownout/jest`: the simulated Entra in the hooks of Jest. Jest runs tests in contexts of their
 * own, with a registry of modules of its own; this file is loaded once for the process, outside
 * of them, and `commonjs/jest.cjs` connects it to the test file that asks for it.
 */
import type { SuiteControls } from "./suite/suite-controls.ts";
import { HarnessError } from "../core/errors.ts";
import { explain } from "../core/explain.ts";
import { currentRealm, type Realm } from "../core/time/realm.ts";
import { matchers } from "./matchers/matchers.ts";
import "./matchers/jest-matchers.ts";
import { createEntraSuite } from "./suite/entra-suite.ts";
import { fakeTimersIn } from "./suite/fake-timers.ts";
import { jestGlobalsOf, stateOf } from "./suite/jest-realm.ts";
import { requireRunner } from "./require-runner.ts";
import { createStartedSessions, HOOK_MS } from "./suite/started-sessions.ts";
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
 * Simulates Entra in every test of this file, or of the `describe` in which it is called, and
 * adds the matchers to `expect`. Defaults: mount `https`, seed `1`, the fixture world `contoso`,
 * 2026-03-02T08:00:00Z. Throws a `HarnessError`: `bad-usage` for an option that does not exist
 * or does not fit another and under another test runner, `bad-world` for a world that contradicts
 * itself.
 *
 * @example
 * const { useEntra } = require("brownout/jest");
 *
 * const entra = useEntra();
 *
 * test("keeps working without Entra", async () => {
 *   await entra.operate("load orders", loadOrders);
 *   entra.outage({ for: "1h" });
 *   await entra.operate("load orders", loadOrders);
 *   expect(entra).toHaveKeptWorkingFromCache();
 * });
 */
export function useEntra(options: EntraOptions = {}): Entra {
  requireRunner("jest");
  const realm = currentRealm();
  refusePages(realm);
  const { beforeEach, afterEach, expect } = jestGlobalsOf(realm);
  const suite = createEntraSuite(options, {
    entry: "useEntra",
    defaultMount: "https",
    oneAtATime:
      "no test.concurrent in this file, and one useEntra() for each test, not a second one in a nested describe",
    reload: 'jest.resetModules(), then require("./orders.js") in the test',
    fakeTimers: () => (fakeTimersIn(realm) === undefined ? undefined : "jest.useFakeTimers()"),
    again: (file, title) => `npx jest ${file} -t ${title}`,
  });
  expect.extend(matchers);
  const sessions = createStartedSessions<unknown>();

  beforeEach(async () => {
    const { test, title, timeoutMs } = stateOf(realm);
    await sessions.add(test, suite.start({ title, timeoutMs }));
  }, HOOK_MS);

  afterEach(async () => {
    const { test, errors, ...identity } = stateOf(realm);
    const session = await sessions.take(test);
    if (session === undefined) return;
    await suite.finish(session, { ...identity, errors });
  }, HOOK_MS);

  return suite.controls;
}

/** The timers of jsdom and happy-dom are not those of the process: Jest's own time-out would pass in virtual time. */
function refusePages(realm: Realm): void {
  if (!("document" in realm)) return;
  throw explain(
    new HarnessError(
      "bad-usage",
      "brownout/jest does not work in a test environment with a document, such as jsdom or happy-dom",
      {
        place: "useEntra",
        hint: "Begin the file with /** @jest-environment node */; for pages there is brownout/playwright.",
      },
    ),
  );
}
