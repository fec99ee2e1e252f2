/**
 * `brownout/vitest`: a person's own code through an outage, in their own suite. Around each
 * test stands a session (`harness/runner/live/`): its mount, its clock and its history begin
 * with the test and end with it, and nothing of them is left between two tests.
 */
import { afterEach, beforeEach, expect, type TestContext, vi } from "vitest";
import { HarnessError } from "../core/errors.ts";
import { explain, explaining } from "../core/explain.ts";
import { type EntraMatchers, matchers } from "./matchers/matchers.ts";
import { loadMount } from "../network/mounts.ts";
import { type Session, startSession } from "../runner/live/session.ts";
import { steer } from "../runner/live/steer.ts";
import type { Steering } from "../runner/live/steering.ts";
import { createEarlierTokens } from "./vitest/earlier-tokens.ts";
import { checkOptions, type EntraOptions } from "./vitest/options.ts";
import { sessionOptionsOf } from "./vitest/session-options.ts";
import { tellFailure } from "./vitest/failure.ts";

export type { EntraOptions } from "./vitest/options.ts";
export type { EntraMatchers } from "./matchers/matchers.ts";

/** What a suite holds in its hands: the session of the test that runs at the moment. */
export type Entra = Steering;

declare module "vitest" {
  // oxlint-disable-next-line no-unused-vars -- the parameters of an interface that is merged are given
  interface Matchers<R extends void | Promise<void>, T> extends EntraMatchers<R> {}
}

/**
 * Puts Entra under every test of this file, or of the `describe` in which it is called, and
 * adds the matchers to `expect`. Throws `bad-usage` for options that do not exist.
 */
export function useEntra(options: EntraOptions = {}): Entra {
  explaining(() => checkOptions(options));
  expect.extend(matchers as unknown as Parameters<typeof expect.extend>[0]);
  const sessions = new Map<string, Session>();

  beforeEach(async (context) => {
    explaining(checkFree);
    explaining(checkRealTime);
    running = "starting";
    const session = await begin(options, titleOf(context.task)).catch((error: unknown) => {
      running = undefined;
      throw explain(error);
    });
    running = session;
    sessions.set(context.task.id, session);
    context.onTestFailed(({ task }) =>
      tellFailure(session, { title: titleOf(task), errors: task.result?.errors ?? [], options }),
    );
  });

  afterEach(async ({ task }) => {
    const session = sessions.get(task.id);
    if (session === undefined) return;
    sessions.delete(task.id);
    running = undefined;
    // Taken off later, they would put our clock back in place.
    if (vi.isFakeTimers()) vi.useRealTimers();
    await session.stop();
    explaining(() => earlier.refuseIn(session));
    const [problem] = session.problems();
    if (problem !== undefined) throw explain(problem);
  });

  return steer(() => {
    if (running !== undefined && running !== "starting") return running;
    throw new HarnessError("bad-usage", "no test is running, so there is no Entra", {
      place: "useEntra",
      hint: "Use what useEntra() returns inside of tests, beforeEach and afterEach.",
    });
  });
}

const earlier = createEarlierTokens();

/** The one of this process: the clock and the network are the process's. */
let running: Session | "starting" | undefined;

async function begin(options: EntraOptions, name: string): Promise<Session> {
  const mount = await loadMount(options.mount ?? "msw");
  return startSession({
    ...sessionOptionsOf(options),
    mount,
    name,
    check: checkRealTime,
    isBusy: isImporting,
  });
}

function checkFree(): void {
  if (running === undefined) return;
  throw new HarnessError("bad-usage", "Entra stands under another test at the same time", {
    place: "useEntra",
    hint: "The process has one clock and one network: no test.concurrent in this file, and one useEntra() for a test, not one inside of another's describe.",
  });
}

function checkRealTime(): void {
  if (!vi.isFakeTimers()) return;
  throw new HarnessError(
    "bad-usage",
    "vi.useFakeTimers() is on, and Entra has a clock of its own",
    {
      place: "useEntra",
      hint: "Leave Vitest's timers alone in this file: entra.clock.advance() moves Date and timers.",
    },
  );
}

/** Vitest fetches modules over a channel of which the event loop shows nothing. */
function isImporting(): boolean {
  const { __vitest_worker__: worker } = globalThis as {
    readonly __vitest_worker__?: { readonly resolvingModules?: ReadonlySet<string> };
  };
  return (worker?.resolvingModules?.size ?? 0) > 0;
}

function titleOf(task: TestContext["task"]): string {
  return task.fullTestName;
}
