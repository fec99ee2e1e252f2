/**
 * What the clients of this process are asking for, seen from their own side through
 * `node:diagnostics_channel`: undici (global fetch) and http/https announce every request
 * when it is made and when it is over. From the one to the other the request is held, so
 * that virtual time stands still for it, and its number travels in a private header, so
 * that the server knows whose connection it has got.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";
import type { Gate, Hold } from "../core/time/gate.ts";
import { isServedUrl } from "./served-hosts.ts";

/** Carries a request's number to the server, which takes it off. */
export const SEQUENCE_HEADER = "x-brownout-sequence";

/** One request of a client, from its making until the client has done with it. */
export interface ClientSideRequest {
  /** Counts from 1 in the order in which requests were made. */
  readonly sequence: number;
  readonly host: string;
  readonly method: string;
  readonly url: string;
  readonly hold: Hold;
  /** Runs work in the asynchronous context of the caller. */
  readonly inContext: <T>(work: () => T) => T;
  /** Aborted when the client is over with the request before it had a whole answer. */
  readonly signal: AbortSignal;
  /** Resolves when the client has finished, one way or another. */
  readonly over: Promise<void>;
  isOver(): boolean;
  /** `queued` until its connection is begun; `dialing` until it reaches the server or fails. */
  stage: "queued" | "dialing" | "arrived";
  finish(how: "answered" | "failed"): void;
}

export interface ClientRequests {
  /** The oldest request to this host that has no connection yet; it is `dialing` from now on. */
  dial(host: string): ClientSideRequest | undefined;
  /** The request with this number; the oldest one dialing to `host` when the header could not be added. */
  arrive(sequence: string | undefined, host: string): ClientSideRequest | undefined;
  queued(): number;
  stop(): void;
}

export interface ClientRequestsOptions {
  readonly gate: Gate;
  /** Whether a request is watched, by its address; default: those to a served host. */
  readonly isWatched?: (url: URL) => boolean;
  readonly onOver: (request: ClientSideRequest) => void;
  /** Called when a request is about to be sent on a connection that was not begun in its name: one that has carried others, or one of another request. */
  readonly onUnasked: (request: ClientSideRequest, socket: Socket) => void;
}

/** What undici publishes (documented in its DiagnosticsChannel.md). */
interface UndiciMessage {
  /** Absent while the request has no connection. */
  readonly socket?: Socket;
  readonly request: {
    readonly origin: string | URL;
    readonly method: string;
    readonly path: string;
    addHeader(name: string, value: string): unknown;
  };
}

/** Watches every request of this process to a served host, or to those that the options name, from now until `stop`. */
export function watchClientRequests(options: ClientRequestsOptions): ClientRequests {
  const open = new Map<number, ClientSideRequest>();
  let count = 0;

  const begin = (method: string, url: URL): ClientSideRequest => {
    const request = holdRequest({ sequence: (count += 1), method, url }, options.gate, (over) => {
      open.delete(over.sequence);
      options.onOver(over);
    });
    open.set(request.sequence, request);
    return request;
  };

  const advance = (request: ClientSideRequest | undefined, stage: "dialing" | "arrived") => {
    if (request !== undefined) request.stage = stage;
    return request;
  };

  const oldest = (host: string, stage: ClientSideRequest["stage"]): ClientSideRequest | undefined =>
    open.values().find((request) => request.stage === stage && request.host === host);

  const used = new WeakSet<Socket>();
  /** Requests whose connection was begun in the name of another one. */
  const unasked = new WeakSet<ClientSideRequest>();
  const send = (request: ClientSideRequest, socket: Socket): void => {
    const isReused = used.has(socket);
    used.add(socket);
    if (isReused && request.stage !== "queued") {
      // Of two that were made at once, the connection that the other opened was taken for this one's.
      const other = advance(oldest(request.host, "queued"), "dialing");
      if (other !== undefined) unasked.add(other);
      return;
    }
    const isAsked = !isReused && !unasked.delete(request);
    if (isAsked) return;
    advance(request, "dialing");
    options.onUnasked(request, socket);
  };

  const watching = { begin, send, isWatched: options.isWatched ?? isServedUrl };
  const subscriptions = [...undiciListeners(watching), ...httpListeners(watching)];
  for (const [channel, listener] of subscriptions) subscribe(channel, listener);

  return {
    dial: (host) => advance(oldest(host, "queued"), "dialing"),
    arrive: (sequence, host) =>
      advance(
        sequence === undefined ? oldest(host, "dialing") : open.get(Number(sequence)),
        "arrived",
      ),
    queued: () => [...open.values()].filter(isQueued).length,
    stop() {
      for (const [channel, listener] of subscriptions) unsubscribe(channel, listener);
      for (const request of open.values()) request.finish("failed");
    },
  };
}

/** Whether a request still waits for its connection; one that its client gave up does not. */
function isQueued(request: ClientSideRequest): boolean {
  return request.stage === "queued" && !request.isOver();
}

/** A request that has just been made; virtual time stands still for it until it is finished. */
function holdRequest(
  made: { readonly sequence: number; readonly method: string; readonly url: URL },
  gate: Gate,
  onOver: (request: ClientSideRequest) => void,
): ClientSideRequest {
  const aborted = new AbortController();
  const hold = gate.hold();
  const { promise: over, resolve } = Promise.withResolvers<void>();
  let isOver = false;
  const request: ClientSideRequest = {
    sequence: made.sequence,
    host: made.url.hostname,
    method: made.method,
    url: made.url.href,
    hold,
    inContext: AsyncLocalStorage.snapshot() as ClientSideRequest["inContext"],
    signal: aborted.signal,
    over,
    isOver: () => isOver,
    stage: "queued",
    finish(how) {
      if (isOver) return;
      isOver = true;
      hold.release();
      onOver(request);
      resolve();
      if (how === "failed") aborted.abort(new DOMException("The client gave up", "AbortError"));
    },
  };
  return request;
}

interface Watching {
  readonly isWatched: (url: URL) => boolean;
  readonly begin: (method: string, url: URL) => ClientSideRequest;
  /** The request is about to be sent on this connection. */
  readonly send: (request: ClientSideRequest, socket: Socket) => void;
}

type Listener = readonly [channel: string, listen: (message: unknown) => void];

/** What global `fetch` announces. */
function undiciListeners({ begin, send, isWatched }: Watching): readonly Listener[] {
  const begun = new WeakMap<object, ClientSideRequest>();
  const finish = (message: unknown, how: "answered" | "failed"): void =>
    begun.get((message as UndiciMessage).request)?.finish(how);
  return [
    [
      "undici:request:create",
      (message) => {
        const { request } = message as UndiciMessage;
        const url = new URL(request.path, request.origin);
        if (!isWatched(url)) return;
        const own = begin(request.method, url);
        begun.set(request, own);
        request.addHeader(SEQUENCE_HEADER, String(own.sequence));
      },
    ],
    [
      "undici:client:sendHeaders",
      (message) => {
        const { request, socket } = message as UndiciMessage;
        const own = begun.get(request);
        if (own !== undefined && socket !== undefined) send(own, socket);
      },
    ],
    ["undici:request:trailers", (message) => finish(message, "answered")],
    ["undici:request:error", (message) => finish(message, "failed")],
  ];
}

/** What `node:http` and `node:https` announce: the making, and the beginning of a response. */
function httpListeners({ begin, send, isWatched }: Watching): readonly Listener[] {
  const answeredWhole = new WeakMap<ClientRequest, () => void>();
  return [
    [
      "http.client.request.created",
      (message) => {
        const { request } = message as { readonly request: ClientRequest };
        const url = urlOf(request);
        if (!isWatched(url)) return;
        const own = begin(request.method, url);
        // Headers given as an array are final already; the server then goes by the order of connections.
        if (!request.headersSent) request.setHeader(SEQUENCE_HEADER, String(own.sequence));
        request.once("socket", (socket) => send(own, socket));
        let whole = false;
        request.prependOnceListener("close", () => own.finish(whole ? "answered" : "failed"));
        answeredWhole.set(request, () => (whole = true));
      },
    ],
    [
      "http.client.response.finish",
      (message) => {
        const { request, response } = message as {
          readonly request: ClientRequest;
          readonly response: NodeJS.EventEmitter;
        };
        response.once("end", () => answeredWhole.get(request)?.());
      },
    ],
  ];
}

function urlOf(request: ClientRequest): URL {
  const host = request.getHeader("host");
  return new URL(
    request.path,
    `${request.protocol}//${typeof host === "string" ? host : request.host}`,
  );
}
