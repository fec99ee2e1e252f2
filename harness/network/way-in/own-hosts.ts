/**
 * Hosts of the user that are not simulated: their names and certificates are those of production,
 * and requests to them go on to a server of this machine. They are no part of the history.
 */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import { textOf } from "../../core/thrown.ts";
import { isServedHost } from "../served-hosts.ts";

/** Where the requests of each host go: an origin such as `http://127.0.0.1:3000`, by host name in lower case. */
export type OwnHosts = ReadonlyMap<string, string>;

/** Whether programs that come here find that host. */
export function isReachable(host: string, ownHosts: OwnHosts | undefined): boolean {
  return isServedHost(host) || ownHosts?.has(host.toLowerCase()) === true;
}

/** Hands a request on, and its answer back, each while it arrives; 502 when its server cannot be reached. */
export function handOn(
  url: URL,
  origin: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const target = new URL(`${url.pathname}${url.search}`, origin);
  const { request } = target.protocol === "https:" ? https : http;
  // The server sees the name by which it was asked, as behind a proxy of its own.
  const headers = { ...withoutConnection(incoming.headers), host: url.host };
  const onward = request(target, {
    method: incoming.method ?? "GET",
    headers: { ...headers, "x-forwarded-proto": url.protocol.slice(0, -1) },
    agent: false,
  });
  onward.once("response", (answer) => {
    outgoing.sendDate = false;
    outgoing.writeHead(answer.statusCode ?? 502, withoutConnection(answer.headers));
    answer.on("error", () => outgoing.destroy());
    answer.pipe(outgoing);
  });
  onward.once("error", (error) => {
    if (outgoing.headersSent) return void outgoing.destroy();
    outgoing.writeHead(502, { "Content-Type": "text/plain", Connection: "close" });
    outgoing.end(`Brownout hands ${url.host} on to ${origin}, which fails: ${textOf(error)}\n`);
  });
  outgoing.once("close", () => onward.destroy());
  incoming.pipe(onward);
}

const OF_CONNECTION: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

function withoutConnection(headers: http.IncomingHttpHeaders): http.IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTION.has(name)));
}
