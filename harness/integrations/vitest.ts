/**
 * `brownout/vitest`: the user's own code in an outage, in their own suite. Each test has a live
 * session (`harness/runner/live/`): its mount, clock and history begin and end with the test.
 */
import { afterEach, beforeEach, expect, type TestContext, vi } from "vitest";
import { HarnessError } from "../core/errors.ts";
import { explain, explaining } from "../core/explain.ts";
import { type EntraMatchers, matchers } from "./matchers/matchers.ts";
import { watchSentHeaders } from "../network/outgoing/sent-headers.ts";
import { loadMount } from "../network/mounts.ts";
import { type LiveSimulation, startLiveSimulation } from "../runner/live/live-simulation.ts";
import { currentControls } from "../runner/live/current-controls.ts";
import type { LiveControls } from "../runner/live/live-controls.ts";
import { createEarlierTokens } from "./vitest/earlier-tokens.ts";
import { checkOptions, type EntraOptions } from "./vitest/vitest-options.ts";
import { liveOptionsOf } from "./vitest/suite-live-options.ts";
import {
  reportAbandonedWaits,
  reportFailure,
  reportUnknownTokens,
} from "./vitest/report-failure.ts";

export type { EntraOptions } from "./vitest/vitest-options.ts";
export type { EntraMatchers } from "./matchers/matchers.ts";

/**
 * What `useEntra` returns: outages, clock, world and history of the test that runs at the moment.
 *
 * @example
 * const ids = entra.outage("throttled", { for: "10m" });
 * await entra.clock.advance("5m");
 * entra.clear(...ids);
 */
export type Entra = LiveControls;

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
  explaining(() => checkOptions(options));
  expect.extend(matchers as unknown as Parameters<typeof expect.extend>[0]);
  const sessions = new Map<string, LiveSimulation & { readonly unwatch: () => void }>();

  beforeEach(async (context) => {
    explaining(checkFree);
    explaining(checkRealTime);
    running = "starting";
    const session = await begin(options, context.task).catch((error: unknown) => {
      running = undefined;
      throw explain(error);
    });
    running = session;
    const unwatch = watchSentHeaders(session.tokens.saw);
    sessions.set(context.task.id, { ...session, unwatch });
    context.onTestFailed(({ task }) =>
      reportFailure(session, { title: titleOf(task), errors: task.result?.errors ?? [], options }),
    );
  });

  afterEach(async ({ task }) => {
    const session = sessions.get(task.id);
    if (session === undefined) return;
    sessions.delete(task.id);
    running = undefined;
    // Vitest's timers would restore our clock if they were removed later.
    if (vi.isFakeTimers()) vi.useRealTimers();
    await session.stop();
    session.unwatch();
    reportAbandonedWaits(session);
    reportUnknownTokens(session);
    explaining(() => earlier.refuseIn(session));
    const [problem] = session.problems();
    if (problem !== undefined) throw explain(problem);
  });

  return currentControls(() => {
    if (running !== undefined && running !== "starting") return running;
    throw new HarnessError("bad-usage", "no test is running, so no Entra is simulated", {
      place: "useEntra",
      hint: "Use the result of useEntra() inside tests, beforeEach and afterEach.",
    });
  });
}

const earlier = createEarlierTokens();

/** One for the process, which has one clock and one network. */
let running: LiveSimulation | "starting" | undefined;

/** Of the time that a test may take: a wait that is given up then can still be reported. */
const SHARE_OF_TEST = 0.8;

async function begin(options: EntraOptions, task: TestContext["task"]): Promise<LiveSimulation> {
  const mount = await loadMount(options.mount ?? "msw");
  return startLiveSimulation({
    ...liveOptionsOf(options),
    mount,
    name: titleOf(task),
    ...(task.timeout > 0 ? { allWaitsEndWithinMs: task.timeout * SHARE_OF_TEST } : {}),
    check: checkRealTime,
    isBusy: isImporting,
    hasEarlierTokens: earlier.areValidAt,
  });
}

function checkFree(): void {
  if (running === undefined) return;
  throw new HarnessError("bad-usage", "Entra is simulated for another test at the same time", {
    place: "useEntra",
    hint: "The process has one clock and one network: no test.concurrent in this file, and one useEntra() for each test, not a second one in a nested describe.",
  });
}

function checkRealTime(): void {
  if (!vi.isFakeTimers()) return;
  throw new HarnessError(
    "bad-usage",
    "vi.useFakeTimers() is on, but entra.clock moves the time of a test",
    {
      place: "useEntra",
      hint: "Do not use Vitest's timers in this file: entra.clock.advance() moves Date and timers.",
    },
  );
}

/** Vitest fetches modules over a channel that the event loop does not show. */
function isImporting(): boolean {
  const { __vitest_worker__: worker } = globalThis as {
    readonly __vitest_worker__?: { readonly resolvingModules?: ReadonlySet<string> };
  };
  return (worker?.resolvingModules?.size ?? 0) > 0;
}

function titleOf(task: TestContext["task"]): string {
  return task.fullTestName;
}
