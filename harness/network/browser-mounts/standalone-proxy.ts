/**
 * The mount `proxy` for a browser that another program starts and drives, such as WebdriverIO:
 * one proxy, whose address that program gives to its browser. Nothing is known of the pages but
 * their requests, so their time, their device and their cookies are the browser's own.
 */
import { createInProcessTransport } from "../in-process-transport.ts";
import type { Mount } from "../mount.ts";
import { startBrowserProxy } from "./browser-proxy.ts";
import { createFrameSession } from "./frame-session.ts";

/** What a Chromium with a window and a profile of its own asks its maker for: who is signed in to it, its search engine, its extensions. Measured with Chromium 150. */
const WINDOWED_BROWSERS_OWN = /^(?:(?:www|accounts|clients\d)\.google\.com|.*\.gvt1\.com)$/;

/** The mount `proxy` without a browser of its own; `mounted.proxy` is its address. */
export const mount: Mount = {
  name: "proxy",
  inBrowser: true,
  quietTurns: 1,
  async start(context) {
    const transport = createInProcessTransport(context);
    const proxy = await startBrowserProxy({
      ...context,
      pages: () => undefined,
      // Which cookies a hidden iframe has, the browser decides; the setting can only take them away.
      session: createFrameSession(
        context.sessionInFrames === "blocked" ? "blocked" : undefined,
        () => Promise.resolve([]),
      ),
      alsoBrowsersOwn: WINDOWED_BROWSERS_OWN,
      requestsTo: () => Promise.resolve(Infinity),
      onHarnessError: (error) => context.onHarnessError?.(error),
    });
    return {
      fetch: transport.send,
      reachesProcess: false,
      proxy: { url: proxy.option.server, bypass: proxy.option.bypass },
      async stop() {
        await proxy.stop();
        transport.stop();
      },
    };
  },
};
