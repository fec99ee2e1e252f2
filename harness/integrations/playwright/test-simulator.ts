/** The simulator of one Playwright test: before its browser context exists, while it does, and afterwards. */
import type { BrowserContext, BrowserContextOptions } from "@playwright/test";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import type { User } from "../../entra/directory/world.ts";
import { textOfRequest } from "../../core/http/message.ts";
import { isResent } from "../../core/http/resent.ts";
import type { PreparedProfile } from "../../network/mount.ts";
import { loadMount } from "../../network/mounts.ts";
import { isServedUrl, unmockedHostOf } from "../../network/served-hosts.ts";
import { type LiveSimulation, startLiveSimulation } from "../../runner/live/live-simulation.ts";
import type { Refusal } from "../../runner/live/refusals.ts";
import { watchContext, type WatchedContext } from "./watched-context.ts";
import { endEarly } from "./early-end.ts";
import { createEntra, type Entra } from "./entra.ts";
import { type Missing, missingParts } from "./missing-parts.ts";
import { watchPageErrors } from "./page-errors.ts";
import { type StoppedRequests, watchStoppedRequests } from "./stopped-requests.ts";
import { createServerMount } from "../web-server/server-mount.ts";
import { withServer, type WorkerServer } from "../web-server/worker-server.ts";
import { type EntraOptions, startOf } from "./playwright-options.ts";
import { refusePlaywrightsClock } from "./page-clock.ts";

export interface TestSimulator {
  readonly session: LiveSimulation;
  /** What the context must be opened with. Under the mount `route` it stops what Playwright cannot intercept. */
  readonly proxy: BrowserContextOptions["proxy"];
  /** Puts the context in reach of the simulator, before it has a page; `leave` before it closes. */
  readonly attach: (context: BrowserContext) => Promise<Attached>;
  /** After the context is closed. */
  readonly stop: () => Promise<void>;
  /** What the test has forgotten, or is otherwise not the pages' own; undefined when it lacks nothing. */
  readonly problem: () => Error | undefined;
  /** The same one by one, without sign-ins that Entra refused. */
  readonly problems: () => readonly Error[];
}

interface Attached {
  readonly entra: Entra;
  /** Stops watching, and resolves to what was seen. */
  readonly leave: () => Promise<SeenInTest>;
}

/** What a test's pages have shown beside its history. */
export interface SeenInTest {
  /** Tabs and popups in which a sign-in page waits to be filled in. */
  readonly unanswered: readonly string[];
  /** Errors of the pages themselves. */
  readonly pageErrors: readonly string[];
  /** Refused sign-ins that no function of the test has reported. */
  readonly refusals: readonly Refusal[];
}

interface AttachParts {
  readonly way: PreparedProfile;
  readonly session: LiveSimulation;
  readonly options: EntraOptions;
  readonly clientName: string;
}

/** Puts a context on the clock, and watches it. */
async function attachTo(
  context: BrowserContext,
  { way, session, options, clientName }: AttachParts,
): Promise<{
  readonly entra: Entra;
  readonly watched: WatchedContext;
  readonly leave: () => Promise<SeenInTest & { readonly forgotten: Forgotten }>;
}> {
  refusePlaywrightsClock(context);
  const time = await way.attach(context);
  const accountOf = (user: User): string =>
    `${user.homeId ?? user.id}.${user.homeTenant ?? session.world.tenant().id}`;
  const seen = watchContext({
    context,
    session,
    client: clientName,
    accountOf,
    isServed: isServedUrl,
  });
  const stopped = watchStoppedRequests(context);
  const { entra, unreported } = createEntra({
    session,
    context: seen,
    accountOf,
    counts: () => ({ page: time.requests(), socket: way.arrivals() }),
    isLoading: stopped.isLoadingApp,
    options,
  });
  const watch = watchForMissing({
    context,
    session,
    seen,
    stopped,
    client: clientName,
    unreported,
  });
  return {
    entra,
    watched: seen,
    async leave() {
      watch.stop();
      await seen.look();
      seen.leave();
      return {
        unanswered: seen.unanswered(),
        pageErrors: watch.pageErrors(),
        refusals: unreported(),
        forgotten: watch.forgotten(),
      };
    },
  };
}

interface WatchedParts {
  readonly context: BrowserContext;
  readonly session: LiveSimulation;
  readonly seen: WatchedContext;
  readonly stopped: StoppedRequests;
  /** The name of the application in the history. */
  readonly client: string;
  readonly unreported: () => readonly Refusal[];
}

/** Watches what the pages lack, and ends the test early when it cannot pass without that. */
function watchForMissing(parts: WatchedParts): {
  readonly forgotten: () => Forgotten;
  readonly pageErrors: () => readonly string[];
  readonly stop: () => void;
} {
  const { context, session, seen, stopped, client, unreported } = parts;
  const { errors, failedRequests } = watchPageErrors({
    context,
    recorder: session.recorder,
    isServed: isServedUrl,
    client,
    nameOf: seen.nameOf,
  });
  const problems = (): readonly Error[] =>
    session.problems().filter((problem) => {
      const host = unmockedHostOf(problem);
      return host === undefined || stopped.count(host);
    });
  const early = endEarly({
    context,
    problems,
    refusals: unreported,
    deadPages: () => (seen.blankLooks() >= BLANK_LOOKS && !stopped.isLoading() ? errors() : []),
  });
  return {
    forgotten: () => ({
      problems,
      failedRequests: failedRequests(),
      refusals: early.endedBy(),
      dead: early.deadBy(),
    }),
    pageErrors: errors,
    stop() {
      early.stop();
      stopped.leave();
    },
  };
}

/** So many looks in a row at nothing: four seconds at least, and more of them while the page is busy. */
const BLANK_LOOKS = 20;

interface Forgotten extends Omit<Missing, "session"> {
  /** Also those that come while the context closes. */
  readonly problems: () => readonly Error[];
}

/** Answers an address of no API of the world in place of its host; from then on the browser caches nothing. */
function stubIn(context: BrowserContext, { origin, pathname }: URL, data: object): void {
  const isMeant = (url: URL): boolean => url.origin === origin && url.pathname === pathname;
  // What the test does next reaches the browser after it.
  void context.route(isMeant, (route) => route.fulfill({ json: data })).catch(() => undefined);
}

/** The time of a test, which flows by itself, for its pages and their server. */
async function startTime(options: EntraOptions, webServer: WorkerServer | undefined) {
  const pages = await loadMount(options.mount ?? "proxy");
  const server =
    webServer === undefined ? undefined : createServerMount(pages, webServer.wayInPort);
  const { mount } = server ?? { mount: pages };
  const clock = createVirtualClock({
    startMs: (await webServer?.startOf(options)) ?? startOf(options),
    quietTurns: mount.quietTurns,
    shared: true,
  });
  const stopTime = clock.flow();
  const leaveServers = webServer?.join(clock, server?.underway);
  const stopFlow = (): void => {
    stopTime();
    leaveServers?.();
  };
  return { mount, server, clock, stopFlow };
}

/** The way of the test's context; ends the session where there is none. */
async function prepareWay(session: LiveSimulation, stopFlow: () => void): Promise<PreparedProfile> {
  const way = await session.mounted.browser?.prepareProfile().catch(async (error: unknown) => {
    stopFlow();
    await session.stop();
    throw error;
  });
  if (way === undefined) throw new Error("the mount has no browser");
  return way;
}

/** Starts a session of that name. */
export async function startTestSimulator(
  options: EntraOptions,
  { name, webServer }: { readonly name: string; readonly webServer: WorkerServer | undefined },
): Promise<TestSimulator> {
  const { mount: _mount, user: _user, startsAt: _at, ...written } = options;
  const { app = { name: "app" }, allow = [], ...rest } = written;
  const { mount, server, clock, stopFlow } = await startTime(options, webServer);
  let watched: WatchedContext | undefined;
  let entered: BrowserContext | undefined;
  let forgotten: Forgotten | undefined;
  // What a person sees lasts until time goes on.
  clock.beforeTimeGoesOn(async (thoroughness) => {
    if (thoroughness === "thorough") await watched?.look();
    return true;
  });
  const session = await startLiveSimulation({
    ...rest,
    app,
    suite: { allow },
    answerFor: (address, data) => {
      if (entered !== undefined) stubIn(entered, address, data);
    },
    mount,
    clock,
    time: "flowing",
    watchesPages: true,
    name,
    originOf: async (request) =>
      server?.originOf() ??
      watched?.originOf({
        method: request.method,
        url: request.url,
        body: await textOfRequest(request),
        isAgain: isResent(request),
      }),
  }).catch((error: unknown) => {
    stopFlow();
    throw error;
  });
  const way = await prepareWay(session, stopFlow);
  // Without a context there was no page.
  const found = (): Missing => {
    const { directory } = session;
    const nothing = { problems: session.problems, failedRequests: [], refusals: [], dead: [] };
    const { problems, ...rest } = forgotten ?? nothing;
    return { session: { problems, directory }, ...rest };
  };
  return {
    session,
    proxy: way.contextOptions.proxy,
    async attach(context) {
      entered = context;
      const attached = await attachTo(context, {
        way,
        session: webServer === undefined ? session : withServer(session, webServer),
        options,
        clientName: app.name,
      });
      watched = attached.watched;
      return {
        entra: attached.entra,
        async leave() {
          const { forgotten: found, ...seen } = await attached.leave();
          forgotten = found;
          return seen;
        },
      };
    },
    problem: () => missingParts({ ...found(), ofServer: server?.refusedHosts() }),
    problems: () => found().session.problems(),
    async stop() {
      stopFlow();
      try {
        await way.stop();
      } finally {
        await session.stop();
      }
    },
  };
}
