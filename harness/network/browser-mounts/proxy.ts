/**
 * The mount for clients in a browser over real sockets: each profile's only way out is a
 * CONNECT proxy of its own (`browser-proxy.ts`). The harness's own requests go straight to
 * the handler.
 */
import { createBrowserMount } from "./browser-mount.ts";
import { startBrowserProxy } from "./browser-proxy.ts";

/** The mount `proxy`. */
export const mount = createBrowserMount("proxy", async (options) => {
  const proxy = await startBrowserProxy(options);
  return {
    contextOptions: { proxy: proxy.option },
    underway: () => proxy.underway(),
    arrivals: () => proxy.arrivals(),
    keptUntilMs: () => proxy.keptUntilMs(),
    stop: () => proxy.stop(),
  };
});
