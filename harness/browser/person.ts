/**
 * The person in front of a browser: signs in wherever a page asks for name and password, in
 * a tab or in a popup, once a page. At any other page they sit and wait.
 */
import type { BrowserContext, Page } from "@playwright/test";
import { unlessLeaving } from "./leaving.ts";

export interface PersonOptions {
  /** What they type; nobody sits there when there is none. */
  readonly answers: () => { readonly username: string; readonly password: string } | undefined;
  /** A page asks for a sign-in; `prompt` is the parameter of the authorize request. */
  readonly asked: (prompt: string) => void;
  /** Runs what the person does; time stands still meanwhile. */
  readonly acting: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Seats a person in front of all tabs and windows of a context, those to come included. */
export function seatPerson(context: BrowserContext, options: PersonOptions): void {
  const answered = new WeakMap<Page, string>();
  const looks = new WeakMap<Page, Promise<void>>();
  /** One look after the other: two at once would type over each other. */
  const look = (page: Page): Promise<void> => {
    const next = (looks.get(page) ?? Promise.resolve()).then(() => lookNow(page));
    // A page that goes away under their hands is not theirs any more.
    const ended = next.catch(() => undefined);
    looks.set(page, ended);
    return ended;
  };
  const lookNow = async (page: Page): Promise<void> => {
    const address = page.url();
    const form = page.locator('form:has(input[type="password"])');
    const isThere = (await unlessLeaving(page, () => form.count())) === 1;
    if (!isThere || answered.get(page) === address) return;
    answered.set(page, address);
    options.asked(new URL(address).searchParams.get("prompt") ?? "none-given");
    const answers = options.answers();
    if (answers === undefined) return;
    await form.locator('input[name="login"]').fill(answers.username);
    await form.locator('input[type="password"]').fill(answers.password);
    // Whoever clicks waits for the page to go.
    await Promise.all([
      page.waitForRequest((request) => request.isNavigationRequest(), { timeout: 5_000 }),
      form.locator('[type="submit"]').click({ noWaitAfter: true }),
    ]);
  };
  const watch = (page: Page): void => {
    page.on("domcontentloaded", () => {
      void options.acting(() => look(page));
    });
  };
  for (const page of context.pages()) watch(page);
  context.on("page", (page) => {
    watch(page);
    void options.acting(() => look(page));
  });
}
