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
import { isServedUrl } from "./served-hosts.ts";
import type { BrowserProfile, Mount, MountContext, PreparedProfile } from "./mount.ts";

/** The mount `proxy`. */
export const mount: Mount = {
  name: "proxy",
  inBrowser: true,
  quietTurns: 1,
  start: (context) => {
    const exchange = createExchange(context);
    const origins = createAppOrigins();
    const profiles = new Set<BrowserProfile>();
    const pages = (request: Request): Response | undefined => origins.answer(request);

    const openProfile = async (
      kept?: BrowserContextOptions["storageState"],
    ): Promise<BrowserProfile> => {
      const profile = await startProfile(await prepareProfile(context, pages), kept);
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
      browser: {
        serve: (origin, files) => origins.serve(origin, files),
        openProfile: () => openProfile(),
        prepareProfile: () => prepareProfile(context, pages),
      },
      async stop() {
        for (const profile of profiles) await profile.close();
        exchange.stop();
      },
    });
  },
};

async function startProfile(
  prepared: PreparedProfile,
  storageState: BrowserContextOptions["storageState"],
): Promise<Pick<BrowserProfile, "context" | "time" | "close">> {
  const browser = await processBrowser.launchBrowser();
  const context = await browser.newContext({
    ...prepared.contextOptions,
    ...(storageState === undefined ? {} : { storageState }),
  });
  const time = await prepared.attach(context);
  return {
    context,
    time,
    async close() {
      await context.close();
      await prepared.stop();
    },
  };
}

async function prepareProfile(
  options: MountContext,
  pages: (request: Request) => Response | undefined,
): Promise<PreparedProfile> {
  const { service, clock, gate, onHarnessError } = options;
  let time: PageTime | undefined;
  let leave: (() => void) | undefined;
  const proxy = await startBrowserProxy({
    service,
    clock,
    gate,
    pages,
    session: createFrameSession(options.sessionInFrames),
    timing: () => time?.timing() ?? "",
    onEscape: (error) => onHarnessError?.(error),
    ...(onHarnessError === undefined ? {} : { onHarnessError }),
  });
  return {
    // The application's own server is on this machine, and none of ours.
    contextOptions: { proxy: { server: proxy.address, bypass: "localhost,127.0.0.1,[::1]" } },
    arrivals: () => proxy.arrivals(),
    async attach(context) {
      time = await keepTime(context, {
        nowMs: clock.now(),
        underway: () => proxy.underway(),
        isServed: isServedUrl,
        keptUntilMs: () => proxy.keptUntilMs(),
        ...(options.seed === undefined ? {} : { seed: options.seed }),
        ...(options.onRest === undefined ? {} : { onRest: options.onRest }),
      });
      leave = clock.join?.(time);
      return time;
    },
    async stop() {
      leave?.();
      await proxy.stop();
    },
  };
}
