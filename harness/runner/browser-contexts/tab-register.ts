/**
 * The tabs of all browsers of a run, and the windows that sign-ins open from them. The opener
 * knows first that a window is open: the browser reports a page only with the first bytes of
 * its document, which may never come in an outage.
 */
import type { Page } from "@playwright/test";
import { untilClosed } from "../../browser/page-closing.ts";
import type { PageTime } from "../../browser/page-time.ts";
import type { SeenScreen } from "../../browser/agent/screen.ts";
import type { Recorder } from "../../history/recorder.ts";

/** One open tab or window. */
export interface OpenTab {
  readonly client: string;
  /** The name of the browser context that it is in. */
  readonly context: string;
  readonly kind: "tab" | "popup";
  readonly tab: {
    readonly name: string;
    /** Absent while the browser does not report one: nothing has come to show. */
    page?: Page;
  };
  seen?: string;
  /** What it showed when it was last looked at. */
  shows?: SeenScreen["shows"];
  /** Since when it has shown nothing of use while the application waited for it; ms since the Unix epoch, virtual. */
  uselessSinceMs?: number;
  /** The windows that its document has opened, in order. */
  windows: OpenTab[];
  /** How often its page was still there although its opener said that it is closed. */
  doubts: number;
}

export interface Tabs {
  readonly all: () => readonly OpenTab[];
  /** Enters a tab that the script has opened. */
  readonly enter: (owner: Pick<OpenTab, "client" | "context" | "kind">, page?: Page) => OpenTab;
  readonly reloaded: (tab: OpenTab) => void;
  readonly closed: (tab: OpenTab) => void;
  /** A browser has ended for one application, whose history says so; the tabs of others in it count as closed. */
  readonly ended: (context: string, client: string) => void;
  /** Takes over what the documents of one profile say of windows; false while one of them is about to close. */
  readonly follow: (time: PageTime) => Promise<boolean>;
  /** Records what a person sees, when it has changed. */
  readonly see: (tab: OpenTab, screen: SeenScreen) => void;
}

/** A page is gone soon after its opener says so, unless the two have been separated (`Cross-Origin-Opener-Policy`). */
const DOUBTS_MAX = 20;
/** How long each doubt waits for the page to close; ms, the machine's. */
const DOUBT_MS = 50;

interface Register extends Pick<Tabs, "enter" | "closed"> {
  readonly open: ReadonlySet<OpenTab>;
}

/** Creates the register of tabs, with none open. */
export function createTabs(recorder: Recorder): Tabs {
  const open = new Set<OpenTab>();
  const numbers = new Map<string, number>();

  const record = ({ client, tab }: OpenTab, change: "opened" | "reloaded" | "closed"): void => {
    recorder.emit({ kind: "tab-changed", client, tab: tab.name, change });
  };

  const enter: Tabs["enter"] = ({ client, context, kind }, page) => {
    const number = (numbers.get(`${client} ${kind}`) ?? 0) + 1;
    numbers.set(`${client} ${kind}`, number);
    const name = `${kind}-${number}`;
    const tab = page === undefined ? { name } : { name, page };
    const entered: OpenTab = { client, context, kind, tab, windows: [], doubts: 0 };
    open.add(entered);
    record(entered, "opened");
    return entered;
  };

  const closed = (tab: OpenTab): void => {
    if (open.delete(tab)) record(tab, "closed");
  };

  return {
    all: () => [...open],
    enter,
    closed,
    reloaded(tab) {
      tab.windows = [];
      record(tab, "reloaded");
    },
    ended(context, client) {
      for (const tab of open) {
        if (tab.context !== context) continue;
        if (tab.client === client) open.delete(tab);
        else closed(tab);
      }
    },
    async follow(time) {
      for (const one of open)
        if (!(await followTab({ open, enter, closed }, one, time))) return false;
      for (const one of open) if (one.tab.page?.isClosed() === true) closed(one);
      return true;
    },
    see(one, { shows, text }) {
      one.shows = shows;
      const seen = JSON.stringify([shows, text]);
      if (one.seen === seen || !open.has(one)) return;
      one.seen = seen;
      recorder.emit({
        kind: "screen-seen",
        client: one.client,
        tab: one.tab.name,
        shows,
        ...(text === undefined ? {} : { text: recorder.redactor.text(text) }),
      });
    },
  };
}

/** Takes over which windows the document of one tab has opened, and which it says are closed. */
async function followTab(register: Register, one: OpenTab, time: PageTime): Promise<boolean> {
  const { open, enter } = register;
  const { page } = one.tab;
  if (page === undefined || page.isClosed()) return true;
  const said = time.windowsOf(page);
  const waiting = one.windows.filter((window) => open.has(window) && !window.tab.page);
  if (waiting.length > 0 || said.length > one.windows.length) {
    while (one.windows.length < said.length) {
      const window = enter({ client: one.client, context: one.context, kind: "popup" });
      one.windows.push(window);
      waiting.push(window);
    }
    for (const found of await pagesWithoutWindow(open, page)) {
      const window = waiting.shift();
      if (window !== undefined) window.tab.page = found;
    }
  }
  for (const [index, window] of one.windows.entries()) {
    if (open.has(window) && !(await followWindow(register, window, said[index] ?? true)))
      return false;
  }
  return true;
}

/** Pages of an opener that the browser has reported, and that belong to no window yet. */
async function pagesWithoutWindow(open: ReadonlySet<OpenTab>, opener: Page): Promise<Page[]> {
  const known = new Set([...open].map(({ tab }) => tab.page));
  const found: Page[] = [];
  for (const page of opener.context().pages())
    if (!known.has(page) && (await page.opener()) === opener) found.push(page);
  return found;
}

/** Whether it is settled what became of one window. */
async function followWindow(
  { closed }: Register,
  window: OpenTab,
  isOpen: boolean,
): Promise<boolean> {
  const { page } = window.tab;
  const isThere = page === undefined ? isOpen : !page.isClosed();
  if (!isThere) closed(window);
  if (!isThere || isOpen) return true;
  window.doubts += 1;
  if (window.doubts > DOUBTS_MAX) return true;
  if (page !== undefined) await untilClosed(page, DOUBT_MS);
  return false;
}
