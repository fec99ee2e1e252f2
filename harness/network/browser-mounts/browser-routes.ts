/**
 * The way of a browser context to the simulated service by Playwright's interception
 * (`context.route`): no socket, no certificate, one arrival for each request.
 *
 * What interception does not see (redirects by servers, shared workers, WebSockets) and what
 * it cannot show (a body that breaks or trickles) is refused by name, never hidden. Where
 * Playwright would hide a missing CORS header, the browser is given one that it refuses.
 */
import type { BrowserContext, Frame, Request as RoutedRequest, Route } from "@playwright/test";
import { frameOf } from "../../browser/navigating-frames.ts";
import { HarnessError } from "../../core/errors.ts";
import {
  type BodyDelivery,
  deliveryOf,
  type HeaderPair,
  headersOf,
  textOfResponse,
} from "../../core/http/message.ts";
import { NetworkFault, type NetworkFaultCode } from "../../core/http/network-fault.ts";
import type { WayInOptions } from "./browser-mount.ts";
import { iconOf } from "./icon.ts";
import { isLoopback } from "../loopback.ts";
import {
  createPreflightCache,
  isAllowed,
  type PreflightCache,
  preflightFor,
  requestOf,
} from "./preflight.ts";
import { isRedirect, redirectOf } from "./routed-redirect.ts";
import { requestOfRoute } from "./routed-request.ts";
import { isServedHost, unmockedUrl } from "../served-hosts.ts";
import { isAllowed as isHostAllowed } from "../suite.ts";

export interface BrowserRoutes {
  /** Puts the routes into a context that has no page yet. */
  enter(context: BrowserContext): Promise<void>;
  /** Requests that have arrived and are not answered. */
  underway(): number;
  /** Requests that arrived, preflights among them. */
  arrivals(): number;
}

/** Routes to the service, for one context. */
export function createBrowserRoutes(options: WayInOptions): BrowserRoutes {
  const preflights = createPreflightCache(() => options.clock.now());
  const underway = new Map<RoutedRequest, AbortController>();
  let arrivals = 0;
  const arrive = (): void => {
    arrivals += 1;
  };
  const give = (up: (routed: RoutedRequest) => boolean): void => {
    for (const [routed, gone] of underway)
      if (up(routed)) gone.abort(new Error("the browser went away"));
  };
  const take = async (route: Route, routed: RoutedRequest): Promise<void> => {
    const gone = new AbortController();
    underway.set(routed, gone);
    arrive();
    try {
      await answer(route, { options, preflights, arrive, gone: gone.signal });
    } finally {
      underway.delete(routed);
    }
  };
  return {
    async enter(context) {
      context.on("requestfailed", (failed) => give((routed) => routed === failed));
      context.on("page", (page) => {
        // A page that is closed reports nothing about its requests.
        page.on("close", () => give((routed) => frameOf(routed)?.page() === page));
      });
      await context.route(
        ({ hostname }) => !isLoopback(hostname) && !isHostAllowed(options.suite, hostname),
        (route, routed) => take(route, routed),
      );
    },
    underway: () => underway.size,
    arrivals: () => arrivals,
  };
}

interface Taken {
  readonly options: WayInOptions;
  readonly preflights: PreflightCache;
  /** Counts one more arrival. */
  readonly arrive: () => void;
  readonly gone: AbortSignal;
}

/** Handles one request and sends its answer; time stands still meanwhile, but for sleeps of the simulator. */
async function answer(route: Route, taken: Taken): Promise<void> {
  const { options, gone } = taken;
  const { gate, pages, session, onHarnessError } = options;
  const hold = gate.hold();
  try {
    const url = new URL(route.request().url());
    if (url.protocol !== "https:" || url.port !== "" || !isServedHost(url.hostname)) {
      onHarnessError(unmockedUrl(url));
      await route.abort("blockedbyclient");
      return;
    }
    const request = await requestOfRoute(route.request(), { session, gone });
    const page = pages(request) ?? iconOf(request);
    const response = page ?? (await hold.run(() => ask(request, route, taken)));
    if (response === undefined) await route.abort("failed");
    else await fulfill(route, response, options);
  } catch (error) {
    // The page, the context or the browser has been closed meanwhile.
    if (gone.aborted || isOfPlaywright(error)) return;
    if (!(error instanceof NetworkFault)) onHarnessError(error);
    const reason = error instanceof NetworkFault ? reasons[error.code] : "failed";
    await route.abort(reason).catch(() => undefined);
  } finally {
    hold.release();
  }
}

/** Whether Playwright says that what it was to answer is gone; a handler's own words may be the same. */
function isOfPlaywright(error: unknown): boolean {
  if (!(error instanceof Error) || !/closed|detached|already handled/i.test(error.message))
    return false;
  return /^(?:route|request|frame|page|browserContext)\.\w+: /i.test(error.message);
}

/** Asks the service as the browser would: first whether it may, where a browser asks. No answer when it may not. */
async function ask(
  request: Request,
  route: Route,
  { options: { service }, preflights, arrive }: Taken,
): Promise<Response | undefined> {
  const preflight = route.request().isNavigationRequest() ? undefined : preflightFor(request);
  if (preflight !== undefined && !preflights.knows(preflight)) {
    arrive();
    const question = requestOf(preflight);
    await service.connect(question);
    const said = await service.handle(question);
    // The browser sends nothing then, and the page sees a failed request.
    if (!isAllowed(preflight, said)) return undefined;
    preflights.learn(preflight, said);
  }
  await service.connect(request);
  const response = await service.handle(request);
  const { kind } = deliveryOf(response);
  if (kind !== "whole") throw cannotShow(kind, request.url);
  return response;
}

/** Matches no origin, and says why: Playwright adds a header that matches where there is none. */
const NO_ORIGIN = "https://no-access-control-allow-origin.invalid";

async function fulfill(route: Route, response: Response, options: WayInOptions): Promise<void> {
  const routed = route.request();
  const navigates = routed.isNavigationRequest();
  const timing: readonly HeaderPair[] = navigates ? [["Server-Timing", options.timing()]] : [];
  if (navigates && isRedirect(response)) {
    const redirect = redirectOf(response, routed);
    const frame = frameOf(routed);
    const headers = joined([...redirect.headers, ...timing]);
    if (frame === undefined || frame.parentFrame() === null)
      return route.fulfill({ status: 200, headers, body: redirect.page });
    await route.fulfill({ status: 204, headers });
    return leadOn(frame, redirect.to);
  }
  const { origin } = routed.headers();
  const isShared = response.headers.has("access-control-allow-origin");
  return route.fulfill({
    status: response.status,
    headers: joined([
      ...headersOf(response),
      ...timing,
      ...(origin === undefined || isShared
        ? []
        : [["Access-Control-Allow-Origin", NO_ORIGIN] as const]),
    ]),
    body: await textOfResponse(response),
  });
}

/**
 * Navigates a frame to where its document is redirected. Not by a page of its own: that would be
 * of another site, and Chromium forgets the interception for the page that replaces it in its
 * parent's process.
 */
async function leadOn(frame: Frame, to: string): Promise<void> {
  const begun = frame.page().waitForEvent("request", {
    predicate: (routed) => routed.isNavigationRequest() && frameOf(routed) === frame,
    timeout: 0,
  });
  const arrived = frame.goto(to, { waitUntil: "commit", timeout: 0 });
  // A frame that is taken away meanwhile needs to go nowhere.
  const ended = arrived.catch(() => undefined);
  await Promise.race([begun.catch(() => undefined), ended]);
}

/** Headers of one name are one value to Playwright; cookies it parts at line ends. */
function joined(pairs: readonly HeaderPair[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    const before = headers[key];
    const between = key === "set-cookie" ? "\n" : ", ";
    headers[key] = before === undefined ? value : `${before}${between}${value}`;
  }
  return headers;
}

function cannotShow(kind: Exclude<BodyDelivery["kind"], "whole">, address: string): HarnessError {
  const effects = { cut: "cut-body", stalled: "stalled-body", slow: "slow-body" } as const;
  return new HarnessError(
    "bad-fault-plan",
    `the mount route cannot show the effect ${effects[kind]}: it hands over whole bodies only`,
    { place: address, hint: "It takes real sockets: --mount proxy." },
  );
}

/** The abort reason that Playwright takes for each failure; there is none for a certificate. */
const reasons: Readonly<Record<NetworkFaultCode, string>> = {
  ECONNREFUSED: "connectionrefused",
  ECONNRESET: "connectionreset",
  ENOTFOUND: "namenotresolved",
  ETIMEDOUT: "timedout",
  ERR_TLS_CERT_ALTNAME_INVALID: "connectionfailed",
  UND_ERR_SOCKET: "connectionclosed",
};
