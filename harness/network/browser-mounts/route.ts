/**
 * The mount for clients in a browser without any set-up: Playwright hands each request to the
 * simulator (`browser-routes.ts`). Nothing else leaves the machine: what goes past the
 * interception ends at a proxy that serves no request, and is reported.
 */
import { HarnessError } from "../../core/errors.ts";
import { createBrowserMount } from "./browser-mount.ts";
import { startBrowserProxy } from "./browser-proxy.ts";
import { createBrowserRoutes } from "./browser-routes.ts";

/** The mount `route`. */
export const mount = createBrowserMount("route", async (options) => {
  const refuse = (request: Request): Promise<never> => Promise.reject(wentPast(request));
  const guard = await startBrowserProxy({
    ...options,
    service: { connect: refuse, handle: refuse },
    pages: () => undefined,
  });
  const routes = createBrowserRoutes(options);
  return {
    contextOptions: { proxy: guard.option },
    enter: (context) => routes.enter(context),
    underway: () => routes.underway(),
    arrivals: () => routes.arrivals(),
    stop: () => guard.stop(),
  };
});

function wentPast({ method, url }: Request): HarnessError {
  const { origin, pathname } = new URL(url);
  return new HarnessError(
    "unmocked-request",
    `${method} ${origin}${pathname} went past the mount route, and was stopped`,
    {
      place: `${origin}${pathname}`,
      hint: "Playwright's interception sees no redirect by a server and no shared worker: --mount proxy.",
    },
  );
}
