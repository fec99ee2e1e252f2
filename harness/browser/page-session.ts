/** Sessions of the browser's own protocol with a page. */
import type { CDPSession, Page } from "@playwright/test";

const sessions = new WeakMap<Page, Promise<CDPSession>>();

/** One session a page, for its whole life. */
export function sessionOfPage(page: Page): Promise<CDPSession> {
  const known = sessions.get(page);
  if (known !== undefined) return known;
  const opening = page.context().newCDPSession(page);
  sessions.set(page, opening);
  opening.catch(() => void sessions.delete(page));
  return opening;
}
