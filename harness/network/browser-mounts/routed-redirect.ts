/**
 * A redirect of a document under the mount `route`: Playwright does not see the request that
 * follows a redirect, so the document goes on by itself, as a page that replaces itself.
 */
import type { Request as RoutedRequest } from "@playwright/test";
import { HarnessError } from "../../core/errors.ts";
import { type HeaderPair, headersOf } from "../../core/http/message.ts";

/** Whether an answer sends the browser elsewhere. */
export function isRedirect({ status, headers }: Response): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers.has("location");
}

/** What belongs to the redirect itself; what it says of a page's contents would keep this page from going on. */
const KEPT = /^(?:set-cookie|cross-origin-opener-policy|cache-control)$/i;

export interface Redirect {
  readonly to: string;
  /** Of the answer that takes the redirect's place. */
  readonly headers: readonly HeaderPair[];
  /** The page that goes on by itself. */
  readonly page: string;
}

/** What takes a redirect's place. Throws `bad-usage` for one that sends a form on, which a page cannot. */
export function redirectOf(
  response: Response,
  routed: Pick<RoutedRequest, "method" | "url">,
): Redirect {
  const isForm = routed.method() !== "GET" && routed.method() !== "HEAD";
  if (isForm && response.status > 303) {
    throw new HarnessError(
      "bad-usage",
      `the mount route cannot show a redirect with status ${response.status} of a ${routed.method()}`,
      { place: routed.url(), hint: "It takes real sockets: --mount proxy." },
    );
  }
  const to = new URL(response.headers.get("location") ?? "", routed.url()).href;
  const script = `location.replace(${JSON.stringify(to).replaceAll("<", "\\u003c")})`;
  return {
    to,
    headers: [
      ...headersOf(response).filter(([name]) => KEPT.test(name)),
      ["Content-Type", "text/html; charset=utf-8"],
      // Whom a redirect leads to does not learn who sent it.
      ["Referrer-Policy", "no-referrer"],
    ],
    page: `<!doctype html><title>Redirect</title><script>${script}</script>`,
  };
}
