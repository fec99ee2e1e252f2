/**
 * The way of a browser to the simulated service over real sockets: a CONNECT proxy, one a
 * browser context, and behind it TLS with the fixture certificate. CORS, cookies, redirects
 * by servers, truncated bodies and resets are the browser's own business here.
 *
 * A tunnel names only a host, so what breaks connections is decided when the request is
 * there, and is a reset to the browser; the history has the plan's own word for it.
 */
import http from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "../clock/clock.ts";
import { HarnessError } from "../errors.ts";
import { deliveryOf, textOfResponse } from "../http/message.ts";
import { NetworkFault } from "../http/network-fault.ts";
import { markResent } from "../http/resent.ts";
import type { WayInOptions } from "./browser-mount.ts";
import { stepsOf } from "./deliver.ts";
import { type Arrival, arrivalOf, serverOptions } from "./https-server.ts";
import { iconOf } from "./icon.ts";
import { askInTurn, during } from "./in-turn.ts";
import { createResends, type Resends } from "./resends.ts";
import { isServedHost, unmockedRequest, unmockedUrl } from "./served-hosts.ts";

export interface BrowserProxy {
  /** As in Playwright's option `proxy`. What an application's own server on this machine is asked does not come this way. */
  readonly option: { readonly server: string; readonly bypass: string };
  /** Requests that have arrived and are not answered. */
  underway(): number;
  /** Requests that arrived, each time they did. */
  arrivals(): number;
  /** When the first of the answers grows old that the browser may keep; told once each. ms since the Unix epoch, virtual. */
  keptUntilMs(): number | undefined;
  stop(): Promise<void>;
}

/** What Chromium asks for by itself (autofill, updates, safe browsing), on no page's behalf: refused, and no news. */
const BROWSERS_OWN =
  /^(?:content-autofill|optimizationguide-pa|safebrowsing|update|clientservices|android\.clients)\.google(?:apis)?\.com$/;

/** Starts the proxy on a free port of loopback; resolves when it listens. */
export async function startBrowserProxy(options: WayInOptions): Promise<BrowserProxy> {
  const sockets = new Map<number, Socket>();
  /** Connections that have served and lie ready. */
  const ready = new Set<Socket>();
  const resends = createResends((method, url) => options.requestsTo(method, url));
  let underway = 0;
  let arrivals = 0;
  const kept: Kept = { untilMs: undefined };

  const service = https.createServer(serverOptions(), (incoming, outgoing) => {
    underway += 1;
    arrivals += 1;
    const gone = new AbortController();
    outgoing.once("close", () => gone.abort(new Error("the browser went away")));
    const isDocument = /^(?:document|iframe|frame)$/.test(
      String(incoming.headers["sec-fetch-dest"] ?? ""),
    );
    const arrival = arrivalOf("https", incoming, outgoing, sockets, {
      afterwards: "keep-alive",
      ...(isDocument ? { extra: () => [["Server-Timing", options.timing()]] as const } : {}),
    });
    const tunnel = sockets.get(incoming.socket.remotePort ?? 0);
    if (tunnel !== undefined) ready.delete(tunnel);
    void answer({ arrival, gone: gone.signal, resends, ready, kept }, options).finally(() => {
      underway -= 1;
      if (tunnel !== undefined && !tunnel.destroyed) ready.add(tunnel);
    });
  });
  service.on("tlsClientError", () => undefined);
  service.on("upgrade", ({ headers, url }: http.IncomingMessage, socket: Socket) => {
    options.onHarnessError(noWebSocket(`wss://${headers.host ?? ""}${url ?? "/"}`));
    socket.destroy();
  });

  const proxy = http.createServer((incoming, outgoing) => {
    // Plain HTTP: nothing that matters here is asked for that way.
    options.onHarnessError(unmockedUrl(new URL(incoming.url ?? "/", "http://unknown")));
    outgoing.writeHead(502, { "Content-Type": "text/plain" }).end("Brownout: not served.");
  });
  const tunnels = new Set<Socket>();
  proxy.on("connect", (incoming: http.IncomingMessage, socket: Socket) => {
    tunnels.add(socket);
    socket.on("error", () => undefined);
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once("close", () => {
      tunnels.delete(socket);
      sockets.delete(port);
    });
    const [, host = "", hostPort = "443"] = /^(.*):(\d+)$/.exec(incoming.url ?? "") ?? [];
    if (!isServedHost(host) || hostPort !== "443") {
      if (!BROWSERS_OWN.test(host)) options.onHarnessError(unmockedRequest(host, Number(hostPort)));
      socket.end("HTTP/1.1 403 Not served by Brownout\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    service.emit("connection", socket);
  });
  await new Promise<void>((resolve, reject) => {
    proxy.once("error", reject);
    proxy.listen(0, "127.0.0.1", resolve);
  });
  const { port } = proxy.address() as AddressInfo;
  return {
    option: { server: `http://127.0.0.1:${port}`, bypass: "localhost,127.0.0.1,[::1]" },
    underway: () => underway,
    arrivals: () => arrivals,
    keptUntilMs() {
      const { untilMs } = kept;
      if (untilMs !== undefined && untilMs <= options.clock.now()) kept.untilMs = undefined;
      return untilMs;
    },
    async stop() {
      for (const socket of tunnels) socket.destroy();
      await new Promise<void>((resolve) => void proxy.close(() => resolve()));
    },
  };
}

interface Kept {
  untilMs: number | undefined;
}

/** Notes what the browser may keep of an answer. */
function keep(kept: Kept, response: Response, nowMs: number): void {
  const [, seconds] = /\bmax-age=(\d+)/.exec(response.headers.get("cache-control") ?? "") ?? [];
  if (seconds === undefined) return;
  kept.untilMs = Math.min(kept.untilMs ?? Infinity, nowMs + Number(seconds) * 1_000);
}

interface Underway {
  readonly arrival: Arrival;
  /** Aborts when the browser went away. */
  readonly gone: AbortSignal;
  readonly resends: Resends;
  readonly ready: ReadonlySet<Socket>;
  readonly kept: Kept;
}

/** Handles one request and sends its answer. */
async function answer(
  { arrival, gone, resends, ready, kept }: Underway,
  options: WayInOptions,
): Promise<void> {
  const { service, clock, gate, pages, session, onHarnessError } = options;
  let broken = (): void => undefined;
  try {
    const request = await during(gate, () =>
      arrival.read(gone, (headers) => session.adjust(arrival.host, headers)),
    );
    const page = pages(request) ?? iconOf(request);
    if (page !== undefined) {
      const text = Buffer.from(await textOfResponse(page));
      await during(gate, () => arrival.send(page, text, "last"));
      return;
    }
    const response = await askInTurn(request, options, async () => {
      const repeated = await resends.arrived(request);
      // Where nothing listens, a browser has nobody to ask twice.
      if (repeated === "connection") return undefined;
      if (repeated === "exchange") markResent(request);
      broken = () => resends.broken(request, "connection");
      await service.connect(request);
      broken = () => resends.broken(request, "exchange");
      return service.handle(request);
    });
    if (response === undefined) {
      arrival.reset();
      return;
    }
    keep(kept, response, clock.now());
    await during(gate, () => send(arrival, response, clock, gone));
  } catch (error) {
    if (gone.aborted) return;
    if (!(error instanceof NetworkFault)) onHarnessError(error);
    broken();
    // All of them go down together; else the browser would try one after the other.
    for (const socket of ready) socket.destroy();
    if (error instanceof NetworkFault && error.code === "UND_ERR_SOCKET") arrival.close();
    else arrival.reset();
  }
}

async function send(
  arrival: Arrival,
  response: Response,
  clock: Clock,
  gone: AbortSignal,
): Promise<void> {
  const delivery = deliveryOf(response);
  const steps = stepsOf(Buffer.from(await textOfResponse(response)), delivery);
  for (const [index, { afterMs, bytes }] of steps.entries()) {
    if (afterMs > 0) await clock.sleep(afterMs, gone);
    const isLast = index === steps.length - 1 && delivery.kind !== "cut";
    await arrival.send(response, bytes, isLast ? "last" : "more");
  }
  if (delivery.kind !== "cut") return;
  if (delivery.by === "fin") arrival.close();
  else arrival.reset();
}

function noWebSocket(address: string): HarnessError {
  return new HarnessError("unmocked-request", `a WebSocket to ${address} was stopped`, {
    place: address,
    hint: "The simulator serves no WebSockets; those to this machine itself are let pass.",
  });
}
