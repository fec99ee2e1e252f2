/**
 * Servers on loopback for the hosts that a test names with `entra.api`, under a mount that stands
 * on the wire. Their certificates are made when a host is first asked.
 */
import http from "node:http";
import https from "node:https";
import { type AddressInfo, isIP, type Server, type Socket } from "node:net";
import tls from "node:tls";
import { HarnessError } from "../core/errors.ts";
import { createLeafAuthority } from "./leaf-certificate.ts";
import { isLoopback } from "./loopback.ts";
import type { AnswerFor } from "./mount.ts";

/** Hosts that answer what a test has set, to every request. */
export interface AnsweredHosts {
  readonly answerFor: AnswerFor;
  /** Whether a test has set data for a host, with its port. */
  readonly isAnswered: (host: string, port: number) => boolean;
  /** The port of loopback that stands for it; only where it is answered. */
  readonly portOf: (host: string, port: number) => Promise<number>;
  readonly stop: () => Promise<void>;
}

export interface AnsweredHostsOptions {
  /** Called once with the certificate, PEM, that clients of this process have to trust. */
  readonly trust: (certificate: string) => void;
  /** Called for an address of such a host for which there are no data; its connection is closed. */
  readonly onUnknown: (url: URL) => void;
}

/** Creates them, with none: nothing listens before the first address is set. */
export function createAnsweredHosts(options: AnsweredHostsOptions): AnsweredHosts {
  const answers = new Map<string, object>();
  const schemes = new Map<string, "http" | "https">();
  let servers: ReturnType<typeof startServers> | undefined;
  const placeOf = ({ protocol, hostname, port }: URL): string =>
    `${hostname}:${port === "" ? (protocol === "http:" ? 80 : 443) : port}`;
  return {
    answerFor(address, data) {
      checkHost(address);
      servers ??= startServers(answers, options);
      answers.set(address.origin + address.pathname, data);
      schemes.set(placeOf(address), address.protocol === "http:" ? "http" : "https");
    },
    isAnswered: (host, port) => schemes.has(`${host.toLowerCase()}:${port}`),
    async portOf(host, port) {
      const ports = await servers?.ports;
      return ports?.[schemes.get(`${host.toLowerCase()}:${port}`) ?? "https"] ?? 0;
    },
    async stop() {
      await servers?.stop();
    },
  };
}

/** Connections to this machine are not led anywhere, and a handshake names no address in numbers. */
function checkHost({ hostname, host }: URL): void {
  if (!isLoopback(hostname) && isIP(hostname.replace(/^\[|\]$/g, "")) === 0) return;
  throw new HarnessError("bad-usage", `the mount https cannot answer for ${host}`, {
    place: "api",
    hint: "Let a server of the test listen there, give your code the name of a host, or take the mount msw or nock.",
  });
}

function startServers(
  answers: ReadonlyMap<string, object>,
  { trust, onUnknown }: AnsweredHostsOptions,
): {
  readonly ports: Promise<Readonly<Record<"http" | "https", number>>>;
  readonly stop: () => Promise<void>;
} {
  const authority = createLeafAuthority();
  trust(authority.cert);
  const contexts = new Map<string, tls.SecureContext>();
  const contextFor = (host: string): tls.SecureContext => {
    const known = contexts.get(host) ?? tls.createSecureContext(authority.leafFor(host));
    contexts.set(host, known);
    return known;
  };
  const answer =
    (scheme: "http" | "https") =>
    (request: http.IncomingMessage, response: http.ServerResponse): void => {
      const url = new URL(request.url ?? "/", `${scheme}://${request.headers.host ?? ""}`);
      const data = answers.get(url.origin + url.pathname);
      if (data === undefined) {
        onUnknown(url);
        request.socket.destroy();
        return;
      }
      request.resume();
      response.sendDate = false;
      response
        .writeHead(200, { "content-type": "application/json", connection: "close" })
        .end(JSON.stringify(data));
    };
  // A client that sends no name in its handshake finds no certificate for it.
  const secure = https.createServer(
    { SNICallback: (host, done) => done(null, contextFor(host)) },
    answer("https"),
  );
  const plain = http.createServer(answer("http"));
  const sockets = new Set<Socket>();
  for (const server of [secure, plain]) {
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
    });
  }
  secure.on("tlsClientError", () => undefined);
  const ports = Promise.all([plain, secure].map(listen)).then(([http = 0, https = 0]) => ({
    http,
    https,
  }));
  return {
    ports,
    async stop() {
      await ports;
      for (const socket of sockets) socket.destroy();
      await Promise.all(
        [plain, secure].map((server) => new Promise((closed) => void server.close(closed))),
      );
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
