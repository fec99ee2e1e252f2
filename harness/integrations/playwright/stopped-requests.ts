/**
 * Which stopped requests of a context count. When a window closes, Playwright lets go of what a
 * test's `route` was about to answer for it, and the browser sends it after all: a popup that
 * loads the app's own page once more, fonts and all, is closed by MSAL while it does so. Such a
 * request is stopped, and says nothing about the test.
 */
import type { BrowserContext, Page, Request } from "@playwright/test";
import { isServedUrl } from "../../network/served-hosts.ts";

export interface StoppedRequests {
  /** Whether a window that has stayed open has asked that host in vain, or no window has closed. */
  readonly count: (host: string) => boolean;
  /** Whether a window still waits for an answer. */
  readonly isLoading: () => boolean;
  /** Whether a window loads a document, a script or a style sheet that the simulator does not answer. */
  readonly isLoadingApp: () => boolean;
  /** From now on windows close because the test is over. */
  readonly leave: () => void;
}

/** What `route.abort()` makes of a request; what we refuse is a tunnel, or a name that is not found. */
const ABORTED = /^net::ERR_(?:FAILED|ABORTED|BLOCKED_BY_\w+|ACCESS_DENIED)$/;

/** Watches a context from before its first page, until `leave`. */
export function watchStoppedRequests(context: BrowserContext): StoppedRequests {
  const open = new Map<Request, string>();
  const inVain = new Set<string>();
  let [hasClosed, hasLeft] = [false, false];

  context.on("request", (request) => void open.set(request, hostOf(request)));
  context.on("requestfinished", (request) => void open.delete(request));
  context.on("requestfailed", (request) => {
    open.delete(request);
    if (!ABORTED.test(request.failure()?.errorText ?? "")) inVain.add(hostOf(request));
  });
  context.on("page", (page) =>
    page.once("close", () => {
      if (hasLeft) return;
      hasClosed = true;
      for (const request of open.keys()) if (isOf(request, page)) open.delete(request);
    }),
  );

  return {
    count: (host) => !hasClosed || inVain.has(host) || [...open.values()].includes(host),
    isLoading: () => open.size > 0,
    isLoadingApp: () => [...open.keys()].some(isPartOfApp),
    leave: () => {
      hasLeft = true;
    },
  };
}

/** A page may wait for its data for ever, as for events of a server. */
function isPartOfApp(request: Request): boolean {
  if (!["document", "script", "stylesheet"].includes(request.resourceType())) return false;
  const url = URL.parse(request.url());
  return url !== null && !isServedUrl(url);
}

function isOf(request: Request, page: Page): boolean {
  try {
    return request.frame().page() === page;
  } catch {
    // A document that is not there yet, or a service worker.
    return false;
  }
}

/** Without the port that the scheme implies. */
function hostOf(request: Request): string {
  return URL.parse(request.url())?.host ?? "";
}
