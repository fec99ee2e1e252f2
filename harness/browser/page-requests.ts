/** The requests of a browser context, by the browser's own count. */
import type { BrowserContext, Request } from "@playwright/test";

export interface PageRequests {
  /** Whether the browser has reported a request to this address. */
  knows(url: string): boolean;
  /** Requests to the simulator. */
  all(): number;
  /** The same to one address, without its fragment. */
  to(method: string, url: string): number;
  /** Requests without an end that may still reach the simulator. */
  onTheirWay(): number;
  /** Requests to the simulator without an end, however old. */
  open(): number;
  /** Drops requests whose end will not be reported. */
  forget(gone: (request: Request) => boolean): void;
}

/** What has not reached the simulator by then goes elsewhere, such as to the application's own server; ms, the machine's. */
const ON_THEIR_WAY_MS = 3_000;

/** Counts from now on; `happened` is called for each beginning and end. */
export function watchRequests(
  context: BrowserContext,
  isServed: (url: URL) => boolean,
  happened: () => void,
): PageRequests {
  const requests = new Map<string, number>();
  /** With the machine's time at which each began: some never end, and are not ours. */
  const underway = new Map<Request, number>();
  const seen = new Set<string>();
  context.on("request", (request) => {
    happened();
    if (isServed(new URL(request.url()))) {
      const asked = keyOf(request.method(), request.url());
      requests.set(asked, (requests.get(asked) ?? 0) + 1);
    }
    underway.set(request, performance.now());
    seen.add(withoutFragment(request.url()));
  });
  const end = (request: Request): void => {
    happened();
    underway.delete(request);
  };
  context.on("requestfinished", end);
  context.on("requestfailed", end);
  return {
    knows: (url) => seen.has(withoutFragment(url)),
    all: () => [...requests.values()].reduce((sum, count) => sum + count, 0),
    to: (method, url) => requests.get(keyOf(method, url)) ?? 0,
    onTheirWay() {
      const since = performance.now() - ON_THEIR_WAY_MS;
      return [...underway.values()].filter((beganAt) => beganAt > since).length;
    },
    open: () => [...underway.keys()].filter((request) => isServed(new URL(request.url()))).length,
    forget(gone) {
      for (const request of underway.keys()) if (gone(request)) underway.delete(request);
    },
  };
}

function withoutFragment(address: string): string {
  return address.split("#")[0] ?? "";
}

function keyOf(method: string, url: string): string {
  return `${method} ${withoutFragment(url)}`;
}
