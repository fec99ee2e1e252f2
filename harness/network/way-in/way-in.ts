/**
 * The way of other programs to the simulator: one port of this machine that takes TLS for every
 * simulated host (the name is in the handshake), CONNECT and absolute addresses as a proxy does,
 * and plain HTTP for the endpoints of machines.
 *
 * A connection names only a host, so what breaks connections is decided by the host alone. On a
 * port that is shared by all hosts a refusal is a reset in the handshake, and behind CONNECT it is
 * an answer 502; a certificate for another name is shown in both. The history has the plan's word.
 */
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo, type Socket } from "node:net";
import tls, { type SecureContext, type TLSSocket } from "node:tls";
import { createRequest } from "../../core/http/message.ts";
import { NetworkFault } from "../../core/http/network-fault.ts";
import { HarnessError } from "../../core/errors.ts";
import type { Gate } from "../../core/time/gate.ts";
import { isMachinePlace } from "../../entra/request/machine-address.ts";
import { deliverArrival } from "../deliver-arrival.ts";
import { type Arrival, arrivalOf, serverOptions, wrongNameCertificate } from "../https-server.ts";
import { isServedHost, isServedUrl, unmockedRequest, unmockedUrl } from "../served-hosts.ts";
import { type AdmissionParts, type Admissions, createAdmissions } from "./admissions.ts";
import type { Authority } from "./authority.ts";
import { handOn, isReachable } from "./own-hosts.ts";
import { addressOf, namesIn, proxyUserOf } from "./incoming-request.ts";
import type { Cause } from "../../history/ledger.ts";
import { keyOf } from "./client-process.ts";
import type { ClientConnection, ClientNames } from "./client-connection.ts";
import type { SocketClients } from "./socket-clients.ts";

/** Where the way in listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

export interface WayInOptions extends AdmissionParts {
  readonly listen: ListenAddress;
  /** Further places that take the same. */
  readonly alsoAt?: readonly ListenAddress[] | undefined;
  readonly gate: Gate;
  /** The scheme, host and port of the machine's endpoint, for requests that name only this port. */
  readonly machineOrigin?: string | undefined;
  /** Who is at the other end of a connection. */
  readonly clientOf: SocketClients;
  readonly authority: Authority;
  /** Runs work whose requests that client has caused. */
  readonly causedBy: <T>(cause: Cause, work: () => Promise<T>) => Promise<T>;
  /** Whether a connection may serve further requests; not while a fault may break connections, which only a new one meets. */
  readonly keepsConnections: () => boolean;
  /** Whether a connection stands until its first request says what it is for, which then decides about it: faults can so be narrowed by endpoint, and every one that breaks connections is a reset. Default: false, the host decides. */
  readonly connectsAtRequest?: boolean;
  /** Whether a tunnel to a host leads to that host itself; default: to none. */
  readonly passes?: (host: string) => boolean;
  /** Called with a host that is neither simulated nor let through. */
  readonly onRefused?: (host: string) => void;
}

export interface WayIn {
  readonly host: string;
  readonly port: number;
  /** Takes the same at a further place, unless it does already. */
  listenAt(place: ListenAddress): Promise<void>;
  /** Decides about a host whose name is looked up. */
  readonly admit: Admissions["admit"];
  /** Closes the connections on which no request is under way. */
  closeIdle(): void;
  stop(): Promise<void>;
}

/** What is known of one connection. */
interface Connection {
  readonly socket: Socket;
  readonly client: Promise<ClientConnection>;
  proxyUser?: string | undefined;
  /** The host to which it was made, once the service has accepted it. */
  connectedTo?: string;
  /** The certificate must be for another name. */
  wrongName?: true;
}

interface Parts {
  readonly options: WayInOptions;
  /** By both ends. */
  readonly connections: Map<string, Socket>;
  readonly known: WeakMap<Socket, Connection>;
  readonly admissions: Admissions;
}

/** Listens; rejects `bad-usage` where it cannot. */
export async function startWayIn(options: WayInOptions): Promise<WayIn> {
  const parts: Parts = {
    options,
    connections: new Map(),
    known: new WeakMap(),
    admissions: createAdmissions(options),
  };
  const secure = https.createServer(
    { ...serverOptions(), SNICallback: certificateBySni(parts) },
    (incoming, outgoing) => receive("https", incoming, outgoing, parts),
  );
  secure.on("tlsClientError", () => undefined);
  const plain = http.createServer(NO_PATIENCE, (incoming, outgoing) =>
    receive("http", incoming, outgoing, parts),
  );
  plain.on("connect", (incoming: http.IncomingMessage, socket: Socket) => {
    void openTunnel(incoming, socket, secure, plain, parts);
  });
  const accept = (socket: Socket): void => {
    remember(socket, parts);
    // TLS begins with the record of a handshake; no method of HTTP does.
    socket.once("readable", () => {
      const first = socket.read(1) as Buffer | null;
      if (first === null) return;
      socket.unshift(first);
      (first[0] === TLS_HANDSHAKE ? secure : plain).emit("connection", socket);
    });
  };
  const servers = new Map<string, Promise<net.Server>>();
  const open = ({ host, port }: ListenAddress): Promise<net.Server> => {
    const key = `${host} ${port}`;
    const known = servers.get(key) ?? listen(net.createServer(accept), { host, port });
    servers.set(key, known);
    return known;
  };
  const stop = async (): Promise<void> => {
    const listening = await Promise.allSettled(servers.values());
    const closed = listening.map(
      (one) =>
        new Promise<void>((resolve) => {
          if (one.status === "fulfilled") one.value.close(() => resolve());
          else resolve();
        }),
    );
    for (const socket of parts.connections.values()) socket.destroy();
    await Promise.all(closed);
  };
  try {
    const first = await open(options.listen);
    for (const place of options.alsoAt ?? []) await open(place);
    const { address, port } = first.address() as AddressInfo;
    const listenAt = async (place: ListenAddress): Promise<void> => void (await open(place));
    const closeIdle = (): void => {
      secure.closeIdleConnections();
      plain.closeIdleConnections();
    };
    return { host: address, port, listenAt, admit: parts.admissions.admit, closeIdle, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** All waiting is the plan's. */
const NO_PATIENCE = { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 };

const TLS_HANDSHAKE = 0x16;

/** Connections that wait to be accepted; beyond these the first packet of a client is lost. Linux takes at most net.core.somaxconn. */
const BACKLOG = 4_096;

function listen(server: net.Server, { host, port }: ListenAddress): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new HarnessError("bad-usage", `it cannot be listened to: ${error.message}`, {
          place: `--listen ${host}:${port}`,
          hint: "Name another address, or port 0 for a free one.",
        }),
      ),
    );
    server.listen({ port, host, backlog: BACKLOG }, () => resolve(server));
  });
}

function remember(socket: Socket, { options, connections, known }: Parts): void {
  socket.on("error", () => undefined);
  const ends = endsOf(socket);
  connections.set(ends, socket);
  socket.once("close", () => {
    if (connections.get(ends) === socket) connections.delete(ends);
  });
  known.set(socket, { socket, client: options.clientOf(socket) });
}

function endsOf({
  remoteAddress = "",
  remotePort = 0,
  localAddress = "",
  localPort = 0,
}: Socket): string {
  return keyOf({ remoteAddress, remotePort, localAddress, localPort });
}

/** The connection behind a socket, which TLS may hide. */
function connectionOf(socket: Socket, { connections, known }: Parts): Connection | undefined {
  const raw = connections.get(endsOf(socket));
  return raw === undefined ? undefined : known.get(raw);
}

type SniCallback = NonNullable<tls.TlsOptions["SNICallback"]>;

/** The usual certificate, or one for another name; a connection that the service refuses is reset. */
function certificateBySni(parts: Parts): SniCallback {
  const wrongName = tls.createSecureContext(wrongNameCertificate());
  const { authority } = parts.options;
  return function (this: unknown, host, callback) {
    const connection = connectionOf(this as TLSSocket, parts);
    const answer = async (): Promise<SecureContext | undefined> => {
      if (connection === undefined) return undefined;
      const isOpen =
        parts.options.connectsAtRequest === true || connection.connectedTo !== undefined;
      if (!isOpen) await connect(connection, host, {}, parts);
      return connection.wrongName === true ? wrongName : authority.contextFor(host);
    };
    answer().then(
      (context) => callback(null, context),
      (error: unknown) => {
        connection?.socket.resetAndDestroy();
        callback(error instanceof Error ? error : new Error(String(error)));
      },
    );
  };
}

/** Asks the service whether a connection to that host stands. Rejects with its `NetworkFault`, but for a certificate that does not fit, which is for the handshake to show. */
async function connect(
  connection: Connection,
  host: string,
  names: ClientNames,
  { options, admissions }: Parts,
): Promise<void> {
  const before = admissions.take(host);
  if (before !== undefined) {
    connection.connectedTo = host;
    if (before.wrongName) connection.wrongName = true;
    return;
  }
  if (!isServedHost(host)) {
    if (isReachable(host, options.ownHosts)) connection.connectedTo = host;
    else options.onHarnessError(unmockedRequest(host, 443));
    return;
  }
  const gone = new AbortController();
  const leave = (): void => gone.abort(new Error("the client went away"));
  connection.socket.once("close", leave);
  const hold = options.gate.hold();
  try {
    const attempt = createRequest(`https://${host}/`, { signal: gone.signal });
    options.failing.set(attempt, async () =>
      options.causeOf(await clientBehind(connection), names),
    );
    await hold.run(() => options.service.connect(attempt));
  } catch (error) {
    if (!(error instanceof NetworkFault)) options.onHarnessError(error);
    if (!(error instanceof NetworkFault) || error.code !== "ERR_TLS_CERT_ALTNAME_INVALID")
      throw error;
    connection.wrongName = true;
  } finally {
    hold.release();
    connection.socket.off("close", leave);
  }
  connection.connectedTo = host;
}

async function clientBehind({ client, proxyUser }: Connection): Promise<ClientConnection> {
  const known = await client;
  return proxyUser === undefined ? known : { ...known, proxyUser };
}

/** CONNECT: the tunnel ends here, at the server for the host. */
async function openTunnel(
  incoming: http.IncomingMessage,
  socket: Socket,
  secure: https.Server,
  plain: http.Server,
  parts: Parts,
): Promise<void> {
  const { onHarnessError, ownHosts } = parts.options;
  const connection = connectionOf(socket, parts);
  const [, host = "", port = "443"] = /^\[?(.*?)\]?:(\d+)$/.exec(incoming.url ?? "") ?? [];
  const refuse = (status: string): void => {
    socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  };
  if (connection === undefined) return refuse("400 Bad Request");
  if (parts.options.passes?.(host) === true) return passOn(socket, { host, port: Number(port) });
  const isOfMachine = isMachinePlace(host, Number(port));
  if (!isOfMachine && (!isReachable(host, ownHosts) || port !== "443")) {
    parts.options.onRefused?.(host);
    onHarnessError(unmockedRequest(host, Number(port)));
    return refuse("403 Not served by Brownout");
  }
  connection.proxyUser = proxyUserOf(incoming);
  try {
    const userAgent = incoming.headers["user-agent"];
    const isAsked = !isOfMachine && parts.options.connectsAtRequest !== true;
    if (isAsked) await connect(connection, host, { userAgent }, parts);
  } catch (error) {
    return refuse(statusOfRefusal(error));
  }
  if (socket.destroyed) return;
  socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
  const isPlain = isOfMachine && !isServedHost(host);
  (isPlain ? plain : secure).emit("connection", socket);
}

/** A tunnel to a host that is none of the simulator's business. */
function passOn(socket: Socket, place: { readonly host: string; readonly port: number }): void {
  const onwards = net.connect(place, () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    socket.pipe(onwards).pipe(socket);
  });
  onwards.on("error", () => socket.destroy());
  socket.once("close", () => onwards.destroy());
}

/** What a proxy says of a host that it cannot reach. */
function statusOfRefusal(error: unknown): string {
  if (!(error instanceof NetworkFault)) return "500 Internal Server Error";
  return error.code === "ETIMEDOUT"
    ? "504 Gateway Timeout"
    : `502 ${error.code === "ENOTFOUND" ? "Name not resolved" : "Connection refused"}`;
}

/** A request of either server. */
function receive(
  scheme: "http" | "https",
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
  parts: Parts,
): void {
  const { connections, options } = parts;
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort(new Error("the client went away")));
  const url = addressOf(scheme, incoming, options.machineOrigin);
  const ownOrigin = options.ownHosts?.get(url?.hostname ?? "");
  if (url !== undefined && ownOrigin !== undefined)
    return handOn(url, ownOrigin, incoming, outgoing);
  if (url === undefined || !isServedUrl(url)) {
    if (url !== undefined) options.onHarnessError(unmockedUrl(url));
    outgoing.writeHead(502, { "Content-Type": "text/plain", Connection: "close" });
    outgoing.end("Brownout serves no such host.\n");
    return;
  }
  incoming.headers.host = url.host;
  incoming.url = `${url.pathname}${url.search}`;
  const served = url.protocol === "https:" ? "https" : "http";
  const ends = endsOf(incoming.socket);
  const arrival = arrivalOf(
    served,
    incoming,
    outgoing,
    { get: () => connections.get(ends) },
    { afterwards: () => (options.keepsConnections() ? "keep-alive" : "close") },
  );
  void answer({ arrival, gone: gone.signal, incoming }, parts);
}

interface Underway {
  readonly arrival: Arrival;
  /** Aborts when the client went away. */
  readonly gone: AbortSignal;
  readonly incoming: http.IncomingMessage;
}

/** Handles one request and sends its answer. */
async function answer({ arrival, gone, incoming }: Underway, parts: Parts): Promise<void> {
  const { service, clock, gate, causedBy, causeOf, onHarnessError } = parts.options;
  const connection = connectionOf(incoming.socket, parts);
  const hold = gate.hold();
  try {
    const request = await arrival.read(gone);
    if (connection === undefined) return;
    connection.proxyUser ??= proxyUserOf(incoming);
    const client = await clientBehind(connection);
    const names = await namesIn(request);
    await hold.run(() =>
      causedBy(causeOf(client, names), async () => {
        // Without TLS there was no handshake in which to ask.
        if (connection.connectedTo === undefined) {
          await service.connect(createRequest(request.url, { method: request.method }));
        }
        const response = await service.handle(request);
        await deliverArrival(response, arrival, { clock, gone });
      }),
    );
  } catch (error) {
    if (!gone.aborted && !(error instanceof NetworkFault)) onHarnessError(error);
    if (error instanceof NetworkFault && error.code === "UND_ERR_SOCKET") arrival.close();
    else arrival.reset();
  } finally {
    hold.release();
  }
}
