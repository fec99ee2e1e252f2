/**
 * The server side of the HTTPS mount: a real TLS server on loopback with the fixture
 * certificate, one without TLS, and one whose certificate is for another name. Where faults
 * break connections, every whole answer says `Connection: close`, so that each request makes a
 * connection of its own and meets them. An answer that is to be cut must not say so: undici takes
 * the end of a connection that was to be closed for the end of the body.
 */
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import tls from "node:tls";
import { fileURLToPath } from "node:url";
import { createRequest, deliveryOf, headersOf } from "../core/http/message.ts";
import { SEQUENCE_HEADER } from "./client-requests.ts";
import { nextTurn } from "./turnstile.ts";

const fixtures = new URL("../../fixtures/tls/", import.meta.url);
const readFixture = (name: string): string => readFileSync(new URL(name, fixtures), "utf8");

/** A request as it came off the wire. */
export interface Arrival {
  readonly host: string;
  readonly sequence: string | undefined;
  /** The Fetch request; reads the whole body first. Rejects when the client goes away before. */
  read(
    signal: AbortSignal,
    adjust?: (
      url: string,
      headers: readonly (readonly [string, string])[],
    ) => Promise<[string, string][]>,
  ): Promise<Request>;
  /** Status line and headers go out with the first part, in the order and case of the handler. */
  send(response: Response, part: Uint8Array, more: "more" | "last"): Promise<void>;
  /** FIN: the client sees the other side close. */
  close(): void;
  /** RST. */
  reset(): void;
}

export interface LoopbackServers {
  readonly servicePort: number;
  /** The same service without TLS, for the endpoints of machines. */
  readonly plainPort: number;
  readonly wrongNamePort: number;
  stop(): Promise<void>;
}

/** Starts the servers on free ports of loopback; resolves when they listen. */
export async function startServers(
  onArrival: (arrival: Arrival) => void,
  options: ArrivalOptions = {},
): Promise<LoopbackServers> {
  const connections = new Map<number, Socket>();
  const service = https.createServer(serverOptions(), (incoming, outgoing) =>
    onArrival(arrivalOf("https", incoming, outgoing, connections, options)),
  );
  const plain = http.createServer(patience, (incoming, outgoing) =>
    onArrival(arrivalOf("http", incoming, outgoing, connections, options)),
  );
  for (const server of [service, plain]) {
    // TLS hides the TCP socket, and only that one can be reset.
    server.on("connection", (socket: Socket) => {
      const port = socket.remotePort ?? 0;
      connections.set(port, socket);
      socket.once("close", () => connections.delete(port));
    });
  }
  service.on("tlsClientError", () => undefined);
  const wrongName = tls.createServer(wrongNameCertificate());
  wrongName.on("secureConnection", (socket) => socket.on("error", () => undefined).resume());
  wrongName.on("tlsClientError", () => undefined);
  const [servicePort, plainPort, wrongNamePort] = await Promise.all(
    [service, plain, wrongName].map(listen),
  );
  if (servicePort === undefined || plainPort === undefined || wrongNamePort === undefined)
    throw new Error("a server of the mount has no port");

  return {
    servicePort,
    plainPort,
    wrongNamePort,
    async stop() {
      for (const socket of connections.values()) socket.destroy();
      await Promise.all([service, plain, wrongName].map(close));
    },
  };
}

// A server has no patience of its own: all waiting is the plan's.
const patience = { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 };

/** How a server speaks for all served hosts. */
export function serverOptions(): https.ServerOptions {
  return {
    key: readFixture("service.key.pem"),
    cert: readFixture("service.cert.pem"),
    ...patience,
    handshakeTimeout: 2_147_483_647,
  };
}

/** A certificate for another name than any that is served, with its key. */
export function wrongNameCertificate(): { readonly key: string; readonly cert: string } {
  return { key: readFixture("wrong-name.key.pem"), cert: readFixture("wrong-name.cert.pem") };
}

/** The file of the certificate that all programs must trust. */
export function authorityFile(): string {
  return fileURLToPath(new URL("ca.cert.pem", fixtures));
}

export interface ArrivalOptions {
  /** What becomes of the connection after a whole answer, asked when that is sent; default: it is closed. */
  readonly afterwards?: "close" | "keep-alive" | (() => "close" | "keep-alive");
  /** Headers of the wire that are no part of the answer. */
  readonly extra?: () => readonly (readonly [string, string])[];
}

/** A request that a server of ours got; `connections` finds the TCP socket by the client's port. */
export function arrivalOf(
  scheme: "http" | "https",
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
  connections: Pick<ReadonlyMap<number, Socket>, "get">,
  { afterwards = "close", extra }: ArrivalOptions = {},
): Arrival {
  const host = incoming.headers.host ?? "";
  const sequence = incoming.headers[SEQUENCE_HEADER];
  const port = incoming.socket.remotePort ?? 0;
  incoming.on("error", () => undefined);
  outgoing.on("error", () => undefined);

  return {
    host,
    sequence: typeof sequence === "string" ? sequence : undefined,
    async read(signal, adjust) {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const method = incoming.method ?? "GET";
      const sent = clientHeaders(incoming.rawHeaders);
      const hasBody = method !== "GET" && method !== "HEAD";
      const url = `${scheme}://${host}${incoming.url ?? "/"}`;
      return createRequest(url, {
        method,
        headers: (await adjust?.(url, sent)) ?? sent,
        signal,
        ...(hasBody ? { body: Buffer.concat(chunks).toString("utf8") } : {}),
      });
    },
    async send(response, part, more) {
      if (!outgoing.headersSent) {
        outgoing.sendDate = false;
        outgoing.writeHead(response.status, [
          ...wireHeaders(
            response,
            more === "last" ? part.length : undefined,
            typeof afterwards === "function" ? afterwards() : afterwards,
          ),
          ...(extra?.().flat() ?? []),
        ]);
      }
      if (more === "last") {
        outgoing.end(part);
        return;
      }
      outgoing.flushHeaders();
      if (part.length > 0)
        await new Promise<void>((resolve) => void outgoing.write(part, () => resolve()));
      // On loopback what is written can be read at once; a few turns later the client has read it.
      for (let turn = 0; turn < TURNS_TO_CROSS; turn += 1) await nextTurn();
    },
    close: () => void outgoing.socket?.end(),
    reset() {
      // A connection that the client has closed is gone from the list: nothing is left to reset.
      connections.get(port)?.resetAndDestroy();
    },
  };
}

const TURNS_TO_CROSS = 6;

/** Headers of the connection are not the request's. */
const HOP_BY_HOP = new Set([
  SEQUENCE_HEADER,
  "connection",
  "keep-alive",
  "host",
  "transfer-encoding",
  "content-length",
]);

function clientHeaders(raw: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = "", value = ""] = [raw[at], raw[at + 1]];
    if (!HOP_BY_HOP.has(name.toLowerCase())) headers.push([name, value]);
  }
  return headers;
}

/** A flat list: the only form in which Node keeps order, case and repetition. */
function wireHeaders(
  response: Response,
  wholeLength: number | undefined,
  afterwards: "close" | "keep-alive",
): string[] {
  const pairs = headersOf(response).filter(([name]) => name.toLowerCase() !== "connection");
  const isDelimited = pairs.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  const flat = pairs.flatMap(([name, value]) => [name, value]);
  if (!isDelimited && wholeLength !== undefined) flat.push("Content-Length", String(wholeLength));
  const ends = afterwards === "close" && deliveryOf(response).kind !== "cut";
  if (ends) flat.push("Connection", "close");
  return flat;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()));
}
