/**
 * Requests of HTTP to other processes: owed from their sending until the whole answer has come,
 * as the clients announce it. Those to this process, and what a mount answers, are not counted.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";
import type net from "node:net";
import type { Wait, WaitRegistry } from "./pending-work.ts";
import type { SocketsWatch } from "./watch-sockets.ts";

type Listener = readonly [channel: string, listen: (message: never) => void];

/** Reports to `registry` until the returned function is called. */
export function watchRequests(registry: WaitRegistry, sockets: SocketsWatch): () => void {
  const listeners = [
    ...httpListeners(registry, sockets),
    ...undiciListeners(registry, sockets),
    ...http2Listeners(registry, sockets),
  ];
  for (const [channel, listener] of listeners)
    subscribe(channel, listener as (message: unknown) => void);
  return () => {
    for (const [channel, listener] of listeners)
      unsubscribe(channel, listener as (message: unknown) => void);
  };
}

function httpListeners(registry: WaitRegistry, sockets: SocketsWatch): readonly Listener[] {
  const responses = new WeakMap<ClientRequest, IncomingMessage>();
  const leadsOut = (request: ClientRequest): boolean => {
    const { socket } = request;
    if (socket == null) return false;
    if (sockets.isWatched(socket)) return !socket.connecting && sockets.leadsOut(socket);
    // A library that patches node:http lets requests to this machine through, on a socket of its own.
    return sockets.isOpenTo(Number(new URL(urlOf(request)).port));
  };
  const begin = ({ request }: { readonly request: ClientRequest }): void => {
    const wait: Wait = {
      kind: "request",
      describe: () => `${request.method} ${urlOf(request)}`,
      names: () => hostNames(new URL(urlOf(request)).host),
      // An answer that the program does not read waits for the program.
      counts: () => leadsOut(request) && (responses.get(request)?.readableLength ?? 0) === 0,
      ownLimitMs: () => request.socket?.timeout,
    };
    registry.begin(wait);
    for (const end of ["close", "upgrade"])
      request.prependOnceListener(end, () => registry.end(wait));
  };
  return [
    ["http.client.request.created", begin as (message: never) => void],
    [
      "http.client.response.finish",
      (({
        request,
        response,
      }: {
        readonly request: ClientRequest;
        readonly response: IncomingMessage;
      }) => void responses.set(request, response)) as (message: never) => void,
    ],
  ];
}

interface UndiciRequest {
  readonly origin: string | URL;
  readonly method: string;
  readonly path: string;
  readonly upgrade?: unknown;
}

function undiciListeners(registry: WaitRegistry, sockets: SocketsWatch): readonly Listener[] {
  const waits = new WeakMap<object, Wait>();
  const begin = ({
    request,
    socket,
  }: {
    readonly request: UndiciRequest;
    readonly socket: net.Socket;
  }): void => {
    if (request.upgrade) return;
    const url = new URL(request.path, request.origin);
    const wait: Wait = {
      kind: "request",
      describe: () => `${request.method} ${url.origin}${url.pathname}`,
      names: () => hostNames(url.host),
      isOver: () => socket.destroyed,
      counts: () => sockets.leadsOut(socket) && socket.readableLength === 0,
    };
    waits.set(request, wait);
    registry.begin(wait);
  };
  const end = ({ request }: { readonly request: object }): void => {
    const wait = waits.get(request);
    if (wait !== undefined) registry.end(wait);
  };
  return [
    ["undici:client:sendHeaders", begin as (message: never) => void],
    ["undici:request:trailers", end as (message: never) => void],
    ["undici:request:error", end as (message: never) => void],
  ];
}

interface Http2Stream {
  readonly session?: { readonly socket?: net.Socket; readonly originSet?: readonly string[] };
  readonly readableLength: number;
  readonly destroyed: boolean;
}

function http2Listeners(registry: WaitRegistry, sockets: SocketsWatch): readonly Listener[] {
  const waits = new WeakMap<object, Wait>();
  const begin = ({ stream }: { readonly stream: Http2Stream }): void => {
    const socket = stream.session?.socket;
    const place = `${socket?.remoteAddress ?? ""}:${socket?.remotePort ?? ""}`;
    const leadsOut = (): boolean => {
      const port = stream.session?.socket?.remotePort ?? socket?.remotePort;
      return port !== undefined && sockets.isOpenTo(port);
    };
    const wait: Wait = {
      kind: "request",
      describe: () => `an answer over HTTP/2 from ${place}`,
      names: () => hostNames(place),
      isOver: () => stream.destroyed,
      counts: () => leadsOut() && stream.readableLength === 0,
    };
    waits.set(stream, wait);
    registry.begin(wait);
  };
  const end = ({ stream }: { readonly stream: object }): void => {
    const wait = waits.get(stream);
    if (wait !== undefined) registry.end(wait);
  };
  return [
    ["http2.client.stream.created", begin as (message: never) => void],
    ["http2.client.stream.close", end as (message: never) => void],
  ];
}

/** Without the query, which may hold what differs from run to run. */
function urlOf(request: ClientRequest): string {
  const host = request.getHeader("host");
  const url = new URL(
    request.path,
    `${request.protocol}//${typeof host === "string" ? host : request.host}`,
  );
  return `${url.origin}${url.pathname}`;
}

function hostNames(host: string): readonly string[] {
  return [
    host,
    host.replace(/^localhost:/, "127.0.0.1:"),
    host.replace(/^127\.0\.0\.1:/, "localhost:"),
  ];
}
