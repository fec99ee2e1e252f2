/**
 * Tabs that Chromium never paints. No one sees the pages of a run, and their frames take a fifth
 * of Chromium's processor time. A tab whose frames wait for a command that never comes has none,
 * nor have the windows that its pages open. Layout is still computed for code that asks for it.
 * Only the headless shell has such tabs; other browsers open a usual one.
 */
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  CDPSession,
  Page,
} from "@playwright/test";
import { sessionOfPage } from "./page-session.ts";

/** Chromium's own id of each context, which Playwright does not report. */
const contextIds = new WeakMap<BrowserContext, string>();
/** One context is opened after the other: the new one is then the one that was not there before. */
const openings = new WeakMap<Browser, Promise<unknown>>();
const sessions = new WeakMap<Browser, Promise<CDPSession>>();

/** As `browser.newContext`, for a context that can have unpainted tabs. */
export function openContext(
  browser: Browser,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const before = openings.get(browser) ?? Promise.resolve();
  const opening = before.then(async () => {
    const known = new Set(await contextIdsOf(browser));
    const context = await browser.newContext(options);
    const id = (await contextIdsOf(browser)).find((one) => !known.has(one));
    if (id !== undefined) contextIds.set(context, id);
    return context;
  });
  openings.set(
    browser,
    opening.catch(() => undefined),
  );
  return opening;
}

/**
 * Opens a tab whose frames are never produced: `requestAnimationFrame` does not call back there,
 * and Playwright's `click`, which waits for a frame, does not return. The context is one of
 * `openContext`; in another, and in a browser that paints all its tabs, it is a usual tab.
 */
export async function openUnpaintedTab(context: BrowserContext): Promise<Page> {
  const browser = context.browser();
  const browserContextId = contextIds.get(context);
  if (browser === null || browserContextId === undefined) return context.newPage();
  const session = await sessionOfBrowser(browser);
  const creating = session.send("Target.createTarget", {
    url: "about:blank",
    browserContextId,
    enableBeginFrameControl: true,
  });
  const reported = context.waitForEvent("page", {
    predicate: async (page) => (await targetIdOf(page)) === (await creating).targetId,
    timeout: 0,
  });
  try {
    const [page] = await Promise.all([reported, creating]);
    return page;
  } catch {
    // The headless shell of macOS refuses; any other failure shows itself again.
    return context.newPage();
  }
}

/** `undefined` when the page is gone before it could say. */
async function targetIdOf(page: Page): Promise<string | undefined> {
  try {
    const { targetInfo } = await (await sessionOfPage(page)).send("Target.getTargetInfo");
    return targetInfo.targetId;
  } catch {
    return undefined;
  }
}

async function contextIdsOf(browser: Browser): Promise<readonly string[]> {
  const session = await sessionOfBrowser(browser);
  return (await session.send("Target.getBrowserContexts")).browserContextIds;
}

function sessionOfBrowser(browser: Browser): Promise<CDPSession> {
  const known = sessions.get(browser);
  if (known !== undefined) return known;
  const opening = browser.newBrowserCDPSession();
  sessions.set(browser, opening);
  opening.catch(() => void sessions.delete(browser));
  return opening;
}
