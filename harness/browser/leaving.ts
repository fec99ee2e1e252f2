/**
 * Pages whose next document is on its way, in an outage perhaps for ever. Chromium lets nobody
 * ask such a page anything until that document is there, so whoever asks does not wait: the
 * timers of what is being left stand still, and it goes on showing what it showed.
 */
import type { Frame, Page, Request } from "@playwright/test";

export interface Leaving {
  /** A request has begun. */
  setOut(request: Request): void;
  /** A request has ended, one way or another. */
  arrived(request: Request): void;
  has(page: Page): boolean;
  /** What a frame answers; `otherwise` when its page is leaving. */
  unless<T>(frame: Frame, answer: Promise<T>, otherwise: T): Promise<T>;
}

/** No page is leaving. */
export function createLeaving(): Leaving {
  const onTheirWay = new Map<Page, Request>();
  const listeners = new Set<(page: Page) => void>();
  return {
    has: (page) => onTheirWay.has(page),
    setOut(request) {
      const frame = frameOf(request);
      if (frame === undefined || frame.parentFrame() !== null) return;
      if (!request.isNavigationRequest()) return;
      onTheirWay.set(frame.page(), request);
      for (const listener of listeners) listener(frame.page());
    },
    arrived(request) {
      for (const [page, known] of onTheirWay) if (known === request) onTheirWay.delete(page);
    },
    async unless(frame, answer, otherwise) {
      const page = frame.page();
      const left = Promise.withResolvers<typeof otherwise>();
      const listener = (leaving: Page): void => {
        if (leaving === page) left.resolve(otherwise);
      };
      listeners.add(listener);
      if (onTheirWay.has(page)) listener(page);
      try {
        return await Promise.race([answer, left.promise]);
      } finally {
        listeners.delete(listener);
      }
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
