/** A small history that tests of journals, HAR files and reports share: one throttled daemon. */
import type { History, HistoryEvent } from "../../harness/history/event.ts";
import type { JournalHeader } from "../../harness/history/header.ts";

/** 2 March 2026, 08:00:00 UTC. */
export const STARTED_AT = Date.UTC(2026, 2, 2, 8);

type Loose = HistoryEvent extends infer Event
  ? Event extends HistoryEvent
    ? Omit<Event, "index" | "at"> & { readonly afterMs: number }
    : never
  : never;

/** A history from events that say how long after the start they happened. */
export function historyOf(events: readonly Loose[], header: Partial<JournalHeader> = {}): History {
  return {
    header: {
      schema: "brownout/journal/1",
      brownout: "0.1.0",
      scenario: "token-throttled",
      client: { name: "msal-node", version: "7.2.1" },
      mount: "direct",
      seed: "1",
      startedAt: STARTED_AT,
      asserts: ["retry-after"],
      ...header,
    },
    events: events.map(
      ({ afterMs, ...event }, index) =>
        ({ index, at: STARTED_AT + afterMs, ...event }) as HistoryEvent,
    ),
  };
}

const TOKEN_URL = "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token";

const asked = {
  kind: "exchange-began",
  client: "nightly-daemon-1",
  method: "POST",
  url: TOKEN_URL,
  host: "login.microsoftonline.com",
  endpoint: "token",
  tenant: "contoso.example",
  app: "11111111-0000-4000-8000-000000000001",
  grant: "client_credentials",
  scope: "https://graph.microsoft.com/.default",
  headers: [["content-type", "application/x-www-form-urlencoded"]],
  form: { grant_type: "client_credentials", client_secret: "<redacted>" },
} as const;

const called = {
  kind: "operation-invoked",
  client: "nightly-daemon-1",
  flow: "client-credentials",
  app: "11111111-0000-4000-8000-000000000001",
  tenant: "contoso",
  scopes: ["https://graph.microsoft.com/.default"],
} as const;

/** The daemon is throttled for a minute, asks again after 5 s, is refused a connection, then gets its token. */
export function throttledDaemon(header: Partial<JournalHeader> = {}): History {
  return historyOf(
    [
      {
        afterMs: 0,
        kind: "fault-began",
        window: {
          id: "throttled",
          at: "primary",
          on: ["token"],
          from: 0,
          for: 60_000,
          effect: {
            kind: "throttle",
            retryAfter: { form: "seconds", seconds: 60 },
            body: { form: "empty" },
          },
        },
      },
      { afterMs: 0, ...called, operation: 1 },
      { afterMs: 0, ...asked, exchange: 1, operation: 1 },
      {
        afterMs: 40,
        kind: "exchange-ended",
        exchange: 1,
        end: {
          kind: "response",
          status: 429,
          headers: [["retry-after", "60"]],
          bodyForm: "empty",
          body: "",
        },
        servedBy: "primary",
        faults: ["throttled"],
        retryAfter: { raw: "60", ms: 60_000 },
      },
      {
        afterMs: 40,
        kind: "operation-completed",
        operation: 1,
        outcome: "fail",
        error: {
          name: "ServerError",
          code: "http_error",
          message: "the server answered 429",
          interactionRequired: false,
        },
      },
      { afterMs: 5_000, ...called, operation: 2 },
      { afterMs: 5_000, ...asked, exchange: 2, operation: 2 },
      {
        afterMs: 5_000,
        kind: "exchange-ended",
        exchange: 2,
        end: { kind: "network-fault", code: "ECONNREFUSED" },
        servedBy: "edge",
      },
      { afterMs: 60_000, kind: "fault-ended", window: "throttled" },
      { afterMs: 60_000, kind: "faults-cleared" },
      { afterMs: 61_000, ...asked, exchange: 3, operation: 2 },
      {
        afterMs: 61_050,
        kind: "exchange-ended",
        exchange: 3,
        end: {
          kind: "response",
          status: 200,
          headers: [["content-type", "application/json; charset=utf-8"]],
          bodyForm: "json",
          body: '{"token_type":"Bearer","expires_in":3599,"access_token":"at-0123456789ab"}',
        },
        servedBy: "primary",
        issued: { token: { accessToken: "at-0123456789ab", expiresAt: STARTED_AT + 3_660_050 } },
      },
      {
        afterMs: 61_050,
        kind: "operation-completed",
        operation: 2,
        outcome: "ok",
        token: { accessToken: "at-0123456789ab", expiresAt: STARTED_AT + 3_660_050 },
        fromCache: false,
      },
    ],
    header,
  );
}
