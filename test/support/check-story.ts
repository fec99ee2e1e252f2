/**
 * Golden histories for the tests of the rules: tells a run as it happened, step by step,
 * and fills in what a real recorder would have written. Only tests use it; `testing-story-wire.ts` has the wire.
 */
import type { Screen, TabChanged } from "../../harness/history/browser-events.ts";
import type {
  FaultBegan,
  History,
  JournalHeader,
  OperationCompleted,
  PromptShown,
  TokenFacts,
  TokenPresented,
} from "../../harness/history/event.ts";
import type { WorldChanged } from "../../harness/history/world-changed.ts";
import { createTeller, type Teller } from "./check-story-teller.ts";
import {
  replyFacts,
  requestFacts,
  tenant,
  wishOf,
  type Ask,
  type Call,
  type Reply,
} from "./check-story-wire.ts";

/** A call that has begun; end it with one of the three. */
export interface ToldOperation {
  readonly operation: number;
  /** Ends with the token that this call was issued, else with the last one issued for the same wish. */
  ok(result?: {
    readonly token?: TokenFacts | "none";
    readonly fromCache?: boolean;
    readonly user?: string;
  }): void;
  /** Ends with an error; code `90033` and no interaction asked for unless told otherwise. */
  fails(error?: Partial<Extract<OperationCompleted, { outcome: "fail" }>["error"]>): void;
  unknown(reason?: "run-ended" | "caller-timeout"): void;
}

/** A request underway. */
export interface ToldRequest {
  readonly exchange: number;
  answered(reply?: Reply): void;
}

export type Story = ReturnType<typeof story>;

/** Begins a story; its header is that of scenario `story` at 2026-03-02T08:00:00Z. */
export function story(header: Partial<JournalHeader> = {}) {
  const teller = createTeller(header.startedAt ?? Date.UTC(2026, 2, 2, 8));
  return {
    at: teller.moveTo,
    after: teller.moveBy,
    token: teller.token,
    operation: (call: Call = {}): ToldOperation => tellOperation(teller, call),
    /** A request that has no answer yet. */
    request: (ask: Ask = {}): ToldRequest => tellRequest(teller, ask),
    /** A request and its answer, `takesMs` later (at once when absent). */
    exchange: (told: Ask & Reply & { readonly takesMs?: number } = {}): void => {
      const underway = tellRequest(teller, told);
      teller.moveBy(told.takesMs ?? 0);
      underway.answered(told);
    },
    ...marksBy(teller),
    /** Retry-After as an HTTP-date, so many seconds from now. */
    httpDate: (seconds: number): string => new Date(teller.now() + seconds * 1_000).toUTCString(),
    history: (): History => ({
      header: { ...defaultHeader, startedAt: teller.startedAt, ...header },
      events: [...teller.events],
    }),
  };
}

function tellOperation(teller: Teller, call: Call): ToldOperation {
  const operation = teller.next("operation");
  const wish = wishOf(call);
  teller.wishes.set(operation, wish);
  teller.tell({ kind: "operation-invoked", operation, ...wish });
  const base = { kind: "operation-completed", operation } as const;
  return {
    operation,
    ok({ token: given, fromCache, user } = {}) {
      const granted = given ?? teller.issuedFor(wish, operation);
      teller.tell({
        ...base,
        outcome: "ok",
        ...(granted === undefined || granted === "none" ? {} : { token: granted }),
        ...(fromCache === undefined ? {} : { fromCache }),
        ...(user === undefined ? {} : { user }),
      });
    },
    fails(error = {}) {
      const told = { name: "ServerError", code: "90033", message: "90033", ...error };
      teller.tell({
        ...base,
        outcome: "fail",
        error: { ...told, interactionRequired: error.interactionRequired ?? false },
      });
    },
    unknown: (reason = "run-ended") => void teller.tell({ ...base, outcome: "unknown", reason }),
  };
}

function tellRequest(teller: Teller, ask: Ask): ToldRequest {
  const exchange = teller.next("exchange");
  const wish =
    (ask.by && teller.wishes.get(ask.by.operation)) ??
    wishOf({ flow: "client-credentials", ...ask });
  const began = requestFacts({ ...wish, ...ask });
  teller.tell({
    kind: "exchange-began",
    exchange,
    ...(ask.anonymous === true ? {} : { client: ask.client ?? wish.client }),
    ...(ask.by === undefined || ask.anonymous === true ? {} : { operation: ask.by.operation }),
    ...began,
  });
  return {
    exchange,
    answered(reply = {}) {
      const ended = replyFacts(reply, teller.now());
      const good =
        began.endpoint === "token" &&
        ended.end.kind === "response" &&
        ended.end.status === 200 &&
        ended.end.cut === undefined;
      const issued = reply.issued ?? (good ? { token: teller.token() } : "nothing");
      teller.tell({
        kind: "exchange-ended",
        exchange,
        ...ended,
        ...(issued === "nothing" ? {} : { issued }),
      });
      if (issued === "nothing" || issued.token === undefined) return;
      teller.issue(wish, ask.by?.operation, issued.token);
    },
  };
}

/** What is told in one event. */
function marksBy(teller: Teller) {
  const { tell } = teller;
  return {
    /** A fault window opens; end it with the function that comes back. */
    fault: (window: Partial<FaultBegan["window"]> & { readonly id: string }): (() => void) => {
      const { id } = window;
      const whole = {
        at: "primary",
        on: ["token"],
        from: teller.now() - teller.startedAt,
        for: 600_000,
        effect: { kind: "hang" },
        ...window,
      } as const;
      tell({ kind: "fault-began", window: whole });
      return () => void tell({ kind: "fault-ended", window: id });
    },
    cleared: (): void => void tell({ kind: "faults-cleared" }),
    prompt: (shown: Partial<Omit<PromptShown, "kind" | "index" | "at">> = {}): void =>
      void tell({ kind: "prompt-shown", client: "app-1", prompt: "none-given", ...shown }),
    restarted: (client = "app-1", persisted: "cache" | "nothing" = "nothing"): void =>
      void tell({ kind: "client-restarted", client, persisted }),
    /** The person's browser ends and starts again. */
    browserRestarted: (persisted: "cache" | "nothing" = "cache", client = "app-1"): void =>
      void tell({ kind: "client-restarted", client, persisted, browser: true }),
    tab: (change: TabChanged["change"], tab = "tab-1"): void =>
      void tell({ kind: "tab-changed", client: "app-1", tab, change }),
    sees: (shows: Screen, tab = "tab-1"): void =>
      void tell({ kind: "screen-seen", client: "app-1", tab, shows }),
    presented: (
      presented: TokenFacts,
      verdict: TokenPresented["verdict"] = "accepted",
      client = "app-1",
    ): void =>
      void tell({ kind: "token-presented", client, accessToken: presented.accessToken, verdict }),
    /** `users` are home account ids; absent means everyone. */
    changed: (change: WorldChanged["change"], users?: readonly string[]): void =>
      void tell({
        kind: "world-changed",
        change,
        tenant,
        ...(users === undefined ? {} : { users: users.map((user) => user.split(".")[0] ?? "") }),
      }),
  };
}

/** The effect of a service that bears one request a minute, for windows of a story. */
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
