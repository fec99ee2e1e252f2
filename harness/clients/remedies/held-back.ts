/**
 * What remedies around `fetch` share: which requests are alike, what counts as a failure of the
 * service, and the answer to a request that is held back.
 */
import type { RemedyOptions } from "./remedy-clock.ts";

/**
 * Sends a request, as `fetch` does: what the remedies around requests take, and what they give back.
 *
 * @example
 * const send: Send = (request) => fetch(request);
 */
export type Send = (request: Request) => Promise<Response>;

/**
 * How a remedy around requests knows which are alike.
 *
 * @example
 * const options: SendOptions = { keyOf: async (request) => new URL(request.url).pathname };
 */
export interface SendOptions extends RemedyOptions {
  /** Requests with the same key wait for each other's failures. Default: by address, client, grant, user and resource. It must be the same in the next process where waits are saved, and should have no secret in it. */
  readonly keyOf?: (request: Request) => Promise<string>;
}

/** Answers that were made here: another remedy does not take one for an answer of the service. */
const madeHere = new WeakSet<Response>();

/** Whether a response is the service's own. */
export function isFromService(response: Response): boolean {
  return !madeHere.has(response);
}

/** The answer to a request that is held back: as Entra's own throttle says it, so that a library goes on waiting. */
export function heldBack(status: 429 | 503, waitMs: number, why: string): Response {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const body = {
    error: "temporarily_unavailable",
    error_description: `${why} This request was not sent. Ask again in ${seconds} s.`,
    error_codes: [],
  };
  const headers = { "content-type": "application/json", "retry-after": String(seconds) };
  const response = new Response(JSON.stringify(body), { status, headers });
  madeHere.add(response);
  return response;
}

/** Whether a status says that the service could not, and not that it would not. */
export function isFailure({ status }: Response): boolean {
  return status === 408 || status === 410 || status === 429 || status >= 500;
}

/** How long a response asks to wait, ms; 0 when it does not, or in no form of RFC 9110 section 10.2.3. */
export function retryAfterOf(response: Response, nowMs: number): number {
  const text = response.headers.get("retry-after")?.trim() ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const at = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? 0 : Math.max(0, at - nowMs);
}

/** Fields of a token request that say for whom and what it is; of those with a secret, a hash. */
const NAMED = ["client_id", "grant_type", "username", "resource"];
const SECRET = ["refresh_token", "assertion", "code", "device_code"];

/** The key of a request by default. */
export async function keyOfSend(request: Request): Promise<string> {
  const url = new URL(request.url);
  const text = request.method === "POST" ? await request.clone().text() : "";
  const form = new URLSearchParams(text);
  const field = (name: string): string => form.get(name) ?? url.searchParams.get(name) ?? "";
  return [
    request.method,
    url.origin + url.pathname,
    ...NAMED.map(field),
    ...SECRET.map((name) => hashOf(field(name))),
    request.headers.get("x-anchormailbox") ?? "",
    resourcesOf(field("scope")),
  ].join(" ");
}

/** The resources that scopes are of: requests for two scopes of one resource are alike. */
function resourcesOf(scope: string): string {
  const resources = scope
    .split(" ")
    .filter((one) => one.includes("/"))
    .map((one) => one.slice(0, one.lastIndexOf("/")));
  return [...new Set(resources)].sort().join(" ");
}

/** FNV-1a, in two halves: enough to distinguish, and no way back to the secret. */
function hashOf(secret: string): string {
  if (secret === "") return "";
  let [one, other] = [0x811c9dc5, 0xcbf29ce4];
  for (let index = 0; index < secret.length; index += 1) {
    one = Math.imul(one ^ secret.charCodeAt(index), 0x01000193) >>> 0;
    other = Math.imul(other ^ (secret.charCodeAt(index) + index), 0x01000193) >>> 0;
  }
  return one.toString(36) + other.toString(36);
}
