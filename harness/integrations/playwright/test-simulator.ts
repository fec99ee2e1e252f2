/** The simulator of one Playwright test: before its browser context exists, while it does, and afterwards. */
import type { BrowserContext, BrowserContextOptions } from "@playwright/test";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import type { User } from "../../entra/directory/world.ts";
import { textOfRequest } from "../../core/http/message.ts";
import { isResent } from "../../core/http/resent.ts";
import { loadMount } from "../../network/mounts.ts";
import { isServedUrl } from "../../network/served-hosts.ts";
import { type LiveSimulation, startLiveSimulation } from "../../runner/live/live-simulation.ts";
import { watchContext, type WatchedContext } from "./watched-context.ts";
import { createEntra, type Entra } from "./entra.ts";
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
}

interface Attached {
  readonly entra: Entra;
  /** Resolves to the tabs and popups in which a sign-in page waits to be filled in. */
  readonly leave: () => Promise<readonly string[]>;
}

/** Starts a session of that name, whose time flows by itself. */
export async function startTestSimulator(
  options: EntraOptions,
  name: string,
): Promise<TestSimulator> {
  const { mount: _mount, user: _user, app = { name: "app" }, startsAt: _at, ...rest } = options;
  const mount = await loadMount(options.mount ?? "proxy");
  const clock = createVirtualClock({
    startMs: startOf(options),
    quietTurns: mount.quietTurns,
    shared: true,
  });
  const stopFlow = clock.flow();
  let watched: WatchedContext | undefined;
  // What a person sees lasts until time goes on.
  clock.beforeTimeGoesOn(async (thoroughness) => {
    if (thoroughness === "thorough") await watched?.look();
    return true;
  });
  const session = await startLiveSimulation({
    ...rest,
    app,
    mount,
    clock,
    time: "flowing",
    name,
    originOf: async (request) =>
      watched?.originOf({
        method: request.method,
        url: request.url,
        body: await textOfRequest(request),
        isAgain: isResent(request),
      }),
  });
  const way = await session.mounted.browser?.prepareProfile().catch(async (error: unknown) => {
    stopFlow();
    await session.stop();
    throw error;
  });
  if (way === undefined) throw new Error(`the mount ${mount.name} has no browser`);
  const accountOf = (user: User): string =>
    `${user.homeId ?? user.id}.${user.homeTenant ?? session.world.tenant().id}`;

  return {
    session,
    proxy: way.contextOptions.proxy,
    async attach(context) {
      refusePlaywrightsClock(context);
      const time = await way.attach(context);
      const seen = watchContext({
        context,
        session,
        client: app.name,
        accountOf,
        isServed: isServedUrl,
      });
      watched = seen;
      const counts = (): ReturnType<Entra["counts"]> => ({
        page: time.requests(),
        socket: way.arrivals(),
      });
      return {
        entra: createEntra({ session, context: seen, accountOf, counts, options }),
        async leave() {
          await seen.look();
          seen.leave();
          return seen.unanswered();
        },
      };
    },
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
