/** The simulator of one test: before the browser's context is there, while it is, and afterwards. */
import type { BrowserContext, BrowserContextOptions } from "@playwright/test";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import type { User } from "../../entra/directory/world.ts";
import { textOfRequest } from "../../core/http/message.ts";
import { isResent } from "../../core/http/resent.ts";
import { loadMount } from "../../network/mounts.ts";
import { isServedUrl } from "../../network/served-hosts.ts";
import { type Session, startSession } from "../../runner/live/session.ts";
import { type Desk, watchDesk } from "./desk.ts";
import { createEntra, type Entra } from "./entra.ts";
import { type EntraOptions, startOf } from "./options.ts";
import { refusePlaywrightsClock } from "./page-clock.ts";

export interface Stand {
  readonly session: Session;
  /** What the context must be opened with; where requests are intercepted, it stops what goes past that. */
  readonly proxy: BrowserContextOptions["proxy"];
  /** Puts the context in reach of the simulator, before it has a page; `leave` before it closes. */
  readonly attach: (context: BrowserContext) => Promise<Attached>;
  /** After the context is closed. */
  readonly stop: () => Promise<void>;
}

interface Attached {
  readonly entra: Entra;
  /** Resolves to the tabs and popups in which a sign-in page waits for somebody. */
  readonly leave: () => Promise<readonly string[]>;
}

/** Starts a session of that name, whose time flows by itself. */
export async function startStand(options: EntraOptions, name: string): Promise<Stand> {
  const { mount: _mount, user: _user, app = { name: "app" }, startsAt: _at, ...rest } = options;
  const mount = await loadMount(options.mount ?? "proxy");
  const clock = createVirtualClock({
    startMs: startOf(options),
    quietTurns: mount.quietTurns,
    shared: true,
  });
  const stopFlow = clock.flow();
  let desk: Desk | undefined;
  // What a person sees lasts until time goes on.
  clock.beforeTimeGoesOn(async (thoroughness) => {
    if (thoroughness === "thorough") await desk?.look();
    return true;
  });
  const session = await startSession({
    ...rest,
    app,
    mount,
    clock,
    time: "flowing",
    name,
    placeOf: async (request) =>
      desk?.placeOf({
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
      const seen = watchDesk({
        context,
        session,
        client: app.name,
        accountOf,
        isServed: isServedUrl,
      });
      desk = seen;
      const counts = (): ReturnType<Entra["counts"]> => ({
        page: time.requests(),
        socket: way.arrivals(),
      });
      return {
        entra: createEntra({ session, desk: seen, accountOf, counts, options }),
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
