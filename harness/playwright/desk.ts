/**
 * A browser context under test, as the history sees it: its tabs by name, the person in
 * front of it, what that person sees. What the context itself does is Playwright's.
 */
import type { BrowserContext, Page } from "@playwright/test";
import { seatPerson } from "../browser/person.ts";
import { lookAtScreen } from "../browser/screen.ts";
import type { User } from "../directory/world.ts";
import type { PromptShown } from "../history/event.ts";
import type { Recorder } from "../history/recorder.ts";

export interface Desk {
  /** Who answers sign-in pages from now on; nobody by default. */
  seat(user: User | undefined): void;
  /** Writes down what has changed on the screens. */
  look(): Promise<void>;
  /** Stops looking. */
  leave(): void;
}

export interface DeskOptions {
  readonly context: BrowserContext;
  readonly recorder: Recorder;
  /** The app under test, as the history names it. */
  readonly client: string;
  /** Home account id of a person. */
  readonly accountOf: (user: User) => string;
}

/** Often enough for a spinner of seconds, ms of the machine. */
const LOOK_EVERY_MS = 200;

/** Begins to watch a context that has no page yet. */
export function watchDesk({ context, recorder, client, accountOf }: DeskOptions): Desk {
  let seated: User | undefined;
  let looking = false;
  const tabs = new Map<Page, { readonly name: string; seen?: string }>();
  const count = { tab: 0, popup: 0 };

  seatPerson(context, {
    answers: () =>
      seated === undefined ? undefined : { username: seated.upn, password: seated.password },
    asked: (prompt) => {
      recorder.emit({
        kind: "prompt-shown",
        client,
        ...(seated === undefined ? {} : { user: accountOf(seated) }),
        prompt: prompt as PromptShown["prompt"],
      });
    },
    acting: (work) => work(),
  });

  const enter = async (page: Page): Promise<void> => {
    const kind = (await page.opener()) === null ? "tab" : "popup";
    const name = `${kind}-${(count[kind] += 1)}`;
    tabs.set(page, { name });
    recorder.emit({ kind: "tab-changed", client, tab: name, change: "opened" });
    page.on("close", () => {
      if (tabs.delete(page))
        recorder.emit({ kind: "tab-changed", client, tab: name, change: "closed" });
    });
  };
  context.on("page", (page) => void enter(page));

  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      for (const [page, tab] of tabs) {
        const screen = await lookAtScreen(page);
        const seen = JSON.stringify(screen);
        if (screen === undefined || seen === tab.seen || !tabs.has(page)) continue;
        tab.seen = seen;
        const { shows, text } = screen;
        recorder.emit({
          kind: "screen-seen",
          client,
          tab: tab.name,
          shows,
          ...(text === undefined ? {} : { text: recorder.redactor.text(text) }),
        });
      }
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);

  return {
    seat: (user) => {
      seated = user;
    },
    look,
    leave: () => clearInterval(timer),
  };
}
