/**
 * The calls of a page to its sign-in library, reconstructed from its requests. A scenario makes
 * the calls of its clients itself; those of a user's own page are invisible. But a refresh
 * request is a silent call, an authorize request in a window is a sign-in, and a token that is
 * shown to an API was available: enough for most rules to judge by. Calls that end without a
 * request, in an error or with an unused token, stay unseen.
 */
import type { ExchangeBegan, ExchangeEnded, HistoryEvent } from "../../history/event.ts";
import type { Cause } from "../../history/ledger.ts";
import type { Service } from "../../core/http/service.ts";
import { createOpenCalls } from "./open-page-calls.ts";
import {
  causeOfRequest,
  type PageCallsParts,
  type PageCallsState,
} from "./page-call-of-request.ts";

export interface PageCalls {
  /** The service, with each request recorded as its call's. */
  readonly around: (service: Service) => Service;
  /** The number of the sign-in that is under way in a window. */
  readonly signInAt: (window: string) => number | undefined;
  /** Ends the calls that have failed, without waiting for a further request of theirs. */
  readonly settle: () => void;
}

/** Creates the record of a page's calls, and listens to the recorder from now on. */
export function createPageCalls(parts: PageCallsParts): PageCalls {
  const { recorder } = parts;
  const calls = createOpenCalls(parts);
  const state: PageCallsState = { ...parts, calls, tokens: new Map(), lastUser: undefined };
  const began = new Map<number, ExchangeBegan>();
  const causes = new WeakMap<Request, Promise<Cause | undefined>>();

  recorder.listen((event: HistoryEvent) => {
    if (event.kind === "exchange-began") began.set(event.exchange, event);
    else if (event.kind === "exchange-ended") {
      const request = began.get(event.exchange);
      began.delete(event.exchange);
      if (request !== undefined) followAnswer(state, request, event);
    } else if (event.kind === "tab-changed" && event.change !== "opened") calls.leave(event.tab);
  });

  const inContext = async <T>(request: Request, work: () => Promise<T>): Promise<T> => {
    // A connection and the request over it have the same cause.
    const known = causes.get(request) ?? causeOfRequest(state, request);
    causes.set(request, known);
    const cause = await known;
    return cause === undefined ? work() : recorder.causedBy(cause, work);
  };

  return {
    around: (service) => ({
      connect: (attempt) => inContext(attempt, () => service.connect(attempt)),
      handle: (request) => inContext(request, () => service.handle(request)),
    }),
    signInAt: (window) =>
      calls.find((call) => call.kind === "window" && call.origin.window === window)?.operation,
    settle: calls.settle,
  };
}

/** Draws from the end of an exchange what becomes of the call behind it. */
function followAnswer(state: PageCallsState, request: ExchangeBegan, event: ExchangeEnded): void {
  const { calls, tokens } = state;
  const call = request.operation === undefined ? undefined : calls.get(request.operation);
  if (call === undefined) return;
  const { issued, error, end } = event;
  if (issued?.token !== undefined || issued?.idToken === true) {
    const user = issued.user ?? call.request.user;
    state.lastUser = user ?? state.lastUser;
    if (issued.token !== undefined)
      tokens.set(issued.token.accessToken, { call, user, isFresh: true });
    calls.succeed(call, { token: issued.token, user });
  } else if (request.endpoint === "authorize" && error === undefined && isSuccess(end)) {
    if (!redirects(end)) return;
    // The history does not show what the implicit flow brings back.
    if (call.request.isForCode) call.hasCode = true;
    else calls.forget(call);
  } else if (end.kind === "abandoned") calls.giveUp(call);
  // A person may try again at a page that shows an error: the sign-in ends with its window.
  else if (call.kind !== "window" || request.endpoint === "token" || error !== undefined)
    calls.fail(call, { code: codeOf(event), isOAuth: error !== undefined });
}

function isSuccess(end: ExchangeEnded["end"]): boolean {
  return end.kind === "response" && end.status < 400 && end.cut === undefined;
}

/** Whether it leads back to the application, with what that has asked for. */
function redirects(end: ExchangeEnded["end"]): boolean {
  return end.kind === "response" && end.headers.some(([name]) => name === "location");
}

/** A code for how it ended: the service's own error, else what happened on the wire. */
function codeOf({ error, end }: ExchangeEnded): string {
  if (error !== undefined) return error.error;
  if (end.kind === "response") return end.cut === undefined ? `http_${end.status}` : "cut_off";
  return end.kind === "network-fault" ? end.code : end.kind;
}
