/**
 * The life cycle of the simulation under any test runner: a session for each test, one at a
 * time. The entry points of `harness/integrations/` connect it to the hooks of their runner.
 */
import { HarnessError } from "../../core/errors.ts";
import { explain, explaining } from "../../core/explain.ts";
import { textOf } from "../../core/thrown.ts";
import { currentRealm, mirrorProcessIn, type Realm } from "../../core/time/realm.ts";
import { loadMount } from "../../network/mounts.ts";
import { watchSentHeaders } from "../../network/outgoing/sent-headers.ts";

import { type SuiteControls, suiteControls } from "./suite-controls.ts";
import { type LiveSimulation, startLiveSimulation } from "../../runner/live/live-simulation.ts";
import { joinProblems, quotedNames, withoutPort } from "../../runner/live/join-problems.ts";
import { createEarlierTokens, type EarlierTokens } from "./earlier-tokens.ts";
import { reportAbandonedWaits, reportFailure, reportUnknownTokens } from "./report-failure.ts";
import { beginResult, leaveResult } from "../results/leave-result.ts";
import { liveOptionsOf } from "./suite-live-options.ts";
import { checkOptions, type EntraOptions } from "./suite-options.ts";
import { processOfSuite } from "./watch-uncaught.ts";
import type { RunningTest, TestIdentity, TestRunner } from "./test-runner.ts";

/** The simulations of a suite. */
export interface EntraSuite {
  /** Controls the simulation of the test that runs at the moment. */
  readonly controls: SuiteControls;
  /** Rejects `bad-usage` while another test runs or fake timers are on, and as `startLiveSimulation` does. */
  readonly start: (test: RunningTest) => Promise<LiveSimulation>;
  /** Rejects with what was wrong with the test and is not its code's own failure. */
  readonly stop: (session: LiveSimulation) => Promise<void>;
  /** Prints the timeline of a test that failed, and writes its journal if the options ask for it. */
  readonly report: (session: LiveSimulation, failed: EndedTest) => void;
  /** Leaves what the test came to for `brownout suite`, if that runs it; `stop` comes first. Throws `unwritable`. */
  readonly leave: (session: LiveSimulation, ended: EndedTest) => void;
  /** Stops, reports a test that has failed, by itself or by what was wrong with it, and leaves what it came to; rejects as `stop` does. */
  readonly finish: (session: LiveSimulation, ended: EndedTest) => Promise<void>;
}

/** A test that is over, with its errors so far. */
export interface EndedTest extends TestIdentity {
  readonly errors: readonly { readonly message?: string }[];
}

/** Checks the options; throws `bad-usage` or `bad-world`. Nothing is simulated yet. */
export function createEntraSuite(options: EntraOptions, runner: TestRunner): EntraSuite {
  const { entry } = runner;
  explaining(() => checkOptions(options, entry));
  const check = (): void => checkRealTime(runner);
  const realm = currentRealm();
  const earlier = earlierTokensIn(realm);
  /** What ends with a session that is none of its own parts. */
  const ends = new Map<LiveSimulation, () => void>();
  const suite: EntraSuite = {
    controls: suiteControls(() => currentSession(entry)),
    async start(test) {
      explaining(() => checkFree(runner));
      explaining(check);
      running = "starting";
      let session: LiveSimulation | undefined;
      try {
        beginResult();
        session = await begin(options, runner, { test, check, earlier });
        const unwatch = watchSentHeaders(session.tokens.saw);
        const unmirror = mirrorProcessIn(realm);
        ends.set(session, () => {
          unmirror();
          unwatch();
        });
        running = session;
        return session;
      } catch (error) {
        // A failure to stop must not hide the first one.
        await session?.stop().catch(() => undefined);
        running = undefined;
        throw explain(error);
      }
    },
    async stop(session) {
      if (running === session) running = undefined;
      try {
        await session.stop();
      } finally {
        ends.get(session)?.();
        ends.delete(session);
      }
      reportAbandonedWaits(session, entry);
      reportUnknownTokens(session);
      explaining(() => earlier.refuseIn(session, runner));
      const problem = joinProblems(session.problems(), (hosts, originOf) =>
        linesFor(
          hosts.map((host) => [host, originOf(host)]),
          session,
          entry,
        ),
      );
      if (problem !== undefined) throw explain(problem);
    },
    report: (session, failed) =>
      reportFailure(session, { ...failed, entry, journals: options.journals }),
    leave: (session, ended) => leaveResult(session, ended, runner.again),
    async finish(session, { errors, ...test }) {
      const all = [...errors];
      try {
        await suite.stop(session);
      } catch (error) {
        all.push({ message: textOf(error) });
        throw error;
      } finally {
        if (all.length > 0) suite.report(session, { ...test, errors: all });
        suite.leave(session, { ...test, errors: all });
      }
    },
  };
  return suite;
}

/** What to write for hosts that the code asks and no one answers. */
function linesFor(
  hosts: readonly (readonly [host: string, origin: string])[],
  { mounted }: LiveSimulation,
  entry: TestRunner["entry"],
): string {
  const names = quotedNames([...new Set(hosts.map(([host]) => withoutPort(host)))]);
  const stubs = hosts.map(([, origin]) => `  entra.api("${origin}/…", { … });`);
  return [
    "Nothing in a test may reach a real host. Mock them, or answer for them:",
    ...(mounted.answerFor === undefined
      ? [`  ${entry}({ mount: "msw" }), and in the test:`, ...stubs]
      : stubs),
    `or let them through: ${entry}({ allow: ${names} });`,
  ].join("\n  ");
}

/** Of each realm its own: Jest loads all modules anew for each test file, and no client outlives one. */
const earlierTokens = new WeakMap<Realm, EarlierTokens>();

function earlierTokensIn(realm: Realm): EarlierTokens {
  const known = earlierTokens.get(realm) ?? createEarlierTokens();
  earlierTokens.set(realm, known);
  return known;
}

/** One for the process, which has one clock and one network. */
let running: LiveSimulation | "starting" | undefined;

/** Of the time that a test may take: a wait that is given up then can still be reported. */
const SHARE_OF_TEST = 0.8;

interface BeginParts {
  readonly test: RunningTest;
  readonly check: () => void;
  readonly earlier: EarlierTokens;
}

async function begin(
  options: EntraOptions,
  { defaultMount, isBusy }: TestRunner,
  { test, check, earlier }: BeginParts,
): Promise<LiveSimulation> {
  const { title, timeoutMs = 0 } = test;
  const usual = options.server === undefined ? defaultMount : "msw";
  const mount = await loadMount(options.mount ?? usual);
  return startLiveSimulation({
    ...liveOptionsOf(options),
    mount,
    name: title,
    // Of an endless time-out no share is a limit.
    ...(timeoutMs > 0 && timeoutMs < Infinity
      ? { allWaitsEndWithinMs: timeoutMs * SHARE_OF_TEST }
      : {}),
    check,
    process: processOfSuite,
    hasEarlierTokens: earlier.areValidAt,
    ...(isBusy === undefined ? {} : { isBusy }),
  });
}

function currentSession(entry: TestRunner["entry"]): LiveSimulation {
  if (running !== undefined && running !== "starting") return running;
  throw new HarnessError("bad-usage", "no test is running, so no Entra is simulated", {
    place: entry,
    hint:
      entry === "createEntra"
        ? "Use what createEntra() returned between start() and stop()."
        : "Use the result of useEntra() inside tests, beforeEach and afterEach.",
  });
}

function checkFree({ entry, oneAtATime }: TestRunner): void {
  if (running === undefined) return;
  throw new HarnessError("bad-usage", "Entra is simulated for another test at the same time", {
    place: entry,
    hint: `The process has one clock and one network: ${oneAtATime}.`,
  });
}

function checkRealTime({ entry, fakeTimers }: TestRunner): void {
  const call = fakeTimers();
  if (call === undefined) return;
  throw new HarnessError("bad-usage", `${call} is on, but entra.clock moves the time of a test`, {
    place: entry,
    hint: "Use no other fake timers in this file: entra.clock.advance() moves Date and timers.",
  });
}
