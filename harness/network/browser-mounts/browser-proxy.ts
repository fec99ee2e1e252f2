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
import net, { type AddressInfo, type Socket } from "node:net";
import { untilPageHasRead } from "../../browser/page-pipes.ts";
import { HarnessError } from "../../core/errors.ts";
import { textOfResponse } from "../../core/http/message.ts";
import { NetworkFault } from "../../core/http/network-fault.ts";
import { markResent } from "../../core/http/resent.ts";
import type { WayInOptions } from "./browser-mount.ts";
import { deliverArrival } from "../deliver-arrival.ts";
import { iconOf } from "./icon.ts";
import { type Arrival, arrivalOf, serverOptions } from "../https-server.ts";
import { type BrokenBy, createResends, type Resends } from "./resends.ts";
import { createKeptAnswers, type KeptAnswers } from "./kept-answers.ts";
import { isServedHost, unmockedRequest, unmockedUrl } from "../served-hosts.ts";
import { isAllowed } from "../suite.ts";

export interface BrowserProxyOptions extends Omit<WayInOptions, "timing"> {
  /** As in `WayInOptions`. Absent for a browser of another program: its pages have the machine's time, and each request makes a connection of its own, as no one says which of them the browser repeats. */
  readonly timing?: WayInOptions["timing"];
  /** Further hosts that such a browser asks on no page's behalf. */
  readonly alsoBrowsersOwn?: RegExp;
}

export interface BrowserProxy {
  /** As in Playwright's option `proxy`. What an application's own server on this machine is asked does not come this way. */
  readonly option: { readonly server: string; readonly bypass: string };
  /** Requests that have arrived and are not answered. */
  underway(): number;
  /** Requests that arrived, each time they did. */
  arrivals(): number;
  /** When the first of the answers grows old that the browser may keep. */
  keptUntilMs(): number | undefined;
  stop(): Promise<void>;
}

/** What Chromium asks for by itself (autofill, updates, safe browsing), on no page's behalf: refused, and no news. */
const BROWSERS_OWN =
  /^(?:content-autofill|optimizationguide-pa|safebrowsing|update|clientservices|android\.clients)\.google(?:apis)?\.com$/;

function isBrowsersOwn(host: string, { alsoBrowsersOwn }: BrowserProxyOptions): boolean {
  return BROWSERS_OWN.test(host) || alsoBrowsersOwn?.test(host) === true;
}

/** Chromium looks for the sign-in page of a hotel when a page does not come for half a minute of the machine's time. */
const IS_THERE_A_NETWORK = "http://connectivitycheck.gstatic.com/generate_204";

/** Starts the proxy on a free port of loopback; resolves when it listens. */
export async function startBrowserProxy(options: BrowserProxyOptions): Promise<BrowserProxy> {
  const { onHarnessError } = options;
  const sockets = new Map<number, Socket>();
  /** Connections that have served and lie ready. */
  const ready = new Set<Socket>();
  const resends = createResends((method, url) => options.requestsTo(method, url));
  let underway = 0;
  let arrivals = 0;
  const kept = createKeptAnswers(options.clock);

  const service = https.createServer(serverOptions(), (incoming, outgoing) => {
    underway += 1;
    arrivals += 1;
    const gone = new AbortController();
    outgoing.once("close", () => gone.abort(new Error("the browser went away")));
    const { timing } = options;
    const arrival = arrivalOf("https", incoming, outgoing, sockets, {
      // A browser repeats by itself what broke on a connection that had been used before.
      afterwards: timing === undefined ? "close" : "keep-alive",
      ...(timing !== undefined && isNavigation(incoming)
        ? { extra: () => [["Server-Timing", timing()]] as const }
        : {}),
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
    onHarnessError(noWebSocket(`wss://${headers.host ?? ""}${url ?? "/"}`));
    socket.destroy();
  });

  const proxy = http.createServer((incoming, outgoing) => answerPlain(incoming, outgoing, options));
  proxy.on("connect", (incoming: http.IncomingMessage, socket: Socket) => {
    socket.on("error", () => undefined);
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once("close", () => {
      sockets.delete(port);
      ready.delete(socket);
    });
    const [, host = "", hostPort = "443"] = /^(.*):(\d+)$/.exec(incoming.url ?? "") ?? [];
    if (isAllowed(options.suite, host)) {
      openTunnel(socket, { host, port: Number(hostPort) });
      return;
    }
    if (!isServedHost(host) || hostPort !== "443") {
      if (!isBrowsersOwn(host, options)) onHarnessError(unmockedRequest(host, Number(hostPort)));
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
    keptUntilMs: () => kept.untilMs(),
    async stop() {
      for (const socket of sockets.values()) socket.destroy();
      const closed = new Promise<void>((resolve) => void proxy.close(() => resolve()));
      // Browsers open connections ahead, and leave them without a word.
      proxy.closeAllConnections();
      await closed;
    },
  };
}

/** Plain HTTP: nothing that matters here is asked for that way. */
function answerPlain(
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
  options: BrowserProxyOptions,
): void {
  if (incoming.url === IS_THERE_A_NETWORK) {
    outgoing.writeHead(204).end();
    return;
  }
  const url = new URL(incoming.url ?? "/", "http://unknown");
  if (isAllowed(options.suite, url.hostname)) {
    forward(incoming, outgoing, url);
    return;
  }
  if (!isBrowsersOwn(url.hostname, options)) options.onHarnessError(unmockedUrl(url));
  outgoing.writeHead(502, { "Content-Type": "text/plain" }).end("Brownout: not served.");
}

/** Lets a request without TLS through to a host that the suite allows. */
function forward(incoming: http.IncomingMessage, outgoing: http.ServerResponse, url: URL): void {
  const { method, headers } = incoming;
  const request = http.request(url, { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  request.on("error", () => outgoing.destroy());
  incoming.pipe(request);
}

/** Lets a connection through to a host that the suite allows. */
function openTunnel(socket: Socket, place: { readonly host: string; readonly port: number }): void {
  const host = place.host.replace(/^\[(.*)\]$/, "$1");
  const upstream = net.connect({ host, port: place.port }, () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    upstream.pipe(socket);
    socket.pipe(upstream);
  });
  upstream.on("error", () => socket.destroy());
  socket.once("close", () => upstream.destroy());
}

/** Whether it is a document that is asked for. */
function isNavigation({ headers }: http.IncomingMessage): boolean {
  return /^(?:document|iframe|frame)$/.test(String(headers["sec-fetch-dest"] ?? ""));
}

interface Underway {
  readonly arrival: Arrival;
  /** Aborts when the browser went away. */
  readonly gone: AbortSignal;
  readonly resends: Resends;
  readonly ready: ReadonlySet<Socket>;
  readonly kept: KeptAnswers;
}

/** Handles one request and sends its answer; time stands still meanwhile, but for sleeps of the simulator. */
async function answer(
  { arrival, gone, resends, ready, kept }: Underway,
  { service, clock, gate, pages, session, onHarnessError }: BrowserProxyOptions,
): Promise<void> {
  const hold = gate.hold();
  try {
    const request = await arrival.read(gone, (url, headers) => session.adjust(url, headers));
    const page = pages(request) ?? iconOf(request);
    if (page !== undefined) {
      await arrival.send(page, Buffer.from(await textOfResponse(page)), "last");
      return;
    }
    const repeated = await resends.arrived(request);
    // Where nothing listens, a browser cannot send the request again.
    if (repeated === "connection") {
      arrival.reset();
      return;
    }
    if (repeated === "exchange") markResent(request);
    let because: BrokenBy = "connection";
    await hold
      .run(async () => {
        await service.connect(request);
        because = "exchange";
        const response = await service.handle(request);
        kept.serve(response);
        await deliverArrival(response, arrival, { clock, gone, beforeCut: untilPageHasRead });
      })
      .catch((error: unknown) => {
        if (gone.aborted) return;
        if (!(error instanceof NetworkFault)) onHarnessError(error);
        resends.broken(request, because);
        // All of them go down together; else the browser would try one after the other.
        for (const socket of ready) socket.destroy();
        if (error instanceof NetworkFault && error.code === "UND_ERR_SOCKET") arrival.close();
        else arrival.reset();
      });
  } catch (error) {
    if (!gone.aborted) onHarnessError(error);
    arrival.reset();
  } finally {
    hold.release();
  }
}

function noWebSocket(address: string): HarnessError {
  return new HarnessError("unmocked-request", `a WebSocket to ${address} was stopped`, {
    place: address,
    hint: "The simulator serves no WebSockets; those to this machine itself are let pass.",
  });
}
