/**
 * What a person sees in a tab, read from the page as assistive technology would: words,
 * signs of waiting (`aria-busy`, `role=progressbar`), alerts, password fields. It runs in
 * the page, so it may use nothing but what is inside the function.
 */
import type { Page } from "@playwright/test";
import { unlessLeaving } from "../navigating-frames.ts";
import type { Screen } from "../../history/browser-events.ts";

export interface SeenScreen {
  readonly shows: Screen;
  /** The words that stand out, at most 80 characters. */
  readonly text?: string;
}

/** Selects the form of a page of the service that asks for a name and a password. */
export const SIGN_IN_FORM = 'form:has(input[name="login"]):has(input[type="password"])';

/** Selects the form of the service's page "Stay signed in?". */
export const STAY_SIGNED_IN_FORM = 'form[action="/kmsi"]:has(button[name="LoginOptions"])';

/** Selects the form of the service's page for a second factor that a person confirms. */
export const SECOND_FACTOR_FORM =
  'form[action="/common/SAS/ProcessAuth"]:has(button[name="AuthMethodId"])';

/** Selects the form of the service's page that asks for consent. */
export const CONSENT_FORM = 'form[action="/common/Consent/Set"]';

/** What a tab shows now; `undefined` while it changes its page, or is gone. */
export function lookAtScreen(page: Page): Promise<SeenScreen | undefined> {
  return unlessLeaving(page, () => page.evaluate(readScreen));
}

/** What the page shows; it runs there, as text. */
export function readScreen(): SeenScreen {
  // The browser's own page about a connection that failed: its words differ between versions.
  if (location.protocol === "chrome-error:")
    return { shows: "error", text: "the browser's own error page" };
  // Of a document that broke off early there is nothing yet.
  if ((document.body as HTMLElement | null) === null) return { shows: "blank" };
  const visible = (element: Element): boolean =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const wordsOf = (element: HTMLElement): string =>
    element.innerText.replaceAll(/\s+/g, " ").trim();
  const all = (selector: string): HTMLElement[] =>
    [...document.querySelectorAll<HTMLElement>(selector)].filter(visible);
  const said = (shows: Screen, element: HTMLElement | undefined): SeenScreen => {
    const text = element === undefined ? "" : wordsOf(element).slice(0, 80);
    return { shows, ...(text === "" ? {} : { text }) };
  };
  const [heading] = all("h1, h2");
  const [alert] = all('[role="alert"], [aria-live="assertive"]').filter(
    (one) => wordsOf(one) !== "",
  );
  if (alert !== undefined) return said("error", alert);
  // Its server has failed, even if the page has other content.
  const [navigation] = performance.getEntriesByType("navigation");
  const { responseStatus = 0 } = (navigation ?? {}) as { readonly responseStatus?: number };
  if (responseStatus >= 500) return said("error", heading ?? document.body);
  const asking =
    'input[type="password"], form[action="/kmsi"] button, form[action="/common/SAS/ProcessAuth"] button, form[action="/common/Consent/Set"] button';
  if (all(asking).length > 0) return said("sign-in", heading);
  const busy = all('[aria-busy="true"], [role="progressbar"], progress');
  if (busy.length > 0) {
    const frame = new Set<Element>([...busy, ...all("h1, header, nav, footer")]);
    const rest = all("body *").filter(
      (element) =>
        element.children.length === 0 &&
        wordsOf(element) !== "" &&
        ![...frame].some((one) => one === element || one.contains(element)),
    );
    if (rest.length === 0) return said("spinner", busy[0]);
  }
  // An error text in the place of the application, such as a caught error that was printed.
  const errorText =
    /(^|\s)\w*(Error|Exception)\b ?[:(]|\b[a-z]+(_[a-z]+)+: |\bAADSTS\d{4,}|\bsomething went wrong\b/i;
  const words = wordsOf(document.body);
  if (words.length <= 500 && errorText.test(words)) {
    const frames = all("h1, h2, header, nav, footer, button, a");
    const text = [document.body, ...all("body *")].find(
      (element) =>
        !frames.some((frame) => frame.contains(element)) &&
        [...element.childNodes].some(({ nodeType }) => nodeType === 3) &&
        errorText.test(wordsOf(element)),
    );
    if (text !== undefined) return said("error", text);
  }
  const pictures = all("img, svg, canvas, video, input, button");
  if (words === "" && pictures.length === 0) return { shows: "blank" };
  return said("content", heading);
}
