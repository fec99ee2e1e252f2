/**
 * The tabs of all browsers of a run, and the windows that sign-ins open from them. That a
 * window is open, its opener knows best: the browser reports a page only when the first
 * bytes of its document are there, which in an outage may be never.
 */
import type { Page } from "@playwright/test";
import type { PageTime } from "../../browser/page-time.ts";
import type { SeenScreen } from "../../browser/screen.ts";
import type { Recorder } from "../../history/recorder.ts";

/** One open tab or window. */
export interface OpenTab {
  readonly client: string;
  /** The browser that it is in. */
  readonly desk: string;
  readonly kind: "tab" | "popup";
  readonly tab: {
    readonly name: string;
    /** Absent as long as the browser does not report one: nothing has come to show. */
    page?: Page;
  };
  seen?: string;
  /** What was last to be seen there. */
  shows?: SeenScreen["shows"];
  /** Since when it has shown nothing that is of use, while the application waited for it; ms since the Unix epoch, virtual. */
  deadSinceMs?: number;
  /** The windows that its document has opened, in order. */
  windows: OpenTab[];
  /** Looks at a page that its opener says is closed, and that is there all the same. */
  doubts: number;
}

export interface Tabs {
  readonly all: () => readonly OpenTab[];
  /** The script opened a tab. */
  readonly enter: (owner: Pick<OpenTab, "client" | "desk" | "kind">, page?: Page) => OpenTab;
  readonly reloaded: (tab: OpenTab) => void;
  readonly closed: (tab: OpenTab) => void;
  /** A browser ended for one application, whose history says so; others in it have their tabs closed. */
  readonly ended: (desk: string, client: string) => void;
  /** Takes in what the documents of one profile say of windows; false while one of them is about to close. */
  readonly follow: (time: PageTime) => Promise<boolean>;
  /** Writes down what a person sees, when it has changed. */
  readonly see: (tab: OpenTab, screen: SeenScreen) => void;
}

/** A page is gone soon after its opener says so, unless the two have been parted (`Cross-Origin-Opener-Policy`). */
const DOUBTS_MAX = 60;

/** No tab is open. */
export function createTabs(recorder: Recorder): Tabs {
  const open = new Set<OpenTab>();
  const numbers = new Map<string, number>();

  const change = ({ client, tab }: OpenTab, what: "opened" | "reloaded" | "closed"): void => {
    recorder.emit({ kind: "tab-changed", client, tab: tab.name, change: what });
  };

  const enter: Tabs["enter"] = ({ client, desk, kind }, page) => {
    const number = (numbers.get(`${client} ${kind}`) ?? 0) + 1;
    numbers.set(`${client} ${kind}`, number);
    const name = `${kind}-${number}`;
    const tab = page === undefined ? { name } : { name, page };
    const entered: OpenTab = { client, desk, kind, tab, windows: [], doubts: 0 };
    open.add(entered);
    change(entered, "opened");
    return entered;
  };

  const closed = (tab: OpenTab): void => {
    if (open.delete(tab)) change(tab, "closed");
  };

  /** Pages that the browser has reported, and that no window stands for yet. */
  const strangers = async (opener: Page): Promise<Page[]> => {
    const known = new Set([...open].map(({ tab }) => tab.page));
    const found: Page[] = [];
    for (const page of opener.context().pages())
      if (!known.has(page) && (await page.opener()) === opener) found.push(page);
    return found;
  };

  /** Whether it is settled what became of one window. */
  const followWindow = (window: OpenTab, isOpen: boolean): boolean => {
    const { page } = window.tab;
    const isThere = page === undefined ? isOpen : !page.isClosed();
    if (!isThere) closed(window);
    if (!isThere || isOpen) return true;
    window.doubts += 1;
    return window.doubts > DOUBTS_MAX;
  };

  const followTab = async (one: OpenTab, time: PageTime): Promise<boolean> => {
    const { page } = one.tab;
    if (page === undefined || page.isClosed()) return true;
    const said = time.windowsOf(page);
    const waiting = one.windows.filter((window) => open.has(window) && !window.tab.page);
    if (waiting.length > 0 || said.length > one.windows.length) {
      while (one.windows.length < said.length) {
        const window = enter({ client: one.client, desk: one.desk, kind: "popup" });
        one.windows.push(window);
        waiting.push(window);
      }
      for (const found of await strangers(page)) {
        const window = waiting.shift();
        if (window !== undefined) window.tab.page = found;
      }
    }
    return one.windows.every(
      (window, index) => !open.has(window) || followWindow(window, said[index] ?? true),
    );
  };

  return {
    all: () => [...open],
    enter,
    closed,
    reloaded(tab) {
      tab.windows = [];
      change(tab, "reloaded");
    },
    ended(desk, client) {
      for (const tab of open) {
        if (tab.desk !== desk) continue;
        if (tab.client === client) open.delete(tab);
        else closed(tab);
      }
    },
    async follow(time) {
      for (const one of open) if (!(await followTab(one, time))) return false;
      for (const one of open) if (one.tab.page?.isClosed() === true) closed(one);
      return true;
    },
    see(one, { shows, text }) {
      one.shows = shows;
      const said = JSON.stringify([shows, text]);
      if (one.seen === said || !open.has(one)) return;
      one.seen = said;
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
