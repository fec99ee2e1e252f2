/** The calls of pages that are under way, and how their beginning and end are recorded. `page-calls.ts` reconstructs them from requests. */
import type { OperationCounter } from "../../clients/application.ts";
import { seconds } from "../../core/time/duration.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import type { VirtualTimer } from "../../core/time/virtual-timers.ts";
import type { Flow, TokenFacts } from "../../history/event.ts";
import type { Recorder } from "../../history/recorder.ts";
import type { RequestOrigin } from "./request-origin.ts";

/** A call under way. */
export interface PageCall {
  readonly operation: number;
  /** `silent`, by refresh token; `hidden`, in an iframe; `window`, in front of a person. */
  readonly kind: "silent" | "hidden" | "window";
  readonly origin: RequestOrigin;
  /** What it asks for. */
  readonly request: {
    /** Client id. */
    readonly app: string;
    /** The tenant, by the name in the address. */
    readonly tenant: string;
    /** Home account id. */
    readonly user: string | undefined;
    readonly scopes: readonly string[];
    /** Whether it carries a claims challenge. */
    readonly claims: boolean;
    /** Whether it asks for a code to redeem, rather than for a token at once. */
    readonly isForCode: boolean;
  };
  /** Whether the service has issued a code for it that is not redeemed yet. */
  hasCode: boolean;
  /** Present when its last request has failed and no other has followed yet. */
  failed?: CallFailure;
}

export interface CallFailure {
  readonly code: string;
  /** Whether the service answered with an OAuth error, rather than being unhealthy. */
  readonly isOAuth: boolean;
}

export interface CallResult {
  readonly token?: TokenFacts | undefined;
  /** Home account id. */
  readonly user?: string | undefined;
  readonly fromCache?: true;
}

export interface OpenCalls {
  readonly begin: (
    kind: PageCall["kind"],
    flow: Flow,
    origin: RequestOrigin,
    request: PageCall["request"],
  ) => PageCall;
  readonly get: (operation: number) => PageCall | undefined;
  /** The one begun last among those that match. */
  readonly find: (matches: (call: PageCall) => boolean) => PageCall | undefined;
  /** Notes that it has sent another request. */
  readonly goOn: (call: PageCall) => PageCall;
  readonly succeed: (call: PageCall, result: CallResult) => void;
  /** Ends it as failed, unless another request of its own follows at once. */
  readonly fail: (call: PageCall, failure: CallFailure) => void;
  /** Drops it without an end, which no request will show. */
  readonly forget: (call: PageCall) => void;
  /** Ends it as unknown: its page no longer waits for the answer. */
  readonly giveUp: (call: PageCall) => void;
  /** Ends what a window has left behind that was reloaded or closed. */
  readonly leave: (window: string) => void;
  /** Ends those that have failed. */
  readonly settle: () => void;
}

export interface OpenCallsParts {
  readonly recorder: Pick<Recorder, "emit">;
  readonly operations: OperationCounter;
  readonly clock: Pick<VirtualClock, "setTimer">;
  /** The name of the application in the history. */
  readonly client: string;
}

/** Libraries continue at once: MSAL repeats a request after 100 ms. */
const GRACE_MS = 250;
/** A code is redeemed as soon as the page has it, which may have to load first. */
const REDEEMED_WITHIN_MS = seconds(5);

interface State extends OpenCallsParts {
  readonly open: Map<number, PageCall>;
  readonly timers: Map<PageCall, VirtualTimer>;
}

/** Creates the list of calls under way, with none in it. */
export function createOpenCalls(parts: OpenCallsParts): OpenCalls {
  const state: State = { ...parts, open: new Map(), timers: new Map() };
  const { open } = state;
  return {
    begin(kind, flow, origin, request) {
      // A new call in a tab means that its failed calls are over.
      endFailed(state, (call) => call.origin.tab === origin.tab);
      const operation = parts.operations.next();
      parts.operations.open.add(operation);
      const call: PageCall = { operation, kind, origin, request, hasCode: false };
      open.set(operation, call);
      recordBegin(state, call, flow);
      return call;
    },
    get: (operation) => open.get(operation),
    find: (matches) => [...open.values()].findLast(matches),
    goOn(call) {
      state.timers.get(call)?.cancel();
      delete call.failed;
      return call;
    },
    succeed(call, { token, user, fromCache }) {
      if (!close(state, call)) return;
      parts.recorder.emit({
        kind: "operation-completed",
        operation: call.operation,
        outcome: "ok",
        ...(token === undefined ? {} : { token }),
        ...(fromCache === undefined ? {} : { fromCache }),
        ...(user === undefined ? {} : { user }),
      });
    },
    fail(call, failure) {
      call.failed = failure;
      endIn(state, call, GRACE_MS);
    },
    forget: (call) => forget(state, call),
    giveUp(call) {
      if (!close(state, call)) return;
      parts.recorder.emit({
        kind: "operation-completed",
        operation: call.operation,
        outcome: "unknown",
        reason: "caller-timeout",
      });
    },
    leave(window) {
      for (const call of open.values()) {
        const { origin } = call;
        if (origin.window === window && call.kind === "window") {
          // The way back to the application also leads over its redirect page.
          if (call.hasCode) endIn(state, call, REDEEMED_WITHIN_MS);
          else end(state, call);
        } else if (origin.tab === window && call.failed !== undefined) end(state, call);
      }
    },
    settle: () => endFailed(state),
  };
}

function forget({ open, timers }: State, call: PageCall): void {
  timers.get(call)?.cancel();
  timers.delete(call);
  open.delete(call.operation);
}

/** False when the run is over, and the operation has an end already. */
function close(state: State, call: PageCall): boolean {
  forget(state, call);
  return state.operations.open.delete(call.operation);
}

function end(state: State, call: PageCall): void {
  const { operation, failed } = call;
  if (!close(state, call)) return;
  const code = failed?.code ?? "no_answer";
  state.recorder.emit({
    kind: "operation-completed",
    operation,
    outcome: "fail",
    error: {
      name: "ToldByRequests",
      code,
      message: `${code}: what its requests came to`,
      // What its library made of it is unknown; what the service said is in the exchange.
      interactionRequired: false,
    },
  });
}

function endIn(state: State, call: PageCall, waitMs: number): void {
  const { timers, clock } = state;
  timers.get(call)?.cancel();
  timers.set(
    call,
    clock.setTimer(() => end(state, call), waitMs),
  );
}

function endFailed(state: State, matches: (call: PageCall) => boolean = () => true): void {
  for (const call of state.open.values())
    if (call.failed !== undefined && matches(call)) end(state, call);
}

function recordBegin({ recorder, client }: State, call: PageCall, flow: Flow): void {
  const { app, tenant, user, scopes, claims } = call.request;
  recorder.emit({
    kind: "operation-invoked",
    operation: call.operation,
    client: call.origin.server ?? client,
    flow,
    app,
    tenant,
    ...(user === undefined ? {} : { user }),
    scopes,
    ...(claims ? { claims: true as const } : {}),
    ...(call.origin.server === undefined ? { tab: call.origin.tab } : {}),
    told: "by-requests",
  });
}
