/**
 * Texts of requests and responses, without paying for streams. Every message that the
 * harness makes remembers its text (and how its body is to break, if it is), so layers,
 * recorder and mounts read it synchronously; a foreign message is read once, from a clone.
 */

/** How a response body reaches the client. */
export type BodyDelivery =
  | { readonly kind: "whole" }
  /** The first `bytes` arrive, then the server closes (FIN) or resets (RST) the connection. */
  | { readonly kind: "cut"; readonly bytes: number; readonly by: "fin" | "reset" }
  /** The first `bytes` arrive, then nothing for `forMs`, then the rest. */
  | { readonly kind: "stalled"; readonly bytes: number; readonly forMs: number }
  /** Chunks of `chunkBytes`, one every `everyMs`. */
  | { readonly kind: "slow"; readonly chunkBytes: number; readonly everyMs: number };

/** A header as it goes over an HTTP/1.1 wire: its own case, in its own place. */
export type HeaderPair = readonly [name: string, value: string];

const requestTexts = new WeakMap<Request, string>();
const responseTexts = new WeakMap<Response, string>();
const deliveries = new WeakMap<Response, BodyDelivery>();
const responseBytes = new WeakMap<Response, Uint8Array>();
const rawHeaders = new WeakMap<Response, readonly HeaderPair[]>();
/** Statuses of responses without a body, which Fetch refuses one for. */
export const statusesWithoutBody: readonly number[] = [204, 205, 304];

const WHOLE: BodyDelivery = { kind: "whole" };

/** A `Request` that remembers its body text. */
export function createRequest(
  url: string,
  init: RequestInit & { readonly body?: string | null } = {},
): Request {
  const request = new Request(url, init);
  requestTexts.set(request, init.body ?? "");
  return request;
}

/** Replaces the signal that aborts the request, for everyone who already holds the request. */
export function abortBy(request: Request, signal: AbortSignal): void {
  // A copy would be a different request to code that remembers something about this one.
  Object.defineProperty(request, "signal", { value: signal });
}

/** The body text of a request, read at most once and never consumed. */
export async function textOfRequest(request: Request): Promise<string> {
  const known = requestTexts.get(request);
  if (known !== undefined) return known;
  const text = request.body === null ? "" : await request.clone().text();
  requestTexts.set(request, text);
  return text;
}

/**
 * A `Response` that remembers its text, its headers as written, and its delivery. The
 * `Response` itself always carries the whole text; a mount that has sockets performs the
 * delivery, the in-process mounts emulate what Fetch would report for it.
 */
export function createResponse(
  text: string,
  init: { readonly status: number; readonly headers: readonly HeaderPair[] },
  delivery: BodyDelivery = WHOLE,
): Response {
  const { status, headers } = init;
  const response = new Response(statusesWithoutBody.includes(status) ? null : text, {
    status,
    headers: headers as [string, string][],
  });
  responseTexts.set(response, text);
  rawHeaders.set(response, headers);
  if (delivery !== WHOLE) deliveries.set(response, delivery);
  return response;
}

/** Adds the header `Date` at the end, unless there is one. */
export function dateResponse(response: Response, nowMs: number): void {
  if (response.headers.has("date")) return;
  const value = new Date(nowMs).toUTCString();
  rawHeaders.set(response, [...headersOf(response), ["Date", value]]);
  response.headers.set("date", value);
}

/** The headers in the order and case in which they were written. */
export function headersOf(response: Response): readonly HeaderPair[] {
  return rawHeaders.get(response) ?? [...response.headers];
}

/** The body text of a response, read at most once and never consumed. */
export async function textOfResponse(response: Response): Promise<string> {
  const known = responseTexts.get(response);
  if (known !== undefined) return known;
  const text = response.body === null ? "" : await response.clone().text();
  responseTexts.set(response, text);
  return text;
}

/** Remembers the bytes of a body that may be no text, such as a picture. */
export function keepBytes(response: Response, bytes: Uint8Array): void {
  responseBytes.set(response, bytes);
}

/** The bytes of a body: those that were kept, or its text. */
export async function bytesOfResponse(response: Response): Promise<Uint8Array> {
  return responseBytes.get(response) ?? Buffer.from(await textOfResponse(response));
}

/** How the body of this response is to reach the client; `whole` unless a fault said otherwise. */
export function deliveryOf(response: Response): BodyDelivery {
  return deliveries.get(response) ?? WHOLE;
}
