/**
 * Pages that have set out for their next page and wait for its answer. Chromium hands no
 * call to such a page until the answer is there or has failed: whoever asks it something
 * would wait as long, and time with them.
 */
import type { BrowserContext, Frame, Page, Request } from "@playwright/test";

interface Leaving {
  has(page: Page): boolean;
  unlessLeaving<T>(page: Page, work: () => Promise<T>): Promise<T | undefined>;
}

const known = new WeakMap<BrowserContext, Leaving>();

/** Watches the pages of a context from now on, those to come included. */
export function watchLeaving(context: BrowserContext): Leaving {
  const leaving = known.get(context) ?? watchPages(context);
  known.set(context, leaving);
  return leaving;
}

/** What `work` makes of a page; `undefined` when it rejects, or when the page waits for its next one or leaves before. */
export function unlessLeaving<T>(page: Page, work: () => Promise<T>): Promise<T | undefined> {
  return watchLeaving(page.context()).unlessLeaving(page, work);
}

function watchPages(context: BrowserContext): Leaving {
  const leaving = new Map<Page, Request>();
  const left = new Map<Page, Set<() => void>>();

  const arrive = (page: Page): void => void leaving.delete(page);
  const end = (request: Request): void => {
    for (const [page, underway] of leaving) if (underway === request) arrive(page);
  };
  const watch = (page: Page): void => {
    page.on("framenavigated", (frame) => {
      if (frame === page.mainFrame()) arrive(page);
    });
    page.on("close", arrive);
    page.on("request", (request) => {
      if (!request.isNavigationRequest() || frameOf(request) !== page.mainFrame()) return;
      leaving.set(page, request);
      for (const leave of left.get(page) ?? []) leave();
    });
    page.on("requestfailed", end);
    page.on("requestfinished", end);
  };
  for (const page of context.pages()) watch(page);
  context.on("page", watch);

  return {
    has: (page) => leaving.has(page),
    unlessLeaving(page, work) {
      if (leaving.has(page)) return Promise.resolve(undefined);
      const waiting = left.get(page) ?? new Set();
      left.set(page, waiting);
      return new Promise((resolve) => {
        const leave = (): void => resolve(undefined);
        waiting.add(leave);
        void work()
          .then(resolve, leave)
          .finally(() => waiting.delete(leave));
      });
    },
  };
}

/** The frame of a request; none for a service worker's, or while a popup has none yet. */
export function frameOf(request: Request): Frame | undefined {
  try {
    return request.frame();
  } catch {
    return undefined;
  }
}
