/**
 * The simulated Entra behind a proxy, for pages that another program drives: WebdriverIO,
 * Cypress, any Chromium. Requests are all that is seen of such pages: not the calls of the
 * application, nor what it shows, nor the errors that it leaves uncaught. So what needs these is left out or refused, and the expectations
 * about them are inconclusive (`harness/integrations/matchers/requests-only.ts`).
 */
import { proxyArguments } from "../../browser/launch/launch-arguments.ts";
import { HarnessError } from "../../core/errors.ts";
import { explain, explaining } from "../../core/explain.ts";
import { errorOf, textOf } from "../../core/thrown.ts";
import { machineTime } from "../../core/time/free-running-time.ts";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import { currentControls } from "../../runner/live/current-controls.ts";
import { joinProblems, quotedNames, withoutPort } from "../../runner/live/join-problems.ts";
import type { LiveControls } from "../../runner/live/live-controls.ts";
import { type LiveSimulation, startLiveSimulation } from "../../runner/live/live-simulation.ts";
import { mount } from "../../network/browser-mounts/standalone-proxy.ts";
import { checkProxyOptions, type EntraProxyOptions } from "./entra-proxy-options.ts";
import { beginResult, leaveResult } from "../results/leave-result.ts";
import { reportFailure } from "./report-failure.ts";

const ENTRY = "createEntraProxy";

const offered = [
  "world",
  "outage",
  "faults",
  "clear",
  "api",
  "note",
  "history",
  "requests",
  "journal",
  "timeline",
] as const satisfies readonly (keyof LiveControls)[];

/**
 * What `createEntraProxy` returns: outages, world and history of the simulated Entra behind the
 * proxy. Time is the machine's, in pages and in the service: durations are waited for.
 *
 * @example
 * await entra.start({ title: "sign in" });
 * const args = [...entra.proxy.browserArguments, "--headless"];
 * entra.outage({ for: "30s" });
 * entra.clear();
 * await entra.stop();
 */
export interface EntraProxy extends Pick<LiveControls, (typeof offered)[number]> {
  /** How a browser reaches the simulator, from `start` to `stop`; throws `bad-usage` otherwise. */
  readonly proxy: {
    /** Such as `http://127.0.0.1:40123`. */
    readonly url: string;
    /** The command-line arguments that any Chromium needs: the proxy, the key of the simulator's certificate, and what keeps it from talking to its maker. */
    readonly browserArguments: readonly string[];
  };
  /** Begins a simulation, with a new history and an address of its own; `title` names the journal, default `session`. Rejects `bad-usage` when it has begun already. */
  readonly start: (test?: { readonly title?: string }) => Promise<void>;
  /** Ends it; the history stays no longer. Given the error of a test that failed, prints the timeline. Rejects with what was wrong with the test and is not the application's own failure, such as a request to a host that is not simulated. Without a simulation it does nothing. */
  readonly stop: (outcome?: { readonly failed?: unknown }) => Promise<void>;
}

/**
 * Creates the simulated Entra for pages that another program drives; nothing happens before
 * `start`. Defaults: seed `1`, the fixture world `contoso`. Only requests are seen, so
 * expectations about calls and screens fail and say so. Throws a `HarnessError`: `bad-usage` for
 * an option that does not exist, `bad-world` for a world that contradicts itself.
 *
 * @example
 * import { createEntraProxy, expectEntra } from "brownout/suite";
 *
 * const entra = createEntraProxy();
 * await entra.start();
 * const options = { args: [...entra.proxy.browserArguments] };
 * entra.outage("throttled", { for: "10s" });
 * expectEntra(entra).toHaveRequested("token", { atMost: 1 });
 * await entra.stop();
 */
export function createEntraProxy(options: EntraProxyOptions = {}): EntraProxy {
  explaining(() => checkProxyOptions(options, ENTRY));
  let current: Running | undefined;
  let isStarting = false;
  const running = (): Running => {
    if (current !== undefined) return current;
    throw new HarnessError("bad-usage", "nothing is simulated at the moment", {
      place: ENTRY,
      hint: "Use what createEntraProxy() returned between start() and stop().",
    });
  };
  const lifeCycle: Pick<EntraProxy, "proxy" | "start" | "stop"> = {
    get proxy() {
      return explaining(() => running().proxy);
    },
    async start({ title = "session" } = {}) {
      if (current !== undefined || isStarting) throw explain(startedTwice());
      isStarting = true;
      try {
        current = await explaining(() => begin(options, title));
      } finally {
        isStarting = false;
      }
    },
    async stop({ failed } = {}) {
      const ended = current;
      current = undefined;
      if (ended !== undefined) await end(ended, options, failed === undefined ? [] : [failed]);
    },
  };
  return withControls(
    lifeCycle,
    currentControls(() => running().session),
  );
}

/** Not spread: each control is looked up at its use. What is not offered says why. */
function withControls(
  lifeCycle: Pick<EntraProxy, "proxy" | "start" | "stop">,
  controls: LiveControls,
): EntraProxy {
  const descriptors = Object.getOwnPropertyDescriptors(controls);
  const isOffered = (name: string): boolean => (offered as readonly string[]).includes(name);
  const entries = Object.entries(descriptors).map(([name, descriptor]) => [
    name,
    isOffered(name) ? descriptor : { get: () => refuse(name) },
  ]);
  return Object.defineProperties(
    lifeCycle,
    Object.fromEntries(entries) as PropertyDescriptorMap,
  ) as EntraProxy;
}

interface Running {
  readonly session: LiveSimulation;
  readonly title: string;
  readonly proxy: EntraProxy["proxy"];
  readonly stopTime: () => void;
}

async function begin(options: EntraProxyOptions, title: string): Promise<Running> {
  const { allow = [], journals: _journals, app = { name: "app" }, ...rest } = options;
  const clock = createVirtualClock({ startMs: machineTime(), quietTurns: mount.quietTurns });
  const stopTime = clock.flow();
  beginResult();
  try {
    const session = await startLiveSimulation({
      ...rest,
      app,
      suite: { allow },
      mount,
      clock,
      time: "flowing",
      reachesDevice: false,
      name: title,
    });
    const { proxy } = session.mounted;
    if (proxy === undefined) throw new Error("the mount has no proxy");
    return {
      session,
      title,
      proxy: { url: proxy.url, browserArguments: proxyArguments(proxy) },
      stopTime,
    };
  } catch (error) {
    stopTime();
    throw error;
  }
}

async function end(
  { session, title, stopTime }: Running,
  { journals }: EntraProxyOptions,
  failed: readonly unknown[],
): Promise<void> {
  stopTime();
  const errors = failed.map(errorOf);
  try {
    // The proxy first: a request that is never answered would keep the simulation from ending.
    await session.mounted.stop();
    await session.stop();
    const problem = joinProblems(session.problems(), (hosts) => {
      const names = quotedNames([...new Set(hosts.map(withoutPort))]);
      return `Nothing in a test may reach a real host. Stub them in the page, or let them through:\n  ${ENTRY}({ allow: ${names} });`;
    });
    if (problem !== undefined) throw explain(problem);
  } catch (error) {
    errors.push(new Error(textOf(error)));
    throw error;
  } finally {
    if (errors.length > 0) reportFailure(session, { title, errors, entry: ENTRY, journals });
    leaveResult(session, { title, errors });
  }
}

function startedTwice(): HarnessError {
  return new HarnessError("bad-usage", "this simulation has begun already", {
    place: `${ENTRY}.start`,
    hint: "stop() it first, or create another one.",
  });
}

function refuse(name: string): never {
  throw explain(
    new HarnessError(
      "bad-usage",
      name === "clock"
        ? "pages that another program drives have the machine's time, so time cannot be moved"
        : "only requests are seen of pages that another program drives",
      {
        place: `${ENTRY}, ${name}`,
        hint:
          name === "clock"
            ? 'Wait, with short outages such as outage({ for: "10s" }), or end them by clear(). brownout/playwright moves the time of pages.'
            : "brownout/playwright sees the calls and screens of pages as well.",
      },
    ),
  );
}
