/**
 * Frames that navigate to their next document and wait for its response. Chromium hands no
 * call to such a frame, nor to one inside it, until the answer is there or has failed:
 * a call to it would wait as long, and hold up time.
 */
import type { BrowserContext, Frame, Page, Request } from "@playwright/test";

interface Leaving {
  has(frame: Frame): boolean;
  unlessLeaving<T>(frame: Frame, work: () => Promise<T>): Promise<T | undefined>;
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
  return watchLeaving(page.context()).unlessLeaving(page.mainFrame(), work);
}

function watchPages(context: BrowserContext): Leaving {
  const leaving = new Map<Frame, Request>();
  const asked = new Map<() => void, Frame>();

  const arrive = (frame: Frame): void => void leaving.delete(frame);
  const end = (request: Request): void => {
    for (const [frame, underway] of leaving) if (underway === request) arrive(frame);
  };
  const watch = (page: Page): void => {
    page.on("framenavigated", arrive);
    page.on("framedetached", arrive);
    page.on("close", () => {
      for (const frame of leaving.keys()) if (frame.page() === page) arrive(frame);
    });
    page.on("request", (request) => {
      if (!request.isNavigationRequest()) return;
      const going = frameOf(request);
      if (going === undefined) return;
      leaving.set(going, request);
      for (const [leave, frame] of asked) if (has(frame)) leave();
    });
    page.on("requestfailed", end);
    page.on("requestfinished", end);
  };
  for (const page of context.pages()) watch(page);
  context.on("page", watch);

  const has = (frame: Frame): boolean => {
    for (let one: Frame | null = frame; one !== null; one = one.parentFrame())
      if (leaving.has(one)) return true;
    return false;
  };
  return {
    has,
    unlessLeaving(frame, work) {
      if (has(frame)) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const leave = (): void => resolve(undefined);
        asked.set(leave, frame);
        void work()
          .then(resolve, leave)
          .finally(() => asked.delete(leave));
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
