/**
 * The person in front of a browser: signs in at each page of the service that asks for name and
 * password, in a tab or in a popup, once a page. At any other page they sit and wait.
 */
import type { BrowserContext, Locator, Page } from "@playwright/test";
import { unlessLeaving } from "./navigating-frames.ts";
import {
  CONSENT_FORM,
  SECOND_FACTOR_FORM,
  SIGN_IN_FORM,
  STAY_SIGNED_IN_FORM,
} from "./agent/screen.ts";

export interface PersonOptions {
  /** What they type; without it no one signs in. */
  readonly answers: () => Answers | undefined;
  /** Whether the service answers at an address: what any other page asks for is not theirs to give. */
  readonly isServed: (address: URL) => boolean;
  /** A page asks for a sign-in; `prompt` is the parameter of the authorize request. */
  readonly asked: (prompt: string, page: Page) => void;
  /** Runs what the person does; time stands still meanwhile. */
  readonly acting: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Who types, and what. */
export interface Answers {
  readonly username: string;
  readonly password: string;
  /** The code of a second factor, where they type one. */
  readonly factorCode?: string;
  /** The labels of buttons that they press where a page has them, rather than the usual one. */
  readonly presses?: readonly string[];
}

/** A page that has been submitted goes within a moment; on a busy computer it takes longer. Real time, ms. */
const GONE_MAX_MS = 30_000;

/** The addresses at which a page has been answered: a person does so once a page. */
const answered = new WeakMap<Page, string>();

/** Answers the page if it asks for a sign-in and was not answered yet; says whether it did. */
export async function fillIn(
  page: Page,
  {
    answers,
    asked,
  }: { readonly answers: Answers | undefined; readonly asked: PersonOptions["asked"] },
): Promise<boolean> {
  const address = page.url();
  if (answered.get(page) === address || !(await asksForSignIn(page))) return false;
  answered.set(page, address);
  // The question belongs to the prompt before it; the answer of the world's people has the focus.
  if ((await count(page, STAY_SIGNED_IN_FORM)) === 1) {
    if (answers !== undefined) {
      const wanted = await wantedIn(page.locator(STAY_SIGNED_IN_FORM), answers);
      await press(page, wanted ?? page.locator("button[autofocus]"));
    }
    return true;
  }
  if ((await count(page, `${SECOND_FACTOR_FORM}, ${CONSENT_FORM}`)) === 1)
    return confirm(page, answers, () => asked("none-given", page));
  asked(new URL(address).searchParams.get("prompt") ?? "none-given", page);
  if (answers === undefined) return true;
  const form = page.locator(SIGN_IN_FORM);
  const wanted = await wantedIn(form, answers);
  if (wanted !== undefined) {
    await press(page, wanted);
    return true;
  }
  await form.locator('input[name="login"]').fill(answers.username);
  await form.locator('input[type="password"]').fill(answers.password);
  await press(page, form.locator('[type="submit"]:not([name])'));
  return true;
}

/** The page of the second factor, or of consent: after a password it belongs to the prompt before it, at an address of its own it is a prompt. */
async function confirm(
  page: Page,
  answers: Answers | undefined,
  asked: () => void,
): Promise<boolean> {
  if (new URL(page.url()).pathname.endsWith("/authorize")) asked();
  if (answers === undefined) return true;
  const form = page.locator(`${SECOND_FACTOR_FORM}, ${CONSENT_FORM}`);
  const field = form.locator('input[name="AdditionalAuthData"]');
  if ((await field.count()) === 1) await field.fill(answers.factorCode ?? "");
  await press(page, (await wantedIn(form, answers)) ?? form.locator("button[autofocus]"));
  return true;
}

/** The button that they press instead of the usual one, if the form has it. */
async function wantedIn(form: Locator, { presses = [] }: Answers): Promise<Locator | undefined> {
  for (const label of presses) {
    const button = form.getByRole("button", { name: label, exact: true });
    if ((await button.count()) === 1) return button;
  }
  return undefined;
}

/** A person who clicks waits for the page to go. Playwright's own click would wait for a frame, and not all tabs have frames. */
async function press(page: Page, button: Locator): Promise<void> {
  await Promise.all([
    page.waitForRequest((request) => request.isNavigationRequest(), { timeout: GONE_MAX_MS }),
    button.evaluate((element: HTMLElement) => element.click()),
  ]);
}

/** Whether a page has a form for name and password, or asks whether to stay signed in. */
export async function asksForSignIn(page: Page): Promise<boolean> {
  return (
    (await count(
      page,
      `${SIGN_IN_FORM}, ${STAY_SIGNED_IN_FORM}, ${SECOND_FACTOR_FORM}, ${CONSENT_FORM}`,
    )) === 1
  );
}

function count(page: Page, forms: string): Promise<number | undefined> {
  return unlessLeaving(page, () =>
    page.evaluate((wanted) => document.querySelectorAll(wanted).length, forms),
  );
}

/** Signs in at all sign-in pages of a context, also in tabs and windows that open later. */
export function fillInSignInPages(context: BrowserContext, options: PersonOptions): void {
  const looks = new WeakMap<Page, Promise<void>>();
  /** One look after the other: two at once would type over each other. */
  const look = (page: Page): Promise<void> => {
    const next = (looks.get(page) ?? Promise.resolve()).then(async () => {
      if (!options.isServed(new URL(page.url()))) return;
      await fillIn(page, { answers: options.answers(), asked: options.asked });
    });
    // A page that goes away under their hands is not theirs any more.
    const ended = next.then(
      () => undefined,
      () => undefined,
    );
    looks.set(page, ended);
    return ended;
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
