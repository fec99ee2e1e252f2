/**
 * Golden histories for the tests of the rules: tells a run as it happened, step by step,
 * and fills in what a real recorder would have written. Only tests use it; `story-wire.ts` has the wire.
 */
import type {
  FaultBegan,
  History,
  HistoryEvent,
  JournalHeader,
  OperationCompleted,
  PromptShown,
  TokenFacts,
  TokenPresented,
  WorldChanged,
} from "../history/event.ts";
import {
  replyFacts,
  requestFacts,
  tenant,
  wishOf,
  type Ask,
  type Call,
  type Reply,
} from "./testing-story-wire.ts";

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

type Unplaced<Event> = Event extends HistoryEvent ? Omit<Event, "index" | "at"> : never;

export type Story = ReturnType<typeof story>;

/** Begins a story; its header is that of scenario `story` at 2026-03-02T08:00:00Z. */
export function story(header: Partial<JournalHeader> = {}) {
  const startedAt = header.startedAt ?? Date.UTC(2026, 2, 2, 8);
  const events: HistoryEvent[] = [];
  const wishes = new Map<number, ReturnType<typeof wishOf>>();
  const issuedTo = new Map<number, TokenFacts>();
  const lastIssued = new Map<string, TokenFacts>();
  let now = startedAt;
  let operations = 0;
  let exchanges = 0;
  let tokens = 0;

  const tell = (event: Unplaced<HistoryEvent>): number => {
    const index = events.length;
    events.push({ index, at: now, ...event } as HistoryEvent);
    return index;
  };

  /** Moves to `hh:mm:ss` after the start; hours may pass 24. */
  const at = (clock: string): void => {
    const [hours = 0, minutes = 0, seconds = 0] = clock.split(":").map(Number);
    const next = startedAt + ((hours * 60 + minutes) * 60 + seconds) * 1_000;
    if (!(next >= now)) throw new Error(`story goes back in time, or "${clock}" is no time`);
    now = next;
  };

  /** A token issued now; lifetimes in seconds. */
  const token = (
    lifetimes: { expiresIn?: number; extExpiresIn?: number; refreshIn?: number } = {},
  ): TokenFacts => ({
    accessToken: `at-${String((tokens += 1)).padStart(12, "0")}`,
    expiresAt: now + (lifetimes.expiresIn ?? 3_600) * 1_000,
    ...(lifetimes.extExpiresIn === undefined
      ? {}
      : { extendedExpiresAt: now + lifetimes.extExpiresIn * 1_000 }),
    ...(lifetimes.refreshIn === undefined ? {} : { refreshAt: now + lifetimes.refreshIn * 1_000 }),
  });

  const operation = (call: Call = {}): ToldOperation => {
    const number = (operations += 1);
    const wish = wishOf(call);
    wishes.set(number, wish);
    tell({ kind: "operation-invoked", operation: number, ...wish });
    const base = { kind: "operation-completed", operation: number } as const;
    return {
      operation: number,
      ok({ token: given, fromCache, user } = {}) {
        const granted = given ?? issuedTo.get(number) ?? lastIssued.get(wishKey(wish));
        tell({
          ...base,
          outcome: "ok",
          ...(granted === undefined || granted === "none" ? {} : { token: granted }),
          ...(fromCache === undefined ? {} : { fromCache }),
          ...(user === undefined ? {} : { user }),
        });
      },
      fails(error = {}) {
        const told = { name: "ServerError", code: "90033", message: "90033", ...error };
        tell({
          ...base,
          outcome: "fail",
          error: { ...told, interactionRequired: error.interactionRequired ?? false },
        });
      },
      unknown: (reason = "run-ended") => void tell({ ...base, outcome: "unknown", reason }),
    };
  };

  const request = (ask: Ask = {}): ToldRequest => {
    const number = (exchanges += 1);
    const wish =
      (ask.by && wishes.get(ask.by.operation)) ?? wishOf({ flow: "client-credentials", ...ask });
    const began = requestFacts({ ...wish, ...ask });
    tell({
      kind: "exchange-began",
      exchange: number,
      ...(ask.anonymous === true ? {} : { client: ask.client ?? wish.client }),
      ...(ask.by === undefined || ask.anonymous === true ? {} : { operation: ask.by.operation }),
      ...began,
    });
    return {
      exchange: number,
      answered(reply = {}) {
        const ended = replyFacts(reply, now);
        const good =
          began.endpoint === "token" &&
          ended.end.kind === "response" &&
          ended.end.status === 200 &&
          ended.end.cut === undefined;
        const issued = reply.issued ?? (good ? { token: token() } : "nothing");
        tell({
          kind: "exchange-ended",
          exchange: number,
          ...ended,
          ...(issued === "nothing" ? {} : { issued }),
        });
        if (issued === "nothing" || issued.token === undefined) return;
        lastIssued.set(wishKey(wish), issued.token);
        if (ask.by !== undefined) issuedTo.set(ask.by.operation, issued.token);
      },
    };
  };

  return {
    at,
    after: (ms: number): void => void (now += ms),
    token,
    operation,
    /** A request that has no answer yet. */
    request,
    /** A request and its answer, `takesMs` later (at once when absent). */
    exchange: (told: Ask & Reply & { readonly takesMs?: number } = {}): void => {
      const underway = request(told);
      now += told.takesMs ?? 0;
      underway.answered(told);
    },
    /** A fault window opens; end it with the function that comes back. */
    fault: (window: Partial<FaultBegan["window"]> & { readonly id: string }): (() => void) => {
      const { id } = window;
      const whole = {
        at: "primary",
        on: ["token"],
        from: now - startedAt,
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
    /** Retry-After as an HTTP-date, so many seconds from now. */
    httpDate: (seconds: number): string => new Date(now + seconds * 1_000).toUTCString(),
    history: (): History => ({
      header: { ...defaultHeader, startedAt, ...header },
      events: [...events],
    }),
  };
}

const defaultHeader = {
  schema: "brownout/journal/1",
  brownout: "0.1.0",
  scenario: "story",
  client: { name: "story", version: "1.0.0" },
  mount: "direct",
  seed: "story",
  asserts: [],
} as const;

function wishKey(wish: Call): string {
  return JSON.stringify([wish.client, wish.app, wish.tenant, wish.user, wish.scopes]);
}
