/** `brownout/mocha`: the simulated Entra in the hooks of Mocha. */
import "./suite/check-node.ts";
import { HarnessError } from "../core/errors.ts";
import { explaining } from "../core/explain.ts";
import type { SuiteControls } from "./suite/suite-controls.ts";
import { createEntraSuite } from "./suite/entra-suite.ts";
import { fakeTimersIn } from "./suite/fake-timers.ts";
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
 * Simulates Entra in every test of this file, or of the `describe` in which it is called.
 * Defaults: mount `https`, seed `1`, the fixture world `contoso`, 2026-03-02T08:00:00Z. Throws a
 * `HarnessError`: `bad-usage` for an option that does not exist or does not fit another and under
 * another test runner, `bad-world` for a world that contradicts itself.
 *
 * @example
 * import { expectEntra, useEntra } from "brownout/mocha";
 *
 * describe("orders", () => {
 *   const entra = useEntra();
 *
 *   it("keeps working without Entra", async () => {
 *     await entra.operate("load orders", loadOrders);
 *     entra.outage({ for: "1h" });
 *     await entra.operate("load orders", loadOrders);
 *     expectEntra(entra).toHaveKeptWorkingFromCache();
 *   });
 * });
 */
export function useEntra(options: EntraOptions = {}): Entra {
  requireRunner("mocha");
  const { beforeEach, afterEach } = explaining(mochaHooks);
  const suite = createEntraSuite(options, {
    entry: "useEntra",
    defaultMount: "https",
    oneAtATime: "one useEntra() for each test, not a second one in a nested describe",
    reload:
      'delete require.cache[require.resolve("./orders.js")], or await import("./orders.js?2")',
    fakeTimers: () => fakeTimersIn(globalThis),
    again: (file, title) => `npx mocha ${file} -g ${title}`,
  });
  const sessions = createStartedSessions<object>();

  beforeEach(async function start() {
    const { currentTest: test } = this;
    const running = { title: titleOf(test), timeoutMs: test.timeout() };
    this.timeout(HOOK_MS);
    await sessions.add(test, suite.start(running));
  });

  afterEach(async function stop() {
    const { currentTest: test } = this;
    this.timeout(HOOK_MS);
    const session = await sessions.take(test);
    if (session === undefined) return;
    const errors = test.err === undefined ? [] : [test.err];
    await suite.finish(session, {
      title: titleOf(test),
      file: test.file,
      attempt: (test.currentRetry?.() ?? 0) + 1,
      errors,
    });
  });

  return suite.controls;
}

/** What we need of a `Mocha.Test`. */
interface MochaTest {
  readonly err?: Error;
  readonly file?: string;
  /** From 0 on. */
  readonly currentRetry?: () => number;
  readonly titlePath: () => readonly string[];
  readonly timeout: () => number;
}

/** What we need of a `Mocha.Context` in a hook: `timeout` is of the hook alone. */
interface MochaHook {
  readonly currentTest: MochaTest;
  readonly timeout: (ms: number) => unknown;
}

type Hook = (work: (this: MochaHook) => Promise<void>) => void;

/** The hooks of the interface `bdd` or `qunit`, or of `tdd`. */
function mochaHooks(): { readonly beforeEach: Hook; readonly afterEach: Hook } {
  const globals = globalThis as unknown as Readonly<Partial<Record<string, Hook>>>;
  const beforeEach = globals["beforeEach"] ?? globals["setup"];
  const afterEach = globals["afterEach"] ?? globals["teardown"];
  if (beforeEach !== undefined && afterEach !== undefined) return { beforeEach, afterEach };
  throw new HarnessError("bad-usage", "Mocha has no global beforeEach and afterEach here", {
    place: "useEntra",
    hint: 'With the interface "exports", call createEntra() of brownout/suite in your own hooks.',
  });
}

function titleOf(test: MochaTest): string {
  return test.titlePath().join(" > ");
}
