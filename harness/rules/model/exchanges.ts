/**
 * Joins the events of a history: each request with its answer, each call with its requests. Worked
 * out once per history, so that all rules over 72 hours of events cost one pass and not one each.
 */
import type {
  ExchangeBegan,
  ExchangeEnded,
  History,
  OperationCompleted,
  OperationInvoked,
} from "../../history/event.ts";
import { asClientSees, isPassedPreflight } from "./preflights.ts";
import { perHistory } from "./per-history.ts";

/** A request with its end, and who sent it. */
export interface Exchange {
  readonly began: ExchangeBegan;
  /** Absent when the journal ends before the request does. */
  readonly ended?: ExchangeEnded;
  /** The call that caused it, when the mount knows. */
  readonly operation?: OperationInvoked;
  /** The application instance; app and host in a recording without clients (a HAR). */
  readonly client: string;
  /** What the process is called across restarts: `client`, or of several instances in one process the first. */
  readonly program: string;
  /** `program` between two restarts: what one process has in memory, the next one has not. */
  readonly process: string;
  /** What shares memory: `process`, or in a browser one tab between two loads of its page. */
  readonly page: string;
}

/** A call of the application with its end and its requests, in order. */
export interface Operation {
  readonly invoked: OperationInvoked;
  /** Absent when the journal ends before the call does. */
  readonly completed?: OperationCompleted;
  readonly exchanges: readonly Exchange[];
  /** The program of the application instance, between two restarts. */
  readonly process: string;
  /** What shares memory: `process`, or in a browser one tab between two loads of its page. */
  readonly page: string;
}

interface JoinedEvents {
  readonly exchanges: readonly Exchange[];
  readonly operations: readonly Operation[];
}

/** All exchanges, in the order in which they began; a preflight counts only when it kept its request from being sent. */
export function exchangesOf(history: History): readonly Exchange[] {
  return joinedEventsOf(history).exchanges;
}

/** All operations, or those of one client, in the order in which they were invoked. */
export function operationsOf(history: History, client?: string): readonly Operation[] {
  const { operations } = joinedEventsOf(history);
  return client === undefined
    ? operations
    : operations.filter(({ invoked }) => invoked.client === client);
}

/** Until when a history reaches: its last event, or the moment at which a test has read it; ms since the Unix epoch. */
export function endOf({ header, events }: History): number {
  return Math.max(events.at(-1)?.at ?? header.startedAt, header.endsAt ?? 0);
}

const joinedEventsOf = perHistory(read);

interface Draft<Began, Ended> {
  readonly began: Began;
  readonly process: string;
  readonly page: string;
  ended?: Ended;
}

function read(history: History): JoinedEvents {
  const restarts = new Map<string, number>();
  const loads = new Map<string, number>();
  const programOf = (client: string): string => history.header.sharedProcesses?.[client] ?? client;
  const processOf = (client: string): string => {
    const program = programOf(client);
    return `${program}#${restarts.get(program) ?? 0}`;
  };
  const placeOf = (client: string, tab: string | undefined) => {
    const process = processOf(client);
    if (tab === undefined) return { process, page: process };
    return { process, page: `${process} ${tab}#${loads.get(`${client} ${tab}`) ?? 0}` };
  };
  const calls = new Map<number, Draft<OperationInvoked, OperationCompleted>>();
  const requests = new Map<number, Draft<ExchangeBegan, ExchangeEnded>>();
  for (const event of history.events) {
    switch (event.kind) {
      case "client-restarted": {
        const program = programOf(event.client);
        restarts.set(program, (restarts.get(program) ?? 0) + 1);
        break;
      }
      case "tab-changed": {
        const tab = `${event.client} ${event.tab}`;
        if (event.change !== "closed") loads.set(tab, (loads.get(tab) ?? 0) + 1);
        break;
      }
      case "operation-invoked":
        calls.set(event.operation, { began: event, ...placeOf(event.client, event.tab) });
        break;
      case "operation-completed": {
        const call = calls.get(event.operation);
        if (call !== undefined) call.ended ??= event;
        break;
      }
      case "exchange-began": {
        const call = event.operation === undefined ? undefined : calls.get(event.operation);
        requests.set(event.exchange, {
          began: event,
          ...placeOf(clientOf(event), call?.began.tab),
        });
        break;
      }
      case "exchange-ended": {
        const request = requests.get(event.exchange);
        if (request !== undefined) request.ended ??= event;
        break;
      }
      default:
        break;
    }
  }
  return join(calls, requests, programOf);
}

function join(
  calls: ReadonlyMap<number, Draft<OperationInvoked, OperationCompleted>>,
  requests: ReadonlyMap<number, Draft<ExchangeBegan, ExchangeEnded>>,
  programOf: (client: string) => string,
): JoinedEvents {
  const byOperation = new Map<number, Exchange[]>();
  const sent = [...requests.values()].filter(
    ({ began, ended }) => !isPassedPreflight(began, ended),
  );
  const exchanges = sent.map(({ began, ended, process, page }): Exchange => {
    const call = began.operation === undefined ? undefined : calls.get(began.operation);
    const exchange = {
      began,
      client: clientOf(began),
      program: programOf(clientOf(began)),
      process,
      page,
      ...(ended === undefined ? {} : { ended: asClientSees(began, ended) }),
      ...(call === undefined ? {} : { operation: call.began }),
    };
    if (call !== undefined) {
      const siblings = byOperation.get(call.began.operation);
      if (siblings === undefined) byOperation.set(call.began.operation, [exchange]);
      else siblings.push(exchange);
    }
    return exchange;
  });
  const operations = [...calls.values()].map(({ began, ended, process, page }): Operation => ({
    invoked: began,
    process,
    page,
    exchanges: byOperation.get(began.operation) ?? [],
    ...(ended === undefined ? {} : { completed: ended }),
  }));
  return { exchanges, operations };
}

function clientOf({ client, app, host }: ExchangeBegan): string {
  return client ?? (app === undefined ? host : `${app}@${host}`);
}
