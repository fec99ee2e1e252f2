/**
 * How the browser of a sign-in reaches the app under test: over the network, or through an agent of
 * supertest. Cookies are sent as browsers do: an app whose session cookie is `SameSite=Lax` loses
 * it in the form that Entra posts, and must do so in a test as well.
 */
import { CookieJar } from "tough-cookie";
import { isLoopback } from "../../../network/loopback.ts";
import type { SupertestAgent } from "./sign-in.ts";

/** Which of the app's cookies go along, as `SameSite` has it: all, those of a link from another site, or those of a form from another site. */
export type SameSiteContext = "strict" | "lax" | "none";

/** A request of the browser to the app. */
export interface AppRequest {
  readonly url: URL;
  /** Present for a form that is posted. */
  readonly form?: URLSearchParams;
  /** The origin of the page with the form. */
  readonly origin?: string;
  readonly sameSite: SameSiteContext;
}

/** What came back. */
export interface AppAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The app under test, as a browser reaches it. */
export interface AppServer {
  /** The address at which relative ones begin. */
  readonly base: URL;
  /** Whether it listens there; supertest starts a server for each request of an agent. */
  readonly isListening: boolean;
  /** Sends a request; redirects are not followed. Rejects when nothing answers. */
  readonly load: (request: AppRequest) => Promise<AppAnswer>;
  /** The cookies that a request in this context does not carry, by name. */
  readonly withheld: (request: AppRequest) => Promise<readonly string[]>;
}

const PAGE = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

/** An app that listens, with a browser that has no cookies yet. */
export function listeningApp(start: URL, jar: CookieJar): AppServer {
  return {
    base: start,
    isListening: true,
    async load(request) {
      const { url, form, origin } = request;
      const cookie = await jar.getCookieString(url.href, { sameSiteContext: request.sameSite });
      const response = await fetch(url, {
        redirect: "manual",
        headers: {
          ...PAGE,
          ...(cookie === "" ? {} : { cookie }),
          ...(origin === undefined ? {} : { origin }),
        },
        ...(form === undefined ? {} : { method: "POST", body: form }),
      });
      await keepCookies(jar, url, response.headers.getSetCookie());
      const { status, headers } = response;
      return { status, headers, text: await response.text() };
    },
    withheld: (request) => withheldFrom(jar, request),
  };
}

/** A jar as a browser has it: on this machine a `Secure` cookie needs no TLS. */
export function createJar(): CookieJar {
  return new CookieJar(undefined, { allowSecureOnLocal: true });
}

/** Keeps what a browser would; it drops a malformed cookie without a word. */
export async function keepCookies(
  jar: CookieJar,
  url: URL,
  lines: readonly string[],
): Promise<void> {
  for (const line of lines) await jar.setCookie(line, url.href, { ignoreError: true });
}

async function withheldFrom(
  jar: CookieJar,
  { url, sameSite }: AppRequest,
): Promise<readonly string[]> {
  const all = await jar.getCookies(url.href);
  const sent = await jar.getCookies(url.href, { sameSiteContext: sameSite });
  const names = new Set(sent.map(({ key }) => key));
  return all.map(({ key }) => key).filter((key) => !names.has(key));
}

/** The cookies of an agent, in the package cookiejar. */
interface AgentJar {
  setCookies(lines: readonly string[], host: string, path: string): unknown;
}

/** A request of supertest: superagent's, of any version. */
interface AgentRequest extends PromiseLike<AgentResponse> {
  readonly url: string;
  cookies?: string;
  redirects(count: number): this;
  set(name: string, value: string): this;
  type(name: string): this;
  send(body: string): this;
  ok(isOk: () => boolean): this;
}

interface AgentResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly text?: string;
}

/** Of supertest the server has a new port for each request: what counts of an address is its path. */
const AGENT_BASE = new URL("http://localhost");

/**
 * An app under supertest. The agent keeps its own cookies; those that it was given in a sign-in are
 * known with their `SameSite`, which the agent ignores, and are sent accordingly.
 */
export function appOfAgent(agent: SupertestAgent, jar: CookieJar): AppServer {
  const inJar = (url: URL): URL => new URL(url.pathname + url.search, AGENT_BASE);
  return {
    base: AGENT_BASE,
    isListening: false,
    async load(request) {
      const { url, form, origin } = request;
      const path = url.pathname + url.search;
      const call = (form === undefined ? agent.get(path) : agent.post(path)) as AgentRequest;
      const withheld = new Set(await withheldFrom(jar, { ...request, url: inJar(url) }));
      const cookies = (call.cookies ?? "").split("; ").filter((pair) => pair !== "");
      if (withheld.size > 0)
        call.cookies = cookies.filter((pair) => !withheld.has(nameIn(pair))).join("; ");
      call
        .redirects(0)
        .ok(() => true)
        .set("accept", PAGE.accept);
      if (origin !== undefined) call.set("origin", origin);
      if (form !== undefined) call.type("form").send(form.toString());
      const { status, headers: pairs, text = "" } = await call;
      const headers = new Headers(
        Object.entries(pairs).flatMap(([name, values]) =>
          [values].flat().map((value): [string, string] => [name, value]),
        ),
      );
      await keepCookies(jar, inJar(url), headers.getSetCookie());
      keepSecureCookies(agent.jar as AgentJar, new URL(call.url), headers.getSetCookie());
      return { status, headers, text };
    },
    withheld: (request) => withheldFrom(jar, { ...request, url: inJar(request.url) }),
  };
}

/** The agent would send them over TLS only, browsers do so to this machine without. */
function keepSecureCookies(jar: AgentJar, url: URL, lines: readonly string[]): void {
  if (!isLoopback(url.hostname)) return;
  const secure = lines.filter((line) => SECURE.test(line));
  jar.setCookies(
    secure.map((line) => line.replace(SECURE, "")),
    url.hostname,
    url.pathname,
  );
}

const SECURE = /;\s*secure\s*(?=;|$)/i;

function nameIn(pair: string): string {
  return pair.split("=", 1)[0] ?? "";
}
