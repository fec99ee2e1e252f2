/**
 * Connections to other processes: an answer is owed from a question until it has come. Whose
 * other end is in this process is not waited for: what happens there shows by itself.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import net from "node:net";
import tls from "node:tls";
import type { Conversation } from "./conversation-shape.ts";
import { createConversation } from "./conversation.ts";
import type { Wait, WaitRegistry } from "./pending-work.ts";
import { callBefore, type Replace } from "./patching.ts";

export interface SocketsWatch {
  readonly isWatched: (socket: net.Socket) => boolean;
  /** Whether the socket is a client's and its other end is in another process. */
  readonly leadsOut: (socket: net.Socket) => boolean;
  /** Whether some connection to this port of another process is open. */
  readonly isOpenTo: (port: number) => boolean;
  readonly stop: () => void;
}

export interface SocketsOptions {
  readonly registry: WaitRegistry;
  readonly replace: Replace;
  /** The machine's time, ms. */
  readonly now: () => number;
  /** Called with each socket and pipe that receives something. */
  readonly onReceived: (socket: net.Socket) => void;
}

interface Connection {
  readonly wait: Wait;
  readonly conversation: Conversation;
  /** Bytes received as of the last look. */
  bytesRead: number;
  /** Where it leads, as known when it was made or used last. */
  place: string | undefined;
}

/** Reports to `registry` until `stop`. */
export function watchSockets({ registry, replace, now, onReceived }: SocketsOptions): SocketsWatch {
  const accepted = watchAccepted();
  const connections = new WeakMap<net.Socket, Connection>();
  /** The open ones, by port. */
  const openTo = new Map<number, number>();

  const watch = (socket: net.Socket): Connection => {
    const known = connections.get(socket);
    if (known !== undefined) return known;
    const conversation = createConversation(now);
    const connection: Connection = {
      conversation,
      place: undefined,
      bytesRead: socket.bytesRead,
      wait: waitFor(socket, { conversation, accepted, own: () => connection }),
    };
    connections.set(socket, connection);
    registry.begin(connection.wait);
    socket.once("close", () => registry.end(connection.wait));
    countOpen(socket, openTo);
    return connection;
  };

  const prototype = net.Socket.prototype;
  callBefore(replace, prototype, {
    method: "connect",
    before: (socket, values) => {
      if (!accepted.isOwnPath(pathIn(values))) watch(socket).place = pathIn(values);
    },
  });
  const sent = (socket: net.Socket, chunks: readonly unknown[]): void => {
    const connection =
      connections.get(socket) ?? (isEarlierClient(socket) ? watch(socket) : undefined);
    if (connection === undefined) return;
    noticeOtherReaders(socket, connection);
    for (const chunk of chunks) connection.conversation.sent(bytesOf(chunk));
    registry.begin(connection.wait);
  };
  callBefore(replace, prototype, {
    method: "_write",
    before: (socket, [chunk]) => sent(socket, [chunk]),
  });
  callBefore(replace, prototype, {
    method: "_writev",
    before: (socket, [chunks]) =>
      sent(
        socket,
        (chunks as { chunk: unknown }[]).map(({ chunk }) => chunk),
      ),
  });
  callBefore(replace, prototype, {
    method: "push",
    before: (socket, [chunk]) => {
      onReceived(socket);
      const connection = connections.get(socket);
      if (connection === undefined || chunk === null) return;
      connection.bytesRead = socket.bytesRead;
      connection.conversation.received(bytesOf(chunk));
      registry.renew(connection.wait);
    },
  });
  watchTls(replace, watch);
  return {
    isWatched: (socket) => connections.has(socket),
    leadsOut: (socket) => connections.has(socket) && !accepted.isOwn(socket),
    isOpenTo: (port) => (openTo.get(port) ?? 0) > 0 && !isListening(port),
    stop: accepted.stop,
  };
}

function waitFor(
  socket: net.Socket,
  {
    conversation,
    accepted,
    own,
  }: {
    readonly conversation: Conversation;
    readonly accepted: { readonly isOwn: (socket: net.Socket) => boolean };
    readonly own: () => Connection;
  },
): Wait {
  return {
    kind: "socket",
    describe: () => `an answer from ${placeOf(socket, own())}`,
    names: () => namesOf(placeOf(socket, own())),
    isOver() {
      if (accepted.isOwn(socket)) return true;
      noticeOtherReaders(socket, own());
      return !isHandshaking(socket) && !socket.connecting && !conversation.isOwed();
    },
    // What has arrived and is not read waits for the program; connecting shows in the event loop.
    counts: () => !socket.connecting && socket.readableLength === 0,
    ownLimitMs: () => socket.timeout,
  };
}

/** TLS over a connection that is there already makes no connection of its own. */
function watchTls(replace: Replace, watch: (socket: net.Socket) => unknown): void {
  const { connect } = tls;
  replace(tls, "connect", (...values: Parameters<typeof connect>) => {
    const socket = connect(...values);
    if (socket.remoteAddress !== undefined) watch(socket);
    return socket;
  });
}

/** Which connections end in this process: those that a server of it has accepted. */
function watchAccepted() {
  const ports = new Set<number>();
  const paths = new Set<unknown>();
  const onAccepted = ({ socket }: { readonly socket: net.Socket }): void => {
    const port = socket.remotePort;
    if (port === undefined) return;
    ports.add(port);
    socket.once("close", () => void ports.delete(port));
  };
  const onListening = ({ server }: { readonly server: net.Server }): void => {
    const address = server.address();
    if (typeof address !== "string") return;
    paths.add(address);
    server.once("close", () => void paths.delete(address));
  };
  const subscriptions = [
    ["net.server.socket", onAccepted as (message: unknown) => void],
    ["tracing:net.server.listen:asyncEnd", onListening as (message: unknown) => void],
  ] as const;
  for (const [channel, listener] of subscriptions) subscribe(channel, listener);
  return {
    isOwn: (socket: net.Socket) => socket.localPort !== undefined && ports.has(socket.localPort),
    isOwnPath: (path: string | undefined) => path !== undefined && paths.has(path),
    stop() {
      for (const [channel, listener] of subscriptions) unsubscribe(channel, listener);
    },
  };
}

function countOpen(socket: net.Socket, openTo: Map<number, number>): void {
  let port: number | undefined;
  const opened = (): void => {
    port = socket.remotePort;
    if (port !== undefined) openTo.set(port, (openTo.get(port) ?? 0) + 1);
  };
  if (socket.remotePort === undefined) socket.once("connect", opened);
  else opened();
  socket.once("close", () => {
    if (port !== undefined) openTo.set(port, (openTo.get(port) ?? 1) - 1);
  });
}

/** A client's connection from before the clock: none that a server of this process has or accepts, and no pipe. */
function isEarlierClient(socket: net.Socket & { readonly server?: unknown }): boolean {
  return (
    socket.server == null && socket.remotePort !== undefined && !isListening(socket.remotePort)
  );
}

function isListening(port: number): boolean {
  const { _getActiveHandles: handles } = process as unknown as {
    _getActiveHandles(): readonly unknown[];
  };
  return handles.call(process).some((handle) => {
    if (!(handle instanceof net.Server)) return false;
    const address = handle.address();
    return typeof address === "object" && address?.port === port;
  });
}

/** What has taken a connection over, such as HTTP/2, reads it past the socket. */
function noticeOtherReaders(socket: net.Socket, connection: Connection): void {
  if (socket.bytesRead !== connection.bytesRead) connection.conversation.received(NOTHING);
  connection.bytesRead = socket.bytesRead;
}

const NOTHING = new Uint8Array(0);

function isHandshaking(socket: net.Socket & { readonly secureConnecting?: boolean }): boolean {
  return socket.secureConnecting === true;
}

function pathIn(values: readonly unknown[]): string | undefined {
  const [first] = Array.isArray(values[0]) ? (values[0] as readonly unknown[]) : values;
  if (typeof first === "string" && !/^\d+$/.test(first)) return first;
  const { path } = Object(first) as { readonly path?: unknown };
  return typeof path === "string" ? path : undefined;
}

function placeOf(socket: net.Socket, connection: Connection): string {
  if (socket.remoteAddress !== undefined)
    connection.place = `${socket.remoteAddress}:${socket.remotePort}`;
  return connection.place ?? "a socket";
}

/** A loopback address is also called localhost. */
function namesOf(place: string): readonly string[] {
  const port = /^(?:127\.0\.0\.1|::1|::ffff:127\.0\.0\.1):(\d+)$/.exec(place)?.[1];
  return port === undefined ? [place] : [place, `localhost:${port}`, `127.0.0.1:${port}`];
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  return typeof chunk === "string" ? Buffer.from(chunk) : new Uint8Array(0);
}
