/**
 * What the recorder writes to: the events of a run in order, each with its index and time, and the
 * exchanges that are still open.
 */
import type { Clock } from "../core/time/clock.ts";
import type { EntraRequest } from "../entra/request/endpoint.ts";
import type { ExchangeEnd, ExchangeEnded, HistoryEvent } from "./event.ts";
import { beganFacts, type KnownSubject } from "./exchange-facts.ts";
import type { Redactor } from "./redact.ts";

/** An event before the recorder adds its index and time. */
export type NewEvent = HistoryEvent extends infer Event
  ? Event extends HistoryEvent
    ? Omit<Event, "index" | "at">
    : never
  : never;

/** Who caused a request: read from the asynchronous context of the client's own call. */
export interface Cause {
  readonly operation?: number;
  readonly client: string;
}

/** What only the composition root knows of an exchange. */
export interface ExchangeNotes {
  readonly servedBy: ExchangeEnded["servedBy"];
  readonly faults: readonly string[];
}

/** Returns what only the composition root knows of an exchange; called when the exchange ends. */
export type Annotate = (request: Request, described: EntraRequest) => ExchangeNotes;

export interface LedgerOptions {
  readonly clock: Clock;
  readonly annotate: Annotate;
  /** Whom a request is for, as the service knows; called when the request begins. Default: unknown. */
  readonly subjectOf?: ((request: Request, described: EntraRequest) => KnownSubject) | undefined;
  readonly redactor: Redactor;
  readonly cause: () => Cause | undefined;
  /** How many events stay in `events`, see `ForeignClients`; default: all. */
  readonly eventsKept?: number | undefined;
}

/** An exchange without an end. The first end counts; later ones change nothing. */
export interface OpenExchange {
  readonly end: (ending: ExchangeEnd, more?: Partial<ExchangeEnded>) => void;
}

export interface Ledger {
  readonly events: readonly HistoryEvent[];
  /** Adds an event now; returns its index. */
  readonly emit: (event: NewEvent) => number;
  /** Calls the listener with every event from now on, after it was added, until what it returns is called. */
  readonly listen: (listener: (event: HistoryEvent) => void) => () => void;
  /** Records the start of a request, by default with the cause in the context of this call. */
  readonly begin: (
    request: Request,
    described: EntraRequest,
    sent: "connection" | "request",
    known?: Cause,
  ) => OpenExchange;
  /** Ends open exchanges as abandoned; later events are not recorded. */
  readonly close: () => void;
}

/** What people and their code have written, without secrets: it is not of a protocol, so no field is known to have none. */
function inWords(event: NewEvent, { words }: Redactor): NewEvent {
  switch (event.kind) {
    case "noted":
      return { ...event, text: words(event.text) };
    case "operation-invoked":
      // The purpose of a call of the user's own code.
      return event.flow === "custom" ? { ...event, app: words(event.app) } : event;
    case "operation-completed": {
      if (event.outcome !== "fail") return event;
      const { error } = event;
      const { name, code, message } = error;
      return {
        ...event,
        error: { ...error, name: words(name), code: words(code), message: words(message) },
      };
    }
    case "page-error":
    case "process-error": {
      const { name, message } = event.error;
      return { ...event, error: { name: words(name), message: words(message) } };
    }
    default:
      return event;
  }
}

/** Drops the oldest events, except those without which later ones cannot be understood: faults, and changes of the world. */
function dropOldest(events: HistoryEvent[], kept: number): void {
  const old = events.splice(0, events.length - kept);
  const needed = old.filter(({ kind }) => NEEDED.has(kind));
  events.unshift(...needed.slice(-kept));
}

const NEEDED: ReadonlySet<HistoryEvent["kind"]> = new Set([
  "fault-began",
  "fault-ended",
  "faults-cleared",
  "world-changed",
  "client-restarted",
]);

/** Creates an empty ledger. */
export function createLedger({
  clock,
  annotate,
  subjectOf = () => ({}),
  redactor,
  cause,
  eventsKept = Infinity,
}: LedgerOptions): Ledger {
  const events: HistoryEvent[] = [];
  let count = 0;
  const listeners = new Set<(event: HistoryEvent) => void>();
  const open = new Map<number, OpenExchange>();
  let exchanges = 0;
  let closed = false;

  const emit = (event: NewEvent): number => {
    const index = count;
    if (closed) return index;
    count += 1;
    const written = { index, at: clock.now(), ...inWords(event, redactor) } as HistoryEvent;
    events.push(written);
    if (events.length > eventsKept * 1.25) dropOldest(events, eventsKept);
    for (const listener of listeners) listener(written);
    return index;
  };

  const begin: Ledger["begin"] = (request, described, sent, known = cause()) => {
    const exchange = (exchanges += 1);
    emit({
      kind: "exchange-began",
      exchange,
      ...known,
      ...beganFacts(request, described, redactor, sent, subjectOf(request, described)),
    });
    const underway: OpenExchange = {
      end: (ending, more = {}) => {
        if (!open.delete(exchange)) return;
        const { servedBy, faults } = annotate(request, described);
        emit({
          kind: "exchange-ended",
          exchange,
          end: ending,
          servedBy,
          ...(faults.length === 0 ? {} : { faults }),
          ...more,
        });
      },
    };
    open.set(exchange, underway);
    return underway;
  };

  return {
    events,
    emit,
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    begin,
    close() {
      for (const underway of open.values()) underway.end({ kind: "abandoned" });
      closed = true;
    },
  };
}
