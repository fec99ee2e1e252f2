/**
 * Builds the history of an invented run, step by step, for the tests of the rules: each method
 * adds the events that a real recorder would have written, and `history()` returns them.
 */
import type { Screen, TabChanged } from "../../harness/history/browser-events.ts";
import type {
  FaultBegan,
  History,
  OperationCompleted,
  PromptShown,
  TokenFacts,
  TokenPresented,
} from "../../harness/history/event.ts";
import type { JournalHeader } from "../../harness/history/header.ts";
import type { PageError } from "../../harness/history/page-error.ts";
import type { ProcessError } from "../../harness/history/process-error.ts";
import type { WorldChanged } from "../../harness/history/world-changed.ts";
import { createEventWriter, type EventWriter } from "./run-builder-events.ts";
import {
  replyFacts,
  requestFacts,
  tenant,
  withDefaults,
  type Ask,
  type Call,
  type Reply,
} from "./run-builder-wire.ts";

/** A call that has begun; end it with one of the three methods. */
export interface BuiltOperation {
  readonly operation: number;
  /** Ends with the token that this call was issued, else with the last one issued for the same cache key, else with one from before the run; own code reports only what was issued. */
  ok(result?: {
    readonly token?: TokenFacts | "none";
    readonly fromCache?: boolean;
    readonly user?: string;
  }): void;
  /** Ends with an error; by default code `90033`, and no interaction required. */
  fails(error?: Partial<Extract<OperationCompleted, { outcome: "fail" }>["error"]>): void;
  unknown(reason?: "run-ended" | "caller-timeout" | "never-ends"): void;
}

/** A request that has no answer yet. */
export interface BuiltRequest {
  readonly exchange: number;
  answered(reply?: Reply): void;
}

interface Shown {
  readonly verdict?: TokenPresented["verdict"];
  readonly status?: number;
}

const API_HOST = "graph.microsoft.com";

export type RunBuilder = ReturnType<typeof buildRun>;

/** Starts a run of scenario `story` at 2026-03-02T08:00:00Z; `header` overrides fields of the journal header. */
export function buildRun(header: Partial<JournalHeader> = {}) {
  const writer = createEventWriter(header.startedAt ?? Date.UTC(2026, 2, 2, 8));
  return {
    at: writer.moveTo,
    after: writer.moveBy,
    token: writer.token,
    operation: (call: Call = {}): BuiltOperation => addOperation(writer, call),
    /** A request that has no answer yet. */
    request: (ask: Ask = {}): BuiltRequest => addRequest(writer, ask),
    /** A request and its answer, `takesMs` later (at once when absent). */
    exchange: (asked: Ask & Reply & { readonly takesMs?: number } = {}): void => {
      const underway = addRequest(writer, asked);
      writer.moveBy(asked.takesMs ?? 0);
      underway.answered(asked);
    },
    ...singleEvents(writer),
    /** A call sends a token to an API, which judges it and answers 401 if it rejects it, else `status`. */
    shows: (
      by: BuiltOperation,
      token: TokenFacts,
      { verdict = "accepted", status = 200 }: Shown = {},
    ): void => {
      const headers = [["authorization", `Bearer ${token.accessToken}`]] as const;
      const sent = addRequest(writer, { by, endpoint: "resource", host: API_HOST, headers });
      const client = writer.calls.get(by.operation)?.client ?? "app-1";
      singleEvents(writer).presented(token, verdict, client);
      sent.answered({ status: verdict === "accepted" ? status : 401, servedBy: "resource" });
    },
    /** Retry-After as an HTTP-date, so many seconds from now. */
    httpDate: (seconds: number): string => new Date(writer.now() + seconds * 1_000).toUTCString(),
    history: (): History => ({
      header: { ...defaultHeader, startedAt: writer.startedAt, ...header },
      events: [...writer.events],
    }),
  };
}

function addOperation(writer: EventWriter, given: Call): BuiltOperation {
  const operation = writer.next("operation");
  const call = withDefaults(given);
  writer.calls.set(operation, call);
  writer.write({ kind: "operation-invoked", operation, ...call });
  const base = { kind: "operation-completed", operation } as const;
  return {
    operation,
    ok({ token, fromCache, user } = {}) {
      const granted =
        token ??
        writer.issuedFor(call, operation) ??
        (call.flow === "custom" ? undefined : writer.token());
      writer.write({
        ...base,
        outcome: "ok",
        ...(granted === undefined || granted === "none" ? {} : { token: granted }),
        ...(fromCache === undefined ? {} : { fromCache }),
        ...(user === undefined ? {} : { user }),
      });
    },
    fails(error = {}) {
      const whole = { name: "ServerError", code: "90033", message: "90033", ...error };
      writer.write({
        ...base,
        outcome: "fail",
        error: { ...whole, interactionRequired: error.interactionRequired ?? false },
      });
    },
    unknown: (reason = "run-ended") => void writer.write({ ...base, outcome: "unknown", reason }),
  };
}

function addRequest(writer: EventWriter, ask: Ask): BuiltRequest {
  const exchange = writer.next("exchange");
  const call =
    (ask.by && writer.calls.get(ask.by.operation)) ??
    withDefaults({ flow: "client-credentials", ...ask });
  const began = requestFacts({ ...call, ...ask });
  writer.write({
    kind: "exchange-began",
    exchange,
    ...(ask.anonymous === true ? {} : { client: ask.client ?? call.client }),
    ...(ask.by === undefined || ask.anonymous === true ? {} : { operation: ask.by.operation }),
    ...began,
  });
  return {
    exchange,
    answered(reply = {}) {
      const ended = replyFacts(reply, writer.now());
      const good =
        began.endpoint === "token" &&
        ended.end.kind === "response" &&
        ended.end.status === 200 &&
        ended.end.cut === undefined;
      const issued = reply.issued ?? (good ? { token: writer.token() } : "nothing");
      writer.write({
        kind: "exchange-ended",
        exchange,
        ...ended,
        ...(issued === "nothing" ? {} : { issued }),
      });
      if (issued === "nothing" || issued.token === undefined) return;
      writer.issue(call, ask.by?.operation, issued.token);
    },
  };
}

/** The methods that add a single event. */
function singleEvents(writer: EventWriter) {
  const { write } = writer;
  return {
    /** A fault window opens; end it with the function that comes back. */
    fault: (window: Partial<FaultBegan["window"]> & { readonly id: string }): (() => void) => {
      const { id } = window;
      const whole = {
        at: "primary",
        on: ["token"],
        from: writer.now() - writer.startedAt,
        for: 600_000,
        effect: { kind: "hang" },
        ...window,
      } as const;
      write({ kind: "fault-began", window: whole });
      return () => void write({ kind: "fault-ended", window: id });
    },
    cleared: (): void => void write({ kind: "faults-cleared" }),
    /** Time goes on without a database while these operations are open. */
    abandonedWait: (operations: readonly number[]): void => {
      const what = "an answer from 127.0.0.1:5432";
      write({ kind: "wait-abandoned", wait: "socket", what, limitMs: 5_000, operations });
    },
    prompt: (shown: Partial<Omit<PromptShown, "kind" | "index" | "at">> = {}): void =>
      void write({ kind: "prompt-shown", client: "app-1", prompt: "none-given", ...shown }),
    restarted: (client = "app-1", persisted: "cache" | "nothing" = "nothing"): void =>
      void write({ kind: "client-restarted", client, persisted }),
    /** The call cannot read the store of the application's tokens. */
    cannotRead: (by: BuiltOperation, client = "app-1"): void =>
      void write({
        kind: "store-accessed",
        client,
        operation: by.operation,
        access: "read",
        outcome: "fail",
        faults: ["cache-store-down"],
      }),
    /** The person's browser ends and starts again. */
    browserRestarted: (persisted: "cache" | "nothing" = "cache", client = "app-1"): void =>
      void write({ kind: "client-restarted", client, persisted, browser: true }),
    tab: (change: TabChanged["change"], tab = "tab-1", client = "app-1"): void =>
      void write({ kind: "tab-changed", client, tab, change }),
    /** An error that nothing in the page catches. */
    throws: (error: Partial<PageError["error"]> = {}, tab = "tab-1"): void =>
      void write({
        kind: "page-error",
        client: "app-1",
        tab,
        error: { name: "TypeError", message: "token is undefined", ...error },
      }),
    /** Something that nothing catches ends the application's process. */
    dies: (
      ended: Partial<Omit<ProcessError, "error">> & { readonly error?: ProcessError["error"] } = {},
    ): void =>
      void write({
        kind: "process-error",
        client: "app-1",
        by: "rejected",
        error: { name: "TypeError", message: "token is undefined" },
        ...ended,
      }),
    sees: (shows: Screen, tab = "tab-1"): void =>
      void write({ kind: "screen-seen", client: "app-1", tab, shows }),
    /** A bare text in the place of the application. */
    seesUnlike: (tab = "tab-1"): void =>
      void write({ kind: "screen-seen", client: "app-1", tab, shows: "content", unlike: true }),
    presented: (
      presented: TokenFacts,
      verdict: TokenPresented["verdict"] = "accepted",
      client = "app-1",
    ): void =>
      void write({ kind: "token-presented", client, accessToken: presented.accessToken, verdict }),
    /** `users` are home account ids; absent means everyone. */
    changed: (
      change: WorldChanged["change"],
      users?: readonly string[],
      more: Pick<WorldChanged, "overlapMs" | "app"> = {},
    ): void =>
      void write({
        kind: "world-changed",
        change,
        tenant,
        ...(users === undefined ? {} : { users: users.map((user) => user.split(".")[0] ?? "") }),
        ...more,
      }),
  };
}

/** The effect of a service that can answer one request a minute. */
export const limitedCapacity = {
  kind: "capacity",
  requests: 1,
  perMs: 60_000,
  collapsesTo: 1,
  regrowsPerMinute: 1,
  shed: { status: 503, retryAfter: { form: "absent" }, body: { form: "empty" } },
} as const;

const defaultHeader = {
  schema: "brownout/journal/1",
  brownout: "0.1.0",
  scenario: "story",
  client: { name: "story", version: "1.0.0" },
  mount: "direct",
  seed: "story",
  asserts: [],
} as const;
