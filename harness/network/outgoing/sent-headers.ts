/**
 * Watches the requests that this process sends over real sockets, to any host: a server of the
 * application's own is not simulated, but what it is sent shows which token its caller has. Node
 * publishes each request on a channel, that of any library.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";

interface Message {
  /** Of `node:http`. */
  readonly request?: { readonly getHeaders?: () => Readonly<Record<string, unknown>> };
  /** Of `fetch` as one text; of HTTP/2 an object. */
  readonly headers?: unknown;
}

const channels = [
  "http.client.request.start",
  "undici:client:sendHeaders",
  "http2.client.stream.start",
] as const;

/** Calls the listener with the headers of each request as text, until the returned function is called. */
export function watchSentHeaders(listener: (text: string) => void): () => void {
  const onRequest = (message: unknown): void => {
    const { request, headers } = message as Message;
    const sent = headers ?? request?.getHeaders?.() ?? {};
    listener(typeof sent === "string" ? sent : Object.values(sent as object).join("\n"));
  };
  for (const channel of channels) subscribe(channel, onRequest);
  return () => {
    for (const channel of channels) unsubscribe(channel, onRequest);
  };
}
