/**
 * A minimal browser with a user, for clients that run without one: opens a sign-in address, fills
 * in the forms that the service shows, and returns the parameters that arrive at the redirect URI.
 * It knows HTML forms and cookies, and nothing of OAuth.
 */
import { createRequest } from "../core/http/message.ts";
import { answersTo, formOf, titleOf, type UserAnswers } from "./html-form.ts";

export interface UserAgentOptions {
  readonly browse: (request: Request) => Promise<Response>;
  /** The cookies of earlier visits; default: none. */
  readonly cookies?: Map<string, string>;
  /** Called once when a page asks the user to act. */
  readonly asked: () => void;
}

export interface UserAgent {
  /**
   * Opens `url` and answers pages until one leads to `redirectUri` (its parameters are
   * returned) or shows nothing more to answer (then `undefined`). Rejects when a page
   * does not load or shows an error.
   */
  visit(
    url: string,
    redirectUri: string | undefined,
    person: UserAnswers,
  ): Promise<URLSearchParams | undefined>;
}

/** More pages than any sign-in has; stops a loop between two pages. */
const PAGES_MAX = 10;

/** Creates a user's browser that has not opened a page yet. */
export function createUserAgent(options: UserAgentOptions): UserAgent {
  const cookies = options.cookies ?? new Map<string, string>();

  const load = async (request: { url: string; form?: URLSearchParams }): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = {
      ...(cookie === "" ? {} : { cookie }),
      ...(request.form === undefined
        ? {}
        : { "content-type": "application/x-www-form-urlencoded" }),
    };
    const response = await options.browse(
      request.form === undefined
        ? createRequest(request.url, { headers })
        : createRequest(request.url, { method: "POST", headers, body: request.form.toString() }),
    );
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      if (at > 0) cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  };

  return {
    async visit(url, redirectUri, person) {
      let next: { url: string; form?: URLSearchParams } = { url };
      let asked = false;
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const response = await load(next);
        const location = response.headers.get("location");
        if (response.status >= 300 && response.status < 400 && location !== null) {
          const target = new URL(location, next.url);
          if (isAt(target, redirectUri)) return parametersOf(target);
          next = { url: target.href };
          continue;
        }
        const html = await response.text();
        if (response.status >= 400) throw new PageError(response.status, titleOf(html));
        const form = formOf(html);
        if (form === undefined) return undefined;
        const action = new URL(form.action === "" ? next.url : form.action, next.url);
        if (isAt(action, redirectUri))
          return new URLSearchParams(form.fields.map(({ name, value }) => [name, value]));
        if (!asked && !form.postsItself) options.asked();
        asked ||= !form.postsItself;
        next = {
          url: action.href,
          form: answersTo(form, person),
        };
      }
      throw new Error(`The sign-in pages at ${new URL(url).host} never come to an end.`);
    },
  };
}

/** A page that did not load, so that the user sees an error. */
export class PageError extends Error {
  readonly status: number;

  constructor(status: number, title: string) {
    super(`The sign-in page answered ${status}${title === "" ? "" : `: ${title}`}`);
    this.name = "PageError";
    this.status = status;
  }
}

function isAt(target: URL, redirectUri: string | undefined): boolean {
  if (redirectUri === undefined) return false;
  const wanted = new URL(redirectUri);
  return target.origin === wanted.origin && target.pathname === wanted.pathname;
}

function parametersOf(target: URL): URLSearchParams {
  return target.hash.length > 1 ? new URLSearchParams(target.hash.slice(1)) : target.searchParams;
}
