/**
 * Records the history of a run as it happens. It is between the mount and the front door, so it
 * sees what the client sees; it decides nothing.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../core/time/clock.ts";
import { describeRequest } from "../entra/request/endpoint.ts";
import {
  type BodyDelivery,
  dateResponse,
  deliveryOf,
  textOfResponse,
} from "../core/http/message.ts";
import { NetworkFault } from "../core/http/network-fault.ts";
import type { Service } from "../core/http/service.ts";
import type { HistoryEvent, TokenFacts } from "./event.ts";
import { endedFacts } from "./exchange-facts.ts";
import {
  createLedger,
  type Annotate,
  type Cause,
  type Ledger,
  type LedgerOptions,
  type NewEvent,
} from "./ledger.ts";
import { createRedactor, fingerprint, type Redactor } from "./redact.ts";

export interface Recorder {
  readonly events: readonly HistoryEvent[];
  readonly redactor: Redactor;
  /** Adds an event now; returns its index. */
  emit(event: NewEvent): number;
  /** Calls the listener with every event from now on, after it was added, until what it returns is called. */
  listen(listener: (event: HistoryEvent) => void): () => void;
  /** Runs `work`; its requests are recorded as caused by `cause`. */
  causedBy<T>(cause: Cause, work: () => Promise<T>): Promise<T>;
  /** The service, with its requests recorded. */
  watch(service: Service): Service;
  /** The cause in whose context this is called. */
  cause(): Cause | undefined;
  /** What an answer said about an access token; undefined when it was not issued in this run. */
  factsOf(accessToken: string): TokenFacts | undefined;
  /** Ends the recording: open exchanges are abandoned, and later events are not recorded. */
  close(): void;
}

export interface RecorderOptions extends Pick<LedgerOptions, "subjectOf"> {
  readonly clock: Clock;
  readonly annotate: Annotate;
  /** Whether answers get the header `Date`, which every event has as `at` already; default: no. */
  readonly datesAnswers?: boolean;
  /** The cause of requests without a known one; default: none. */
  readonly otherwise?: Cause;
  /** For clients that are other programs: see `ForeignClients`. Default: clients of our own. */
  readonly foreign?: ForeignClients | undefined;
}

/** What differs when the clients are other programs, perhaps for weeks. */
export interface ForeignClients {
  /** How many events stay in memory; the oldest are dropped, but for faults and changes of the world. */
  readonly eventsKept: number;
  /** Called as soon as it is known that a connection will fail, which may be long before it does; says who made it, if that is not the cause in the context of the attempt. */
  readonly onConnectionFault?: (
    attempt: Request,
    fault: NetworkFault,
  ) => Promise<Cause> | undefined;
}

/** Creates a recorder with an empty history. */
export function createRecorder(options: RecorderOptions): Recorder {
  const { foreign } = options;
  const redactor = createRedactor({ keepsClients: foreign !== undefined });
  const causes = new AsyncLocalStorage<Cause>();
  const cause = (): Cause | undefined => causes.getStore() ?? options.otherwise;
  const issued = new Map<string, TokenFacts>();
  const ledger = createLedger({ ...options, redactor, cause, eventsKept: foreign?.eventsKept });
  const watching: Watching = {
    datesAnswers: options.datesAnswers ?? false,
    clock: options.clock,
    aside: AsyncLocalStorage.snapshot(),
    begin: ledger.begin,
    read: async (response) => {
      const facts = await endedFacts(response, options.clock.now(), redactor);
      const token = facts.more.issued?.token;
      if (token !== undefined) {
        issued.set(token.accessToken, token);
        forgetExpired(issued, options.clock.now());
      }
      return facts;
    },
  };
  return {
    events: ledger.events,
    redactor,
    emit: ledger.emit,
    listen: ledger.listen,
    causedBy: (causing, work) => causes.run(causing, work),
    cause,
    watch: (service) => ({
      connect: (attempt) => watchConnect(service, attempt, watching, foreign?.onConnectionFault),
      handle: (request) => watchHandle(service, request, watching),
    }),
    factsOf: (accessToken) => issued.get(fingerprint("at", accessToken)),
    close: ledger.close,
  };
}

/** How many tokens are remembered before those that have expired are forgotten. */
const ISSUED_MAX = 20_000;

function forgetExpired(issued: Map<string, TokenFacts>, nowMs: number): void {
  if (issued.size < ISSUED_MAX || issued.size % 1_000 !== 0) return;
  for (const [token, { expiresAt }] of issued) if (expiresAt <= nowMs) issued.delete(token);
}

interface Watching {
  readonly clock: Clock;
  readonly datesAnswers: boolean;
  /** Runs work that is not part of a request, so that its sleeps do not count as the request's. */
  readonly aside: <T>(work: () => T) => T;
  readonly begin: Ledger["begin"];
  /** Reads an answer once; its token is known from then on. */
  readonly read: (response: Response) => ReturnType<typeof endedFacts>;
}

/** A connection that is made is not an event; one that fails is an exchange without content, on every mount. */
async function watchConnect(
  service: Service,
  attempt: Request,
  { clock, begin }: Watching,
  onFault: ForeignClients["onConnectionFault"],
): Promise<void> {
  const fault = await service.connect(attempt).then(() => undefined, asNetworkFault);
  if (fault === undefined) return;
  const cause = onFault === undefined ? undefined : await onFault(attempt, fault);
  const underway = begin(attempt, await describeRequest(attempt), "connection", cause);
  if (fault.afterMs !== undefined) await clock.sleep(fault.afterMs);
  underway.end({ kind: "network-fault", code: fault.code });
  throw fault;
}

async function watchHandle(
  service: Service,
  request: Request,
  { clock, aside, begin, read, datesAnswers }: Watching,
): Promise<Response> {
  const underway = begin(request, await describeRequest(request), "request");
  const abandon = (): void => underway.end({ kind: "abandoned" });
  request.signal.addEventListener("abort", abandon, { once: true });
  try {
    const response = await service.handle(request);
    const { ending, more } = await read(response);
    const finish = (): void => underway.end(ending, more);
    const underwayMs = durationOf(deliveryOf(response), await textOfResponse(response));
    if (underwayMs === 0) finish();
    // The client does not have the body yet, and may give up before it has.
    else void aside(() => clock.sleep(underwayMs, request.signal)).then(finish, abandon);
    if (datesAnswers) dateResponse(response, clock.now());
    return response;
  } catch (error) {
    if (error instanceof NetworkFault) underway.end({ kind: "network-fault", code: error.code });
    throw error;
  }
}

/** How long a body takes to arrive, in ms. */
function durationOf(delivery: BodyDelivery, text: string): number {
  switch (delivery.kind) {
    case "whole":
    case "cut":
      return 0;
    case "stalled":
      return delivery.forMs;
    case "slow":
      // The first chunk is sent with the headers.
      return (
        Math.floor(Math.max(0, Buffer.byteLength(text) - 1) / delivery.chunkBytes) *
        delivery.everyMs
      );
  }
}

function asNetworkFault(error: unknown): NetworkFault {
  if (error instanceof NetworkFault) return error;
  throw error;
}
