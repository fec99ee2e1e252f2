/**
 * Writes the history of one run as it happens. It stands between the mount and the front
 * door, so it sees what the client sees; it decides nothing.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../clock/clock.ts";
import { describeRequest, type EntraRequest } from "../http/endpoint.ts";
import { type BodyDelivery, deliveryOf, headersOf, textOfResponse } from "../http/message.ts";
import { NetworkFault } from "../http/network-fault.ts";
import type { Service } from "../http/service.ts";
import type {
  ExchangeBegan,
  ExchangeEnded,
  ExchangeEnd,
  HistoryEvent,
  TokenFacts,
} from "./event.ts";
import { createRedactor, fingerprint, type Redactor } from "./redact.ts";
import { parseRetryAfter } from "./retry-after.ts";
import { factsOfBody } from "./wire-facts.ts";

/** An event before the recorder gives it its place. */
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

export interface Recorder {
  readonly events: readonly HistoryEvent[];
  readonly redactor: Redactor;
  /** Adds an event now; returns its index. */
  emit(event: NewEvent): number;
  /** Runs `work` so that its requests are recorded as caused by `cause`. */
  causedBy<T>(cause: Cause, work: () => Promise<T>): Promise<T>;
  /** The service with a recording around it. */
  watch(service: Service): Service;
  /** The cause in whose context this is called. */
  cause(): Cause | undefined;
  /** What the wire said of an access token, if it was issued in this run. */
  factsOf(accessToken: string): TokenFacts | undefined;
  /** The run is over: exchanges without an end are abandoned, and whatever comes later is not recorded. */
  close(): void;
}

export interface RecorderOptions {
  readonly clock: Clock;
  readonly annotate: (request: Request, described: EntraRequest) => ExchangeNotes;
}

export function createRecorder(options: RecorderOptions): Recorder {
  const { clock, annotate } = options;
  const events: HistoryEvent[] = [];
  const causes = new AsyncLocalStorage<Cause>();
  const redactor = createRedactor();
  const issued = new Map<string, TokenFacts>();
  let exchanges = 0;

  const open = new Map<number, () => void>();
  let closed = false;

  const emit = (event: NewEvent): number => {
    const index = events.length;
    if (!closed) events.push({ index, at: clock.now(), ...event } as HistoryEvent);
    return index;
  };

  const begin = (
    request: Request,
    described: EntraRequest,
    sent: "connection" | "request",
  ): number => {
    const exchange = (exchanges += 1);
    emit({
      kind: "exchange-began",
      exchange,
      ...causes.getStore(),
      ...beganFacts(request, described, redactor, sent),
    });
    open.set(exchange, () => end(exchange, { kind: "abandoned" }, annotate(request, described)));
    return exchange;
  };

  /** The first end counts. */
  const end = (
    exchange: number,
    ending: ExchangeEnd,
    notes: ExchangeNotes,
    more: Partial<ExchangeEnded> = {},
  ): void => {
    if (!open.delete(exchange)) return;
    emit({
      kind: "exchange-ended",
      exchange,
      end: ending,
      servedBy: notes.servedBy,
      ...(notes.faults.length === 0 ? {} : { faults: notes.faults }),
      ...more,
    });
  };

  const connect = async (service: Service, attempt: Request): Promise<void> => {
    // A connection that fails sent nothing: the exchange has no form and no headers, on every mount.
    const fault = await service.connect(attempt).then(() => undefined, asNetworkFault);
    if (fault === undefined) return;
    const described = await describeRequest(attempt);
    const exchange = begin(attempt, described, "connection");
    if (fault.afterMs !== undefined) await clock.sleep(fault.afterMs);
    end(exchange, { kind: "network-fault", code: fault.code }, annotate(attempt, described));
    throw fault;
  };

  const handle = async (service: Service, request: Request): Promise<Response> => {
    const described = await describeRequest(request);
    const exchange = begin(request, described, "request");
    const abandon = (): void => open.get(exchange)?.();
    request.signal.addEventListener("abort", abandon, { once: true });
    try {
      const response = await service.handle(request);
      const answeredAt = clock.now();
      const { ending, more } = await endedFacts(response, answeredAt, redactor);
      if (more.issued?.token !== undefined)
        issued.set(more.issued.token.accessToken, more.issued.token);
      const finish = (): void => end(exchange, ending, annotate(request, described), more);
      const underwayMs = durationOf(deliveryOf(response), await textOfResponse(response));
      if (underwayMs === 0) finish();
      // The client does not have it yet, and may lose patience before it has.
      else void clock.sleep(underwayMs, request.signal).then(finish, abandon);
      return response;
    } catch (error) {
      if (error instanceof NetworkFault) {
        end(exchange, { kind: "network-fault", code: error.code }, annotate(request, described));
      }
      throw error;
    }
  };

  return {
    events,
    redactor,
    emit,
    causedBy: (cause, work) => causes.run(cause, work),
    cause: () => causes.getStore(),
    watch: (service) => ({
      connect: (attempt) => connect(service, attempt),
      handle: (request) => handle(service, request),
    }),
    factsOf: (accessToken) => issued.get(fingerprint("at", accessToken)),
    close() {
      for (const abandon of open.values()) abandon();
      closed = true;
    },
  };
}

/** How long a body is underway, ms. */
function durationOf(delivery: BodyDelivery, text: string): number {
  switch (delivery.kind) {
    case "whole":
    case "cut":
      return 0;
    case "stalled":
      return delivery.forMs;
    case "slow":
      return Math.ceil(Buffer.byteLength(text) / delivery.chunkBytes) * delivery.everyMs;
  }
}

function asNetworkFault(error: unknown): NetworkFault {
  if (error instanceof NetworkFault) return error;
  throw error;
}

/** Headers that mean something to Entra; the rest differs by HTTP stack and is not recorded. */
const RECORDED_HEADER =
  /^(authorization|client-request-id|content-type|origin|return-client-request-id|x-anchormailbox|x-client-.*|x-ms-.*|metadata|secret|x-identity-header)$/;

export function beganFacts(
  request: Request,
  described: EntraRequest,
  redactor: Redactor,
  sent: "connection" | "request",
): Omit<ExchangeBegan, "index" | "at" | "kind" | "exchange" | "operation" | "client"> {
  const { tenant, app, grant, user, scope } = described;
  const form: Record<string, string> = {};
  const isForm = request.method === "POST" && sent === "request";
  if (isForm)
    for (const [name, value] of Object.entries(described.parameters))
      form[name] = redactor.field(name, value);
  const headers: [string, string][] = [];
  if (sent === "request") {
    for (const [name, value] of request.headers) {
      if (RECORDED_HEADER.test(name)) headers.push([name, redactor.header(name, value)]);
    }
  }
  return {
    method: request.method,
    url: redactor.url(request.url),
    host: described.host,
    endpoint: described.endpoint,
    ...(tenant === undefined ? {} : { tenant }),
    ...(app === undefined || sent === "connection" ? {} : { app }),
    ...(grant === undefined || sent === "connection" ? {} : { grant }),
    ...(user === undefined || sent === "connection" ? {} : { user }),
    ...(scope === undefined || sent === "connection" ? {} : { scope }),
    headers,
    ...(isForm ? { form } : {}),
  };
}

export async function endedFacts(
  response: Response,
  atMs: number,
  redactor: Redactor,
): Promise<{ ending: ExchangeEnd; more: Partial<ExchangeEnded> }> {
  const whole = await textOfResponse(response);
  const delivery = deliveryOf(response);
  const text = delivery.kind === "cut" ? firstBytes(whole, delivery.bytes) : whole;
  const bodyForm = bodyFormOf(response.headers.get("content-type") ?? "", text);
  const headers = headersOf(response).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    redactor.header(name, value),
  ]);
  const raw = response.headers.get("retry-after");
  const retryAfterMs = raw === null ? undefined : parseRetryAfter(raw, atMs);
  return {
    ending: {
      kind: "response",
      status: response.status,
      headers,
      bodyForm,
      body: redactor.body(text, bodyForm),
      ...(delivery.kind === "cut" ? { cut: delivery.by } : {}),
    },
    more: {
      ...(raw === null
        ? {}
        : { retryAfter: { raw, ...(retryAfterMs === undefined ? {} : { ms: retryAfterMs }) } }),
      ...(bodyForm === "json" && delivery.kind !== "cut"
        ? factsOfBody(text, response.status, atMs)
        : {}),
    },
  };
}

function firstBytes(text: string, bytes: number): string {
  return Buffer.from(text).subarray(0, bytes).toString("utf8");
}

function bodyFormOf(contentType: string, text: string): "json" | "html" | "text" | "empty" {
  if (text === "") return "empty";
  if (/\bjson\b/i.test(contentType)) return "json";
  if (/\bhtml\b/i.test(contentType)) return "html";
  return "text";
}
