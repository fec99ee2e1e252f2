/** Requests to the receivers of changes. */
import { setTimeout as wait } from "node:timers/promises";

/** How long a receiver may take, real ms. */
const TIMEOUT_MS = 10_000;

/** One that asks for more patience than this gets the message with the next run, real ms. */
const PATIENCE_MS = 30_000;

/** As often is a receiver asked again that is busy. */
const RETRIES = 2;

/** The end of every failure: what becomes of the message. */
export const LATER = "The next run reports it.";

/** A request whose address and headers may be secrets. */
export interface Outgoing {
  /** What messages call the receiver, such as `The webhook at example.com`. */
  readonly receiver: string;
  readonly url: URL;
  /** Default: POST. */
  readonly method?: "GET" | "POST" | "PATCH";
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back, or why nothing did, in a sentence without secrets. */
export type Reply =
  | { readonly kind: "answer"; readonly headers: Headers; readonly text: string }
  | { readonly kind: "failure"; readonly sentence: string; readonly status?: number };

/**
 * Sends a request, and again when the receiver is busy (429, 503, or 403 as GitHub has it) and says in `Retry-After` for
 * how long, if that is short. A redirect is a failure: with 302 the body would be lost on the way.
 */
export async function send(outgoing: Outgoing): Promise<Reply> {
  for (let attempt = 0; ; attempt += 1) {
    const reply = await sendOnce(outgoing);
    if (reply.kind === "answer") return reply;
    const { waitMs, ...failure } = reply;
    if (waitMs === undefined || waitMs > PATIENCE_MS || attempt === RETRIES) return failure;
    await wait(waitMs);
  }
}

type Failure = Extract<Reply, { readonly kind: "failure" }>;

async function sendOnce({
  receiver,
  url,
  method,
  body,
  headers,
}: Outgoing): Promise<
  Extract<Reply, { readonly kind: "answer" }> | (Failure & { readonly waitMs?: number })
> {
  try {
    const response = await fetch(url, {
      method: method ?? "POST",
      headers: { "content-type": "application/json; charset=utf-8", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const { status } = response;
    if (response.ok) return { kind: "answer", headers: response.headers, text };
    const waitMs = [403, 429, 503].includes(status) ? retryAfterOf(response.headers) : undefined;
    const sentence = `${receiver} answered ${status}. ${LATER}`;
    return { kind: "failure", sentence, status, ...(waitMs === undefined ? {} : { waitMs }) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return { kind: "failure", sentence: `${receiver} was not reached: ${reason}. ${LATER}` };
  }
}

/** Only seconds: a date would need a clock that agrees with that of the receiver. */
function retryAfterOf(headers: Headers): number | undefined {
  const value = headers.get("retry-after") ?? "";
  return /^\d{1,6}$/.test(value) ? Number(value) * 1_000 : undefined;
}
