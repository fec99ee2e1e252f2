/**
 * One visit of a person's browser: from a page of the app or of Entra, over redirects and forms, to
 * the answer at which it stops. It answers Entra's pages as the person would, and knows HTML forms,
 * redirects and cookies, and nothing of OAuth or SAML.
 */
import {
  answersTo,
  buttonFor,
  formOf,
  framesOf,
  type HtmlForm,
  nextPageOf,
  type UserAnswers,
} from "../../../clients/html-form.ts";
import { createRequest } from "../../../core/http/message.ts";
import { isServedUrl } from "../../../network/served-hosts.ts";
import type { AppAnswer, AppRequest, AppServer } from "./app-server.ts";

/** Where a visit stopped, and what it met. */
export interface VisitEnd {
  readonly at: "app" | "entra";
  readonly url: URL;
  readonly method: "GET" | "POST";
  /** Absent when nothing answered; the redirect itself when it leads to an address that no browser opens. */
  readonly answer?: AppAnswer;
  /** Why nothing answered. */
  readonly error?: unknown;
  /** The names of the app's cookies that did not go along with Entra's answer, since it came from another site. */
  readonly withheld: readonly string[];
  /** Whether the app has sent the browser on after Entra's answer. */
  readonly isPastAnswer: boolean;
  /** What Entra sent to the app, by the name of each field; undefined when it sent nothing. */
  readonly carried: URLSearchParams | undefined;
  /** Whether Entra sent it behind the #, where only a script of the page can read it. */
  readonly isInFragment: boolean;
  /** What Entra's pages have opened in hidden frames. */
  readonly frames: readonly FrameEnd[];
  /** The labels of the buttons that the person had preferred. */
  readonly pressed: readonly string[];
}

/** Where a hidden frame stopped. */
export interface FrameEnd {
  readonly url: URL;
  /** Absent when nothing answered, or when the frame is another app's. */
  readonly answer?: AppAnswer;
  readonly error?: unknown;
  /** The names of the app's cookies that did not go along: a frame belongs to another site. */
  readonly withheld: readonly string[];
}

export interface VisitParts {
  readonly app: AppServer;
  /** Sends a request to Entra; redirects are not followed. */
  readonly askEntra: (request: Request) => Promise<Response>;
  /** Cookies of Entra's hosts, by name. */
  readonly entraCookies: Map<string, string>;
  /** The origins at which Entra has sent this browser to the app. */
  readonly appOrigins: Set<string>;
  /** Undefined for a person who leaves every page as it is. */
  readonly person: UserAnswers | undefined;
  /** Called when the first page asks the person to act. */
  readonly asked: () => void;
}

/** More pages than any sign-in has; stops a loop between two pages. */
const PAGES_MAX = 20;

/** A page to load. */
interface NextPage {
  readonly url: URL;
  readonly form?: URLSearchParams;
}

/** Where the browser is, and how it got there. */
interface VisitState {
  next: NextPage;
  /** The origin of the page whose form or link led here; undefined after an address that was typed. */
  initiator: string | undefined;
  atEntra: boolean;
  hasAsked: boolean;
  carried: URLSearchParams | undefined;
  isInFragment: boolean;
  withheld: readonly string[];
  isPastAnswer: boolean;
  readonly frames: FrameEnd[];
  readonly pressed: string[];
  /** The redirect that led here. */
  redirect: AppAnswer | undefined;
}

/** Opens an address and goes on until a page asks for nothing more, fails, or does not load. */
export async function visit(start: URL, parts: VisitParts): Promise<VisitEnd> {
  const state: VisitState = {
    next: { url: start },
    initiator: undefined,
    atEntra: false,
    hasAsked: false,
    carried: undefined,
    isInFragment: false,
    withheld: [],
    isPastAnswer: false,
    frames: [],
    pressed: [],
    redirect: undefined,
  };
  let end: VisitEnd | undefined;
  for (let page = 0; page < PAGES_MAX && end === undefined; page += 1)
    end = isEntraPage(state.next.url)
      ? await visitEntra(state, parts)
      : isWebAddress(state.next.url)
        ? await visitApp(state, parts)
        : endOf(state, state.redirect === undefined ? {} : { answer: state.redirect });
  return (
    end ?? endOf(state, { error: new Error(`more than ${PAGES_MAX} pages led to one another`) })
  );
}

/** Whether a browser opens an address by itself, rather than a program that has registered for its scheme. */
export function isWebAddress({ protocol }: URL): boolean {
  return protocol === "http:" || protocol === "https:";
}

/** Whether a page of Entra is at an address, rather than one of the app or of an API. */
function isEntraPage(url: URL): boolean {
  return isServedUrl(url) && ENTRA_HOST.test(url.hostname);
}

const ENTRA_HOST = /(^|\.)(login|sts)\.|(^|\.)microsoftonline\.|\.ciamlogin\.com$/i;

async function visitEntra(state: VisitState, parts: VisitParts): Promise<VisitEnd | undefined> {
  const { url, form } = state.next;
  state.atEntra = true;
  let answer: AppAnswer;
  try {
    answer = await pageOfEntra(state.next, parts);
  } catch (error) {
    return endOf(state, { error });
  }
  const { text } = answer;
  const location = locationOf(answer, url);
  if (location !== undefined) {
    if (!isEntraPage(location)) {
      state.carried = fieldsOf(location);
      state.isInFragment = hasFragment(location);
    }
    // A redirect after a form of Entra's comes from there; any other from the page before.
    if (form !== undefined) state.initiator = url.origin;
    goOn(state, parts, { url: location });
    state.redirect = answer;
    return undefined;
  }
  for (const address of framesOf(text)) {
    const frame = URL.parse(address, url);
    if (frame !== null) await visitFrame(frame, state, parts);
  }
  const onward = URL.parse(nextPageOf(text) ?? "about:blank", url);
  if (onward !== null && isWebAddress(onward)) {
    state.initiator = url.origin;
    goOn(state, parts, { url: onward });
    return undefined;
  }
  const html = formOf(text);
  const action = URL.parse(html?.action ?? "", url);
  if (answer.status >= 400 || html === undefined || action === null)
    return endOf(state, { answer });
  state.initiator = url.origin;
  if (!isEntraPage(action)) {
    state.carried = asTheyAre(html);
    goOn(state, parts, { url: action, form: state.carried });
    return undefined;
  }
  const { person } = parts;
  if (person === undefined) return endOf(state, { answer });
  if (!state.hasAsked && !html.postsItself) parts.asked();
  state.hasAsked ||= !html.postsItself;
  const button = buttonFor(html.buttons, person);
  if (button !== undefined) state.pressed.push(button.label);
  goOn(state, parts, { url: action, form: answersTo(html, person) });
  return undefined;
}

/** From a page of Entra to the next one, of Entra or of the app. */
function goOn(state: VisitState, { appOrigins }: VisitParts, next: NextPage): void {
  if (isWebAddress(next.url) && !isEntraPage(next.url)) appOrigins.add(next.url.origin);
  state.next = next;
}

/** Loads a hidden frame with its redirects. A frame of another app than the one under test is left out where the address does not show the app. */
async function visitFrame(start: URL, state: VisitState, parts: VisitParts): Promise<void> {
  const { app, appOrigins } = parts;
  let [url, withheld]: [URL, readonly string[]] = [start, []];
  for (let redirects = 0; redirects < PAGES_MAX; redirects += 1) {
    const isOfEntra = isEntraPage(url);
    if (!isOfEntra && (!isWebAddress(url) || !(app.isListening || appOrigins.has(url.origin)))) {
      state.frames.push({ url, withheld });
      return;
    }
    try {
      // Only the top of a page sends the cookies that are Lax.
      const request = { url, sameSite: "none" } as const;
      if (!isOfEntra) withheld = [...withheld, ...(await app.withheld(request))];
      const answer = isOfEntra ? await pageOfEntra({ url }, parts) : await app.load(request);
      const location = locationOf(answer, url);
      if (location === undefined) {
        state.frames.push({ url, answer, withheld });
        return;
      }
      url = location;
    } catch (error) {
      state.frames.push({ url, error, withheld });
      return;
    }
  }
}

async function visitApp(state: VisitState, { app }: VisitParts): Promise<VisitEnd | undefined> {
  const { url, form } = state.next;
  const request: AppRequest = {
    // What is behind the # stays in the browser.
    url: new URL(url.pathname + url.search, url.origin),
    ...(form === undefined ? {} : { form }),
    ...(form === undefined || state.initiator === undefined ? {} : { origin: state.initiator }),
    sameSite: sameSiteOf(state),
  };
  let answer: AppAnswer;
  try {
    if (state.carried !== undefined) state.withheld = await app.withheld(request);
    answer = await app.load(request);
  } catch (error) {
    return endOf(state, { error });
  }
  const location = locationOf(answer, url);
  if (location !== undefined) {
    state.isPastAnswer = state.carried !== undefined;
    state.next = { url: location };
    state.redirect = answer;
    return undefined;
  }
  // Before the sign-in: a page that posts its request to Entra by itself, as SAML's binding has it.
  const mayAsk = answer.status < 400 && state.carried === undefined;
  const html = mayAsk ? formOf(answer.text) : undefined;
  const action = URL.parse(html?.action ?? "", url);
  if (html === undefined || action === null || !isEntraPage(action))
    return endOf(state, { answer });
  state.initiator = url.origin;
  state.next = { url: action, form: asTheyAre(html) };
  return undefined;
}

async function pageOfEntra(
  { url, form }: NextPage,
  { askEntra, entraCookies }: VisitParts,
): Promise<AppAnswer> {
  const cookie = [...entraCookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const headers = {
    ...(cookie === "" ? {} : { cookie }),
    ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
  };
  const response = await askEntra(
    createRequest(url.href, {
      headers,
      ...(form === undefined ? {} : { method: "POST", body: form.toString() }),
    }),
  );
  for (const line of response.headers.getSetCookie()) {
    const [pair = ""] = line.split(";");
    const at = pair.indexOf("=");
    if (at > 0) entraCookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function endOf(
  { next, atEntra, carried, isInFragment, withheld, isPastAnswer, frames, pressed }: VisitState,
  end: Pick<VisitEnd, "answer" | "error">,
): VisitEnd {
  const { url, form } = next;
  const isAtEntra = atEntra && isEntraPage(url);
  return {
    at: isAtEntra ? "entra" : "app",
    url,
    method: form === undefined ? "GET" : "POST",
    withheld,
    isPastAnswer,
    carried,
    isInFragment,
    frames,
    pressed,
    ...end,
  };
}

/** Only what comes from a page of Entra is from another site to the app. */
function sameSiteOf({ next, initiator }: VisitState): AppRequest["sameSite"] {
  if (initiator === undefined || !isEntraPage(new URL(initiator))) return "strict";
  return next.form === undefined ? "lax" : "none";
}

function locationOf({ status, headers }: AppAnswer, from: URL): URL | undefined {
  const location = headers.get("location");
  if (status < 300 || status >= 400 || location === null) return undefined;
  return URL.parse(location, from.href) ?? undefined;
}

/** The fields of an address: behind the # if there are any, else behind the question mark. */
function fieldsOf(url: URL): URLSearchParams {
  return hasFragment(url) ? new URLSearchParams(url.hash.slice(1)) : url.searchParams;
}

function hasFragment(url: URL): boolean {
  return url.hash.length > 1;
}

function asTheyAre({ fields }: HtmlForm): URLSearchParams {
  return new URLSearchParams(fields.map(({ name, value }) => [name, value]));
}
