/**
 * The calls of a page to its sign-in library, as far as its requests tell of them. A scenario
 * makes the calls of its clients itself; of an application of somebody else's nobody sees one.
 * But a refresh request is a silent call, an authorize request in a window is a sign-in, and
 * a token that an API is shown was at hand: enough for most rules to judge by. What stays
 * unseen: calls that end without a request, in an error or with a token that goes nowhere.
 */
import { isChallenge } from "../../rules/claims-challenge.ts";
import type { OperationCounter } from "../../clients/application.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import type { ExchangeBegan, ExchangeEnded, HistoryEvent } from "../../history/event.ts";
import { fingerprint } from "../../history/redact.ts";
import type { Recorder } from "../../history/recorder.ts";
import { describeRequest, type EntraRequest } from "../../entra/request/endpoint.ts";
import type { Service } from "../../core/http/service.ts";
import { createOpenCalls, type PageCall } from "./open-page-calls.ts";

/** Where a page's request comes from. */
export interface Place {
  /** The tab of the application; of a popup, the tab that opened it. */
  readonly tab: string;
  /** The tab itself, or the popup. */
  readonly window: string;
  /** From a frame inside the window's own document. */
  readonly isChild: boolean;
}

export interface PageCalls {
  /** The service, with each request recorded as its call's. */
  readonly around: (service: Service) => Service;
  /** The number of the sign-in that is under way in a window. */
  readonly signInAt: (window: string) => number | undefined;
  /** Calls that have failed are over: nothing more is waited for. */
  readonly settle: () => void;
}

export interface PageCallsParts {
  readonly recorder: Recorder;
  readonly operations: OperationCounter;
  readonly clock: Pick<VirtualClock, "setTimer">;
  /** As the history names the application. */
  readonly client: string;
  /** Where a request comes from; nothing for one of no page. */
  readonly placeOf: (request: Request) => Promise<Place | undefined>;
}

/** What is known of a token: who got it for what, and the tab of the call that has just got it. */
interface Issued {
  readonly call: PageCall;
  readonly user: string | undefined;
  fresh: boolean;
}

/** No call yet. */
export function createPageCalls(parts: PageCallsParts): PageCalls {
  const { recorder, client, placeOf } = parts;
  const calls = createOpenCalls(parts);
  const tokens = new Map<string, Issued>();
  const began = new Map<number, ExchangeBegan>();
  const causes = new WeakMap<Request, Promise<number | undefined>>();
  let lastUser: string | undefined;

  recorder.listen((event: HistoryEvent) => {
    if (event.kind === "exchange-began") began.set(event.exchange, event);
    else if (event.kind === "exchange-ended") hear(event);
    else if (event.kind === "tab-changed" && event.change !== "opened") calls.leave(event.tab);
  });

  const hear = (event: ExchangeEnded): void => {
    const request = began.get(event.exchange);
    began.delete(event.exchange);
    const call = request?.operation === undefined ? undefined : calls.get(request.operation);
    if (request === undefined || call === undefined) return;
    const { issued, error, end } = event;
    if (issued?.token !== undefined || issued?.idToken === true) {
      const user = issued.user ?? call.wish.user;
      lastUser = user ?? lastUser;
      if (issued.token !== undefined)
        tokens.set(issued.token.accessToken, { call, user, fresh: true });
      calls.succeed(call, { token: issued.token, user });
    } else if (request.endpoint === "authorize" && error === undefined && isFine(end)) {
      if (!leadsBack(end)) return;
      // What the implicit flow brings back no history shows.
      if (call.wish.isForCode) call.isCoded = true;
      else calls.forget(call);
    } else if (end.kind === "abandoned") calls.giveUp(call);
    // A person may try again at a page that is ill: the sign-in ends with its window.
    else if (call.kind !== "window" || request.endpoint === "token" || error !== undefined)
      calls.fail(call, { code: codeOf(event), isOAuth: error !== undefined });
  };

  const numberOf = async (request: Request): Promise<number | undefined> => {
    const described = await describeRequest(request);
    if (described.preflight === true) return undefined;
    const place = await placeOf(request);
    if (place === undefined) return undefined;
    switch (described.endpoint) {
      case "authorize":
        return authorizing(described, place).operation;
      case "token":
        return redeeming(described, place)?.operation;
      case "resource":
      case "userinfo":
        use(request, place);
        return undefined;
      default:
        return undefined;
    }
  };

  const authorizing = (described: EntraRequest, place: Place): PageCall => {
    if (place.isChild) {
      // Where a refresh token was refused, the library asks the session next.
      const refused = calls.find(
        ({ kind, place: { tab }, failed }) =>
          kind === "silent" && tab === place.tab && failed?.isOAuth === true,
      );
      return refused === undefined
        ? calls.begin("hidden", "sso-silent", place, wishOf(described, undefined))
        : calls.goOn(refused);
    }
    const underway = calls.find(
      (call) => call.kind === "window" && call.place.window === place.window,
    );
    if (underway !== undefined) return calls.goOn(underway);
    const flow = place.window === place.tab ? "redirect" : "popup";
    return calls.begin("window", flow, place, wishOf(described, undefined));
  };

  const redeeming = (described: EntraRequest, place: Place): PageCall | undefined => {
    const { grant } = described;
    const ofTab = (call: PageCall): boolean => call.place.tab === place.tab;
    if (grant === "authorization_code") {
      const coded = calls.find((call) => ofTab(call) && call.isCoded);
      const call = coded ?? calls.find((one) => ofTab(one) && one.kind !== "silent");
      return call === undefined ? undefined : calls.goOn(call);
    }
    if (grant !== "refresh_token") return undefined;
    const wish = wishOf(described, lastUser);
    // The library's own second attempt, after no answer that it could read.
    const again = calls.find(
      (call) =>
        ofTab(call) &&
        call.kind === "silent" &&
        call.failed?.isOAuth === false &&
        call.wish.scopes.join(" ") === wish.scopes.join(" "),
    );
    return again === undefined ? calls.begin("silent", "silent", place, wish) : calls.goOn(again);
  };

  /** An API is shown a token: it was at hand, unless a call has just got it. */
  const use = (request: Request, place: Place): void => {
    const [, raw] = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    const token = raw === undefined ? undefined : recorder.factsOf(raw);
    const issued = token === undefined ? undefined : tokens.get(fingerprint("at", raw ?? ""));
    if (token === undefined || issued === undefined) return;
    const isNew = issued.fresh && issued.call.place.tab === place.tab;
    issued.fresh = false;
    if (isNew) return;
    const { call, user } = issued;
    const wish = { ...call.wish, user, claims: false };
    calls.succeed(calls.begin("silent", "silent", place, wish), { token, user, fromCache: true });
  };

  const inContext = async <T>(request: Request, work: () => Promise<T>): Promise<T> => {
    // A connection and the request over it are one.
    const known = causes.get(request) ?? numberOf(request);
    causes.set(request, known);
    const operation = await known;
    if (operation === undefined) return work();
    return recorder.causedBy({ client, operation }, work);
  };

  return {
    around: (service) => ({
      connect: (attempt) => inContext(attempt, () => service.connect(attempt)),
      handle: (request) => inContext(request, () => service.handle(request)),
    }),
    signInAt: (window) =>
      calls.find((call) => call.kind === "window" && call.place.window === window)?.operation,
    settle: calls.settle,
  };
}

function wishOf(
  { app = "", tenant = "", scope = "", user, parameters }: EntraRequest,
  lastUser: string | undefined,
): PageCall["wish"] {
  const hint = Object.entries(parameters).find(([name]) => /^x-anchormailbox$/i.test(name))?.[1];
  const [, oid, tid] = /^\s*"?oid:\s*([^@\s]+)@([^"\s]+)/i.exec(hint ?? "") ?? [];
  const home = oid === undefined ? undefined : `${oid}.${tid}`.toLowerCase();
  return {
    app,
    tenant,
    user: home ?? (user === undefined || lastUser?.startsWith(user) ? lastUser : undefined),
    scopes: scope.split(/\s+/).filter((name) => name !== ""),
    claims: isChallenge(parameters["claims"]),
    isForCode: (parameters["response_type"] ?? "code").split(" ").includes("code"),
  };
}

function isFine(end: ExchangeEnded["end"]): boolean {
  return end.kind === "response" && end.status < 400 && end.cut === undefined;
}

/** The way back to the application, with whatever it has asked for. */
function leadsBack(end: ExchangeEnded["end"]): boolean {
  return end.kind === "response" && end.headers.some(([name]) => name === "location");
}

/** How it ended, in a word: the service's own, else the wire's. */
function codeOf({ error, end }: ExchangeEnded): string {
  if (error !== undefined) return error.error;
  if (end.kind === "response") return end.cut === undefined ? `http_${end.status}` : "cut_off";
  return end.kind === "network-fault" ? end.code : end.kind;
}
