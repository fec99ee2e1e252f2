/**
 * A history with what a page draws and says of it, and no more: of a run with ten thousand
 * events, headers and bodies are nine tenths. What is left out is in the journal and the HAR.
 */
import { gzipSync } from "node:zlib";
import type { History, HistoryEvent, TokenFacts } from "../../history/event.ts";
import { emptyCallsOf } from "../../rules/model/success.ts";

/** A history as the page has it: bodies, headers and addresses stay in the journal. */
export interface SlimHistory {
  /** ms since the Unix epoch, virtual. */
  readonly startedAt: number;
  readonly events: readonly SlimEvent[];
  /** The numbers of the calls that ended ok without the token that they were for. */
  readonly empty?: readonly number[];
}

/** An event without its index, which is its place in the list. */
export type SlimEvent = WithoutIndex<HistoryEvent>;

type WithoutIndex<Event> = Event extends unknown ? Omit<Event, "index"> : never;

/** A history as the page shows it: unpacked, with the indices that findings point at. */
export interface PageHistory {
  /** ms since the Unix epoch, virtual. */
  readonly startedAt: number;
  readonly events: readonly HistoryEvent[];
  /** The numbers of the calls that ended ok without the token that they were for. */
  readonly empty?: readonly number[];
}

/** The events in order, each with its kind, its time and what the page says of it. */
export function slimHistory(history: History): SlimHistory {
  const { header, events } = history;
  const empty = emptyCallsOf(history);
  return {
    startedAt: header.startedAt,
    events: events.map(slimEvent),
    ...(empty.size === 0 ? {} : { empty: [...empty] }),
  };
}

/** The history as gzip in base64, byte for byte the same for the same history. */
export function packHistory(history: SlimHistory): string {
  const packed = gzipSync(JSON.stringify(history), { level: 9 });
  // The operating system, which does not belong in a report: 255 is "unknown" (RFC 1952). The
  // time in the header is zero already.
  packed[9] = 255;
  return packed.toString("base64");
}

function slimEvent({ index: _index, ...event }: HistoryEvent): SlimEvent {
  switch (event.kind) {
    case "exchange-began": {
      const {
        form: _form,
        scope: _scope,
        user: _user,
        tenant: _tenant,
        app: _app,
        ...rest
      } = event;
      return { ...rest, url: "", headers: [] };
    }
    case "exchange-ended": {
      const { issued, end, ...rest } = event;
      const token =
        issued?.token === undefined ? {} : { issued: { token: slimToken(issued.token) } };
      return {
        ...rest,
        end: end.kind === "response" ? { ...end, headers: [], body: "" } : end,
        ...token,
      };
    }
    case "operation-invoked":
    case "operation-completed":
    case "fault-began":
    case "fault-ended":
    case "faults-cleared":
    case "store-accessed":
    case "prompt-shown":
    case "screen-seen":
    case "tab-changed":
    case "page-error":
    case "process-error":
    case "client-restarted":
    case "token-presented":
    case "world-changed":
    case "wait-abandoned":
    case "noted":
      return event;
  }
}

function slimToken({ accessToken, expiresAt, extendedExpiresAt }: TokenFacts): TokenFacts {
  return {
    accessToken,
    expiresAt,
    ...(extendedExpiresAt === undefined ? {} : { extendedExpiresAt }),
  };
}
