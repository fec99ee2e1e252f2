/** What a test gets of a sign-in: the app's last answer, and a `fetch` in the browser that is signed in. */
import type { CookieJar } from "tough-cookie";
import { keepCookies } from "./app-server.ts";
import type { VisitEnd } from "./browser-visit.ts";
import type { SignInVisit } from "./sign-in.ts";

/** As many as browsers follow. */
const REDIRECTS_MAX = 20;

/** The visit that has ended in the app. */
export function createSignInVisit(end: VisitEnd, jar: CookieJar): SignInVisit {
  const { url, answer = { status: 0, headers: new Headers(), text: "" } } = end;
  return {
    url: url.href,
    ...answer,
    fetch: (address, init = {}) => fetchWith(jar, new URL(address, url), init),
  };
}

async function fetchWith(jar: CookieJar, first: URL, init: RequestInit): Promise<Response> {
  let [url, options] = [first, init];
  for (let count = 0; count <= REDIRECTS_MAX; count += 1) {
    const headers = new Headers(options.headers);
    const cookie = await jar.getCookieString(url.href);
    if (cookie !== "") headers.set("cookie", cookie);
    const response = await fetch(url, { ...options, headers, redirect: "manual" });
    await keepCookies(jar, url, response.headers.getSetCookie());
    const location = response.headers.get("location");
    const isRedirect = response.status >= 300 && response.status < 400 && location !== null;
    if (!isRedirect || (options.redirect ?? "follow") !== "follow") return response;
    url = new URL(location, url);
    // As fetch does after 301, 302 and 303; 307 and 308 repeat the request.
    if (response.status < 307) {
      const { body: _body, ...rest } = options;
      options = { ...rest, method: options.method === "HEAD" ? "HEAD" : "GET" };
    }
  }
  throw new TypeError(`more than ${REDIRECTS_MAX} redirects, from ${first.href} on`);
}
