/** What a test gets of a sign-in: the app's last answer, and a `fetch` in the browser that is signed in. */
import type { CookieJar } from "tough-cookie";
import { HarnessError } from "../../../core/errors.ts";
import { type AppServer, keepCookies } from "./app-server.ts";
import { isWebAddress, type VisitEnd } from "./browser-visit.ts";
import type { SignInVisit } from "./sign-in.ts";

/** As many as browsers follow. */
const REDIRECTS_MAX = 20;

/** The headers that describe a body. */
const OF_BODY = ["content-encoding", "content-language", "content-location", "content-type"];

/** The visit that has ended in the app. */
export function createSignInVisit(
  end: VisitEnd,
  { jar, app }: { readonly jar: CookieJar; readonly app: Pick<AppServer, "isListening" | "base"> },
): SignInVisit {
  const { url, answer = { status: 0, headers: new Headers(), text: "" } } = end;
  return {
    url: url.href,
    ...answer,
    async fetch(address, init = {}) {
      if (!app.isListening) throw withAgent(address);
      return fetchWith(jar, new URL(address, isWebAddress(url) ? url : app.base), init);
    },
  };
}

function withAgent(address: string | URL): HarnessError {
  return new HarnessError(
    "bad-usage",
    "the app of a sign-in by an agent of supertest has no address: expected a request of the agent",
    { place: "visit.fetch", hint: `Such as: await agent.get(${JSON.stringify(String(address))}).` },
  );
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
    const isRedirect = REDIRECTS.has(response.status) && location !== null;
    if (!isRedirect || options.redirect === "manual") return response;
    await response.body?.cancel();
    if (options.redirect === "error")
      throw new TypeError(`${url.href} redirects to ${location}, and redirect is "error"`);
    url = new URL(location, url);
    options = afterRedirect(response.status, options);
  }
  throw new TypeError(`more than ${REDIRECTS_MAX} redirects, from ${first.href} on`);
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** As fetch does: 301 and 302 turn POST into GET, 303 all but HEAD; anything else is repeated. */
function afterRedirect(status: number, options: RequestInit): RequestInit {
  const method = (options.method ?? "GET").toUpperCase();
  const becomesGet = status === 303 ? method !== "HEAD" : status < 303 && method === "POST";
  if (!becomesGet) return options;
  const { body: _body, ...rest } = options;
  const headers = new Headers(options.headers);
  for (const name of OF_BODY) headers.delete(name);
  return { ...rest, method: "GET", headers };
}
