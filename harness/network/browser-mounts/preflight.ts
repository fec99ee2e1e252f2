/**
 * Whether a browser asks first before it sends a request to another origin, and whether an
 * answer lets it (Fetch standard, "CORS protocol"). Playwright answers preflights of
 * intercepted requests itself, and allows everything; the mount `route` asks the service in
 * the browser's place.
 */
import { createRequest } from "../../core/http/message.ts";

/** The question before a request: its method, and the names of the headers that are not usual. */
export interface Preflight {
  readonly origin: string;
  readonly url: string;
  readonly method: string;
  /** Lower case, sorted. */
  readonly headers: readonly string[];
}

/** What must be asked before this request of a page; nothing when it may be sent at once. */
export function preflightFor({ method, url, headers }: Request): Preflight | undefined {
  const origin = headers.get("origin");
  if (origin === null || origin === new URL(url).origin) return undefined;
  const unusual = [...headers]
    .filter(([name, value]) => !isBrowsersOwn(name) && !isSafelisted(name, value))
    .map(([name]) => name)
    .sort();
  if (SAFELISTED_METHODS.has(method) && unusual.length === 0) return undefined;
  return { origin, url, method, headers: unusual };
}

/** The question as a request. */
export function requestOf({ origin, url, method, headers }: Preflight): Request {
  return createRequest(url, {
    method: "OPTIONS",
    headers: [
      ["Accept", "*/*"],
      ["Access-Control-Request-Method", method],
      ...(headers.length === 0
        ? []
        : [["Access-Control-Request-Headers", headers.join(",")] as [string, string]]),
      ["Origin", origin],
      ["Sec-Fetch-Mode", "cors"],
      ["Sec-Fetch-Site", "cross-site"],
      ["Sec-Fetch-Dest", "empty"],
    ],
  });
}

/** Whether the answer lets the browser send its request. */
export function isAllowed(
  { origin, method, headers }: Preflight,
  { ok, headers: said }: Pick<Response, "ok" | "headers">,
): boolean {
  const list = (name: string): string[] =>
    (said.get(name) ?? "").split(",").map((one) => one.trim());
  const allowedOrigin = said.get("access-control-allow-origin");
  const methods = list("access-control-allow-methods");
  const names = list("access-control-allow-headers").map((name) => name.toLowerCase());
  return (
    ok &&
    (allowedOrigin === "*" || allowedOrigin === origin) &&
    (SAFELISTED_METHODS.has(method) || methods.includes(method) || methods.includes("*")) &&
    // The wildcard does not stand for a bearer's token.
    headers.every(
      (name) => names.includes(name) || (names.includes("*") && name !== "authorization"),
    )
  );
}

export interface PreflightCache {
  readonly knows: (preflight: Preflight) => boolean;
  /** Remembers that an answer allowed it, for as long as the answer says. */
  readonly learn: (preflight: Preflight, answer: Pick<Response, "headers">) => void;
}

/** How long an answer holds that does not say, and at most in Chromium; s. */
const DEFAULT_MAX_AGE_S = 5;
const MAX_AGE_MAX_S = 7_200;

/** What one browser remembers; by the clock. */
export function createPreflightCache(now: () => number): PreflightCache {
  const untilMs = new Map<string, number>();
  const keyOf = ({ origin, url, method, headers }: Preflight): string =>
    `${origin} ${method} ${url} ${headers.join(",")}`;
  return {
    knows: (preflight) => (untilMs.get(keyOf(preflight)) ?? -Infinity) > now(),
    learn(preflight, { headers }) {
      const said = /^\d+$/.exec(headers.get("access-control-max-age") ?? "")?.[0];
      const seconds = Math.min(Number(said ?? DEFAULT_MAX_AGE_S), MAX_AGE_MAX_S);
      untilMs.set(keyOf(preflight), now() + seconds * 1_000);
    },
  };
}

const SAFELISTED_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST"]);

const SAFELISTED_TYPES =
  /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(?:;|$)/i;

/** A value that any form could send. */
function isSafelisted(name: string, value: string): boolean {
  if (value.length > 128) return false;
  switch (name) {
    case "accept":
    case "accept-language":
    case "content-language":
      return true;
    case "content-type":
      return SAFELISTED_TYPES.test(value);
    case "range":
      return /^bytes=\d+-\d*$/.test(value);
    default:
      return false;
  }
}

/** What a page cannot set, and what Chromium adds after it has asked. */
const BROWSERS_OWN: ReadonlySet<string> = new Set([
  "accept-charset",
  "accept-encoding",
  "access-control-request-headers",
  "access-control-request-method",
  "cache-control",
  "connection",
  "content-length",
  "cookie",
  "date",
  "dnt",
  "expect",
  "host",
  "keep-alive",
  "origin",
  "pragma",
  "priority",
  "referer",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "upgrade-insecure-requests",
  "user-agent",
  "via",
]);

function isBrowsersOwn(name: string): boolean {
  return BROWSERS_OWN.has(name) || /^(?:proxy|sec)-/.test(name);
}
