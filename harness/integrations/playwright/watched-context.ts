/**
 * Watches the browser context of a test: names its tabs, records what they show, fills in
 * sign-in pages, and finds out which window a request comes from.
 */
import type { BrowserContext, Page } from "@playwright/test";
import { fillInSignInPages } from "../../browser/sign-in-person.ts";
import { lookAtScreen, type SeenScreen } from "../../browser/agent/screen.ts";
import { contentOf, createContentMemory } from "../../browser/content-memory.ts";
import { type Arrived, watchSenders } from "../../browser/page-senders.ts";
import type { User } from "../../entra/directory/world.ts";
import type { PromptShown } from "../../history/event.ts";
import type { RequestOrigin } from "../../runner/live/request-origin.ts";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";
import { answersOf } from "../../runner/live/sign-in/sign-in-options.ts";
import type { SignInOptions } from "../../runner/live/sign-in/sign-in.ts";

export interface WatchedContext {
  /** Who fills in sign-in pages from now on, and how where it is not the usual; default: the test does. */
  readonly signInAs: (user: User | undefined, options?: SignInOptions) => void;
  /** Records what has changed on the screens. */
  readonly look: () => Promise<void>;
  /** Tabs and popups that showed a sign-in page of the service when they were last looked at, while no person was named to fill it in. */
  readonly unanswered: () => readonly string[];
  /** How many times in a row, until the first look that saw anything, every window was blank; 0 from then on. */
  readonly blankLooks: () => number;
  /** How many times all windows have been looked at. */
  readonly looks: () => number;
  /** Where a request that has arrived comes from; undefined for one that is not a page's. */
  readonly originOf: (arrived: Arrived) => Promise<RequestOrigin | undefined>;
  /** The name of a page's window in the history; undefined once it is closed. */
  readonly nameOf: (page: Page) => string | undefined;
  /** Stops watching. */
  readonly leave: () => void;
}

export interface WatchOptions {
  readonly context: BrowserContext;
  readonly session: Pick<LiveSimulation, "recorder" | "pageCalls">;
  /** The name of the app under test in the history. */
  readonly client: string;
  /** Home account id of a person. */
  readonly accountOf: (user: User) => string;
  /** Whether the simulator answers at an address, so that its pages are not the application's. */
  readonly isServed: (url: URL) => boolean;
}

interface Window {
  readonly name: string;
  /** Of a popup, the tab that opened it. */
  readonly tab: string;
  seen?: string;
  /** Whether it shows a sign-in page of the service, rather than a form of the application's own. */
  asks?: boolean;
}

/** Often enough for a spinner of seconds; real time, ms. */
const LOOK_EVERY_MS = 200;

/** Watches a context from before its first page, until `leave`. */
export function watchContext(options: WatchOptions): WatchedContext {
  const { context, session, client, accountOf, isServed } = options;
  const { recorder } = session;
  const { windowOf, open } = watchWindows(options);
  const senders = watchSenders(context);
  let [person, otherwise]: [User | undefined, SignInOptions] = [undefined, {}];
  let looking: Promise<void> | undefined;
  let looks = 0;

  fillInSignInPages(context, {
    isServed,
    answers: () => (person === undefined ? undefined : answersOf(person, otherwise)),
    asked: (prompt, page) => {
      const window = open.get(page)?.name ?? "";
      const operation = session.pageCalls?.signInAt(window);
      recorder.emit({
        kind: "prompt-shown",
        client,
        ...(operation === undefined ? {} : { operation }),
        ...(person === undefined ? {} : { user: accountOf(person) }),
        prompt: prompt as PromptShown["prompt"],
      });
    },
    acting: (work) => work(),
  });

  const isUnlikeBefore = createContentMemory();
  let blankLooks = 0;
  let hasShown = false;
  const lookNow = async (): Promise<void> => {
    let looked = 0;
    for (const [page, window] of open) {
      const screen = await lookAtScreen(page);
      if (page.url() !== "about:blank" && screen !== undefined) looked += 1;
      if (screen !== undefined && screen.shows !== "blank") hasShown = true;
      const content = screen?.shows === "content" ? await contentOf(page) : undefined;
      // It changes at this moment. A bare text would count as the application from now on.
      if (screen?.shows === "content" && content === undefined) continue;
      const isUnlike = content !== undefined && isUnlikeBefore(page, content);
      const seen = JSON.stringify([screen, isUnlike]);
      if (screen !== undefined)
        window.asks = screen.shows === "sign-in" && isServed(new URL(page.url()));
      if (screen === undefined || seen === window.seen || !open.has(page)) continue;
      window.seen = seen;
      recordScreen(options, { tab: window.name, screen, isUnlike });
    }
    if (hasShown) blankLooks = 0;
    else if (looked > 0) blankLooks += 1;
  };
  const look = (): Promise<void> =>
    (looking ??= lookNow().finally(() => {
      looking = undefined;
      looks += 1;
    }));
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);

  return {
    signInAs: (user, given = {}) => {
      person = user;
      otherwise = given;
    },
    look,
    unanswered: () =>
      person === undefined
        ? [...open.values()].filter(({ asks }) => asks === true).map(({ name }) => name)
        : [],
    blankLooks: () => blankLooks,
    looks: () => looks,
    async originOf(arrived) {
      const sender = await senders.of(arrived);
      const window = sender === undefined ? undefined : await windowOf(sender.page);
      if (sender === undefined || window === undefined) return undefined;
      return { tab: window.tab, window: window.name, isChild: sender.isChild };
    },
    nameOf: (page) => open.get(page)?.name,
    leave: () => clearInterval(timer),
  };
}

function recordScreen(
  { client, session: { recorder } }: WatchOptions,
  seen: { readonly tab: string; readonly screen: SeenScreen; readonly isUnlike: boolean },
): void {
  const { shows, text } = seen.screen;
  recorder.emit({
    kind: "screen-seen",
    client,
    tab: seen.tab,
    shows,
    ...(seen.isUnlike ? { unlike: true } : {}),
    ...(text === undefined ? {} : { text: recorder.redactor.text(text) }),
  });
}

/** Names the windows of a context as they open, and records what becomes of its tabs. */
function watchWindows({ context, session: { recorder }, client, isServed }: WatchOptions) {
  const open = new Map<Page, Window>();
  const entering = new Map<Page, Promise<Window>>();
  const count = { tab: 0, popup: 0 };

  const enter = async (page: Page): Promise<Window> => {
    const opener = await page.opener();
    const owner = opener === null ? undefined : await entering.get(opener);
    const kind = owner === undefined ? "tab" : "popup";
    const name = `${kind}-${(count[kind] += 1)}`;
    const window: Window = { name, tab: owner?.tab ?? name };
    open.set(page, window);
    recorder.emit({ kind: "tab-changed", client, tab: name, change: "opened" });
    // It may be closed before anything could listen.
    if (page.isClosed()) {
      open.delete(page);
      recorder.emit({ kind: "tab-changed", client, tab: name, change: "closed" });
      return window;
    }
    if (owner === undefined) watchLoads(page, name);
    page.on("close", () => {
      if (open.delete(page))
        recorder.emit({ kind: "tab-changed", client, tab: name, change: "closed" });
    });
    return window;
  };

  /** The application loses what it kept in memory when its next document is there. */
  const watchLoads = (page: Page, tab: string): void => {
    let wasApp = isApp(page.url());
    let isLoading = false;
    page.on("request", (request) => {
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) isLoading = true;
    });
    page.on("framenavigated", (frame) => {
      // Within one document addresses change as well, without a request.
      if (frame !== page.mainFrame() || !isLoading) return;
      isLoading = false;
      if (!isApp(frame.url())) return;
      if (wasApp) recorder.emit({ kind: "tab-changed", client, tab, change: "reloaded" });
      wasApp = true;
    });
  };

  const isApp = (address: string): boolean =>
    /^https?:/.test(address) && !isServed(new URL(address));

  context.on("page", (page) => entering.set(page, enter(page)));
  return { open, windowOf: (page: Page) => entering.get(page) };
}
