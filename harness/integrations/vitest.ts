/**
 * `brownout/vitest`: the user's own code in an outage, in their own suite. Each test has a live
 * session (`harness/runner/live/`): its mount, clock and history begin and end with the test.
 */
import "./suite/check-node.ts";
import type { TestContext } from "vitest";
import { explaining } from "../core/explain.ts";
import { requireAtLeast } from "../network/optional-package.ts";
import { type EntraMatchers, matchers } from "./matchers/matchers.ts";
import "./matchers/jest-matchers.ts";
import type { SuiteControls } from "./suite/suite-controls.ts";
import { createEntraSuite, type EndedTest } from "./suite/entra-suite.ts";
import { requireRunner } from "./require-runner.ts";
import { createStartedSessions, HOOK_MS } from "./suite/started-sessions.ts";
import type { EntraOptions } from "./suite/suite-options.ts";
import type { TestRunner } from "./suite/test-runner.ts";

export type { EntraOptions } from "./suite/suite-options.ts";
export type { EntraMatchers } from "./matchers/matchers.ts";

// Under another runner Vitest fails in its own words, or is not installed at all.
requireRunner("vitest");
explaining(() => requireAtLeast("vitest", "3.0", { place: "brownout/vitest" }));
const { afterEach, beforeEach, expect, vi } = await import("vitest");

/**
 * What `useEntra` returns: outages, clock, world and history of the test that runs at the moment.
 *
 * @example
 * const ids = entra.outage("throttled", { for: "10m" });
 * await entra.clock.advance("5m");
 * entra.clear(...ids);
 */
export type Entra = SuiteControls;

declare module "vitest" {
  // oxlint-disable-next-line no-unused-vars -- the parameters of an interface that is merged are given
  interface Matchers<R extends void | Promise<void>, T> extends EntraMatchers<R> {}
}

/**
 * Simulates Entra in every test of this file, or of the `describe` in which it is called, and
 * adds the matchers to `expect`. Defaults: mount `msw`, seed `1`, the fixture world `contoso`,
 * 2026-03-02T08:00:00Z. Throws a `HarnessError`: `bad-usage` for an option that does not exist
 * or does not fit another, `bad-world` for a world that contradicts itself.
 *
 * @example
 * import { expect, it } from "vitest";
 * import { useEntra } from "brownout/vitest";
 *
 * const entra = useEntra();
 *
 * it("keeps working without Entra", async () => {
 *   await entra.operate("load orders", loadOrders);
 *   entra.outage({ for: "1h" });
 *   await entra.operate("load orders", loadOrders);
 *   expect(entra).toHaveKeptWorkingFromCache();
 * });
 */
export function useEntra(options: EntraOptions = {}): Entra {
  const suite = createEntraSuite(options, vitest);
  expect.extend(matchers as unknown as Parameters<typeof expect.extend>[0]);
  const sessions = createStartedSessions<string>();

  beforeEach(async (context) => {
    const { task } = context;
    const starting = suite.start({ title: titleOf(task), timeoutMs: task.timeout });
    const session = await sessions.add(task.id, starting);
    const ended = (): EndedTest => ({
      title: titleOf(task),
      file: task.file.filepath,
      attempt: (task.result?.retryCount ?? 0) + 1,
      errors: task.result?.state === "fail" ? (task.result.errors ?? [{}]) : [],
    });
    context.onTestFailed(() => suite.report(session, ended()));
    context.onTestFinished(() => suite.leave(session, ended()));
  }, HOOK_MS);

  afterEach(async ({ task }) => {
    const session = await sessions.take(task.id);
    if (session === undefined) return;
    // Vitest's timers would restore our clock if they were removed later.
    if (vi.isFakeTimers()) vi.useRealTimers();
    await suite.stop(session);
  }, HOOK_MS);

  return suite.controls;
}

const vitest: TestRunner = {
  entry: "useEntra",
  defaultMount: "msw",
  oneAtATime:
    "no test.concurrent in this file, and one useEntra() for each test, not a second one in a nested describe",
  reload: 'vi.resetModules(), then await import("./orders.js") in the test',
  fakeTimers: () => (vi.isFakeTimers() ? "vi.useFakeTimers()" : undefined),
  isBusy: isImporting,
  again: (file, title) => `npx vitest run ${file} -t ${title}`,
};

/** Vitest fetches modules over a channel that the event loop does not show. */
function isImporting(): boolean {
  const { __vitest_worker__: worker } = globalThis as {
    readonly __vitest_worker__?: { readonly resolvingModules?: ReadonlySet<string> };
  };
  return (worker?.resolvingModules?.size ?? 0) > 0;
}

/** Before Vitest 4 a task has no full name. */
function titleOf(task: TestContext["task"]): string {
  const full = task.fullTestName as string | undefined;
  if (full !== undefined) return full;
  const names = [task.name];
  for (let { suite } = task; suite !== undefined; { suite } = suite) names.unshift(suite.name);
  return names.filter((name) => name !== "").join(" > ");
}
