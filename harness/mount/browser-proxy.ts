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
import type { Gate } from "../clock/gate.ts";
import type { HarnessError } from "../errors.ts";
import { createResponse, deliveryOf, textOfRequest, textOfResponse } from "../http/message.ts";
import { NetworkFault } from "../http/network-fault.ts";
import { markResent } from "../http/resent.ts";
import type { Service } from "../http/service.ts";
import { stepsOf } from "./deliver.ts";
import type { FrameSession } from "./frame-session.ts";
import { type Arrival, arrivalOf, serverOptions } from "./https-server.ts";
import { isServedHost, unmockedRequest, unmockedUrl } from "./served-hosts.ts";

export interface BrowserProxyOptions {
  readonly service: Service;
  readonly clock: Clock;
  readonly gate: Gate;
  /** Pages of applications under test; they are not recorded. */
  readonly pages: (request: Request) => Response | undefined;
  readonly session: FrameSession;
  /** What tells a document the time, as a `Server-Timing` header: its scripts can read it before they run. */
  readonly timing: () => string;
  /** Told of a host that nobody serves; the page's request fails. */
  readonly onEscape: (error: HarnessError) => void;
  /** Told of a handler that throws. */
  readonly onHarnessError?: (error: unknown) => void;
}

export interface BrowserProxy {
  /** As in Playwright's `proxy.server`. */
  readonly address: string;
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
export async function startBrowserProxy(options: BrowserProxyOptions): Promise<BrowserProxy> {
  const sockets = new Map<number, Socket>();
  const resets = createResets();
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
    void answer(arrival, gone.signal, options, { resets, kept }).finally(() => {
      underway -= 1;
    });
  });
  service.on("tlsClientError", () => undefined);

  const proxy = http.createServer((incoming, outgoing) => {
    // Plain HTTP: nothing that matters here is asked for that way.
    options.onEscape(unmockedUrl(new URL(incoming.url ?? "/", "http://unknown")));
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
      if (!BROWSERS_OWN.test(host)) options.onEscape(unmockedRequest(host, Number(hostPort)));
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
  return {
    address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
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

/** Requests that were broken off on a connection that had served before: the browser sends these again. */
interface Resets {
  readonly note: (request: Request, text: string, atMs: number) => void;
  /** Whether this is one of them; each is told once. */
  readonly isRepeated: (request: Request, text: string, nowMs: number) => boolean;
}

/** The browser repeats at once; what a client repeats by itself comes later. */
const AT_ONCE_MS = 50;

function createResets(): Resets {
  const broken: { readonly key: string; readonly atMs: number }[] = [];
  const keyOf = (request: Request, text: string): string =>
    `${request.method} ${request.url} ${text}`;
  return {
    note: (request, text, atMs) => void broken.push({ key: keyOf(request, text), atMs }),
    isRepeated(request, text, nowMs) {
      const key = keyOf(request, text);
      const at = broken.findIndex((one) => one.key === key && nowMs - one.atMs < AT_ONCE_MS);
      if (at >= 0) broken.splice(at, 1);
      return at >= 0;
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

/** Browsers look for an icon by themselves; there is none, and it is no part of the history. */
function iconOf({ url }: Request): Response | undefined {
  if (new URL(url).pathname !== "/favicon.ico") return undefined;
  return createResponse("", { status: 404, headers: [] });
}

/** Handles one request and sends its answer; time stands still meanwhile, but for sleeps of the simulator. */
async function answer(
  arrival: Arrival,
  gone: AbortSignal,
  { service, clock, gate, pages, session, onHarnessError }: BrowserProxyOptions,
  { resets, kept }: { readonly resets: Resets; readonly kept: Kept },
): Promise<void> {
  const hold = gate.hold();
  let asked: { readonly request: Request; readonly text: string } | undefined;
  try {
    const request = await arrival.read(gone, (headers) => session.adjust(arrival.host, headers));
    const page = pages(request) ?? iconOf(request);
    if (page !== undefined) {
      await arrival.send(page, Buffer.from(await textOfResponse(page)), "last");
      return;
    }
    const text = await textOfRequest(request);
    asked = { request, text };
    await hold.run(async () => {
      if (resets.isRepeated(request, text, clock.now())) markResent(request);
      await service.connect(request);
      const response = await service.handle(request);
      keep(kept, response, clock.now());
      session.learn(arrival.host, response.headers.getSetCookie());
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
    });
  } catch (error) {
    if (gone.aborted) return;
    if (!(error instanceof NetworkFault)) onHarnessError?.(error);
    if (asked !== undefined) resets.note(asked.request, asked.text, clock.now());
    if (error instanceof NetworkFault && error.code === "UND_ERR_SOCKET") arrival.close();
    else arrival.reset();
  } finally {
    hold.release();
  }
}
