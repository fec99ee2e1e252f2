/**
 * The calls of pages that are under way, told by their requests (`page-calls.ts`): their
 * beginning and their end in the history.
 */
import type { OperationCounter } from "../../clients/application.ts";
import { seconds } from "../../core/time/duration.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import type { VirtualTimer } from "../../core/time/virtual-timers.ts";
import type { Flow, TokenFacts } from "../../history/event.ts";
import type { Recorder } from "../../history/recorder.ts";
import type { Place } from "./page-calls.ts";

/** A call under way. */
export interface PageCall {
  readonly operation: number;
  /** `silent`, by refresh token; `hidden`, in an iframe; `window`, before a person. */
  readonly kind: "silent" | "hidden" | "window";
  readonly place: Place;
  readonly wish: {
    /** Client id. */
    readonly app: string;
    /** The tenant as the address names it. */
    readonly tenant: string;
    /** Home account id. */
    readonly user: string | undefined;
    readonly scopes: readonly string[];
    /** It carries a claims challenge. */
    readonly claims: boolean;
    /** It wants a code to redeem, and not a token at once. */
    readonly isForCode: boolean;
  };
  /** The service has given a code for it, which is not redeemed. */
  isCoded: boolean;
  /** Its last request has failed, and nothing has followed yet. */
  failed?: CallFailure;
}

export interface CallFailure {
  readonly code: string;
  /** By an error of OAuth, not by a service that is ill. */
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
    place: Place,
    wish: PageCall["wish"],
  ) => PageCall;
  readonly get: (operation: number) => PageCall | undefined;
  /** The last one begun that is so. */
  readonly find: (isIt: (call: PageCall) => boolean) => PageCall | undefined;
  /** It has sent another request. */
  readonly goOn: (call: PageCall) => PageCall;
  readonly succeed: (call: PageCall, result: CallResult) => void;
  /** It fails, unless a request of its own follows at once. */
  readonly fail: (call: PageCall, failure: CallFailure) => void;
  /** Its end will not be seen. */
  readonly forget: (call: PageCall) => void;
  /** Its page wants no answer any more. */
  readonly giveUp: (call: PageCall) => void;
  /** A window was loaded anew, or closed. */
  readonly leave: (window: string) => void;
  /** Those that have failed are over. */
  readonly settle: () => void;
}

export interface OpenCallsParts {
  readonly recorder: Pick<Recorder, "emit">;
  readonly operations: OperationCounter;
  readonly clock: Pick<VirtualClock, "setTimer">;
  readonly client: string;
}

/** Libraries go on at once: MSAL asks again after 100 ms. */
const GRACE_MS = 250;
/** A code is redeemed as soon as the page has it, which may have to load first. */
const REDEEMED_WITHIN_MS = seconds(5);

/** None is under way. */
export function createOpenCalls({
  recorder,
  operations,
  clock,
  client,
}: OpenCallsParts): OpenCalls {
  const open = new Map<number, PageCall>();
  const timers = new Map<PageCall, VirtualTimer>();

  const forget = (call: PageCall): void => {
    timers.get(call)?.cancel();
    timers.delete(call);
    open.delete(call.operation);
  };

  /** False when the run is over. */
  const close = (call: PageCall): boolean => {
    forget(call);
    return operations.open.delete(call.operation);
  };

  const end = (call: PageCall): void => {
    const { operation, failed } = call;
    if (!close(call)) return;
    const code = failed?.code ?? "no_answer";
    recorder.emit({
      kind: "operation-completed",
      operation,
      outcome: "fail",
      error: {
        name: "ToldByRequests",
        code,
        message: `${code}: what its requests came to`,
        // What its library made of it nobody knows; what the service said stands on the wire.
        interactionRequired: false,
      },
    });
  };

  const endIn = (call: PageCall, waitMs: number): void => {
    timers.get(call)?.cancel();
    timers.set(
      call,
      clock.setTimer(() => end(call), waitMs),
    );
  };

  const settle = (of: (call: PageCall) => boolean = () => true): void => {
    for (const call of open.values()) if (call.failed !== undefined && of(call)) end(call);
  };

  return {
    begin(kind, flow, place, wish) {
      // Whatever comes next in this tab, its failed calls are over.
      settle((call) => call.place.tab === place.tab);
      const operation = operations.next();
      operations.open.add(operation);
      const call: PageCall = { operation, kind, place, wish, isCoded: false };
      open.set(operation, call);
      const { app, tenant, user, scopes, claims } = wish;
      recorder.emit({
        kind: "operation-invoked",
        operation,
        client,
        flow,
        app,
        tenant,
        ...(user === undefined ? {} : { user }),
        scopes,
        ...(claims ? { claims: true as const } : {}),
        tab: place.tab,
        told: "by-requests",
      });
      return call;
    },
    get: (operation) => open.get(operation),
    find: (isIt) => [...open.values()].findLast(isIt),
    goOn(call) {
      timers.get(call)?.cancel();
      delete call.failed;
      return call;
    },
    succeed(call, { token, user, fromCache }) {
      if (!close(call)) return;
      recorder.emit({
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
      endIn(call, GRACE_MS);
    },
    forget,
    giveUp(call) {
      if (!close(call)) return;
      recorder.emit({
        kind: "operation-completed",
        operation: call.operation,
        outcome: "unknown",
        reason: "caller-timeout",
      });
    },
    leave(window) {
      for (const call of open.values()) {
        const { place } = call;
        if (place.window === window && call.kind === "window") {
          // The way back to the application leads over its redirect page, too.
          if (call.isCoded) endIn(call, REDEEMED_WITHIN_MS);
          else end(call);
        } else if (place.tab === window && call.failed !== undefined) end(call);
      }
    },
    settle: () => settle(),
  };
}
