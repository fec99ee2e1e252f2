/**
 * The mount for clients in a browser over real sockets: a profile of Chromium for each
 * person, whose only way out is a CONNECT proxy of its own (`browser-proxy.ts`). The
 * harness's own requests go straight to the handler.
 */
import type { BrowserContextOptions } from "@playwright/test";
import { processBrowser } from "../browser/launch.ts";
import { keepTime, type PageTime } from "../browser/page-time.ts";
import { createAppOrigins } from "./app-origins.ts";
import { startBrowserProxy } from "./browser-proxy.ts";
import { createExchange } from "./exchange.ts";
import { createFrameSession } from "./frame-session.ts";
import type { BrowserProfile, Mount, MountContext } from "./mount.ts";

/** The mount `proxy`. */
export const mount: Mount = {
  name: "proxy",
  inBrowser: true,
  quietTurns: 1,
  start: (context) => {
    const exchange = createExchange(context);
    const origins = createAppOrigins();
    const profiles = new Set<BrowserProfile>();

    const openProfile = async (
      kept?: BrowserContextOptions["storageState"],
    ): Promise<BrowserProfile> => {
      const profile = await startProfile(context, origins.answer, kept);
      const opened: BrowserProfile = {
        ...profile,
        async restart() {
          const state = await profile.context.storageState();
          // What has no expiry ends with the browser.
          const cookies = state.cookies.filter(({ expires }) => expires !== -1);
          await opened.close();
          return openProfile({ ...state, cookies });
        },
        async close() {
          profiles.delete(opened);
          await profile.close();
        },
      };
      profiles.add(opened);
      return opened;
    };

    return Promise.resolve({
      fetch: exchange.send,
      reachesProcess: false,
      browser: { serve: origins.serve, openProfile: () => openProfile() },
      async stop() {
        for (const profile of profiles) await profile.close();
        exchange.stop();
      },
    });
  },
};

async function startProfile(
  options: MountContext,
  pages: (request: Request) => Response | undefined,
  storageState: BrowserContextOptions["storageState"],
): Promise<Pick<BrowserProfile, "context" | "time" | "close">> {
  const { service, clock, gate, onHarnessError } = options;
  const clockwork: { time?: PageTime } = {};
  const proxy = await startBrowserProxy({
    service,
    clock,
    gate,
    pages,
    session: createFrameSession(options.sessionInFrames),
    timing: () => clockwork.time?.timing() ?? "",
    onEscape: (error) => onHarnessError?.(error),
    ...(onHarnessError === undefined ? {} : { onHarnessError }),
  });
  const browser = await processBrowser.launchBrowser();
  const context = await browser.newContext({
    proxy: { server: proxy.address },
    ...(storageState === undefined ? {} : { storageState }),
  });
  const time = await keepTime(context, {
    nowMs: clock.now(),
    underway: proxy.underway,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.onRest === undefined ? {} : { onRest: options.onRest }),
  });
  clockwork.time = time;
  const leave = clock.join?.(time);
  return {
    context,
    time,
    async close() {
      leave?.();
      await context.close();
      await proxy.stop();
    },
  };
}
