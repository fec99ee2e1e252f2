/**
 * How rules read a history: exchanges with both their ends, operations with their
 * exchanges, faults with their spans. Pure selectors, worked out once per history, so that
 * all rules over 72 hours of events cost one pass and not one each.
 */
import type {
  ExchangeBegan,
  ExchangeEnded,
  FaultBegan,
  FaultsCleared,
  Flow,
  History,
  OperationCompleted,
  OperationInvoked,
} from "../../history/event.ts";
import { asClientSees, isPassedPreflight } from "./preflights.ts";

/** A request with its end, and who sent it. */
export interface Exchange {
  readonly began: ExchangeBegan;
  /** Absent when the journal ends before the request does. */
  readonly ended?: ExchangeEnded;
  /** The call that caused it, when the mount could tell. */
  readonly operation?: OperationInvoked;
  /** The application instance; app and host in a recording that knows no clients (a HAR). */
  readonly client: string;
  /** `client` between two restarts: what a process forgets is not held against the next one. */
  readonly process: string;
  /** Where memory lives: `process`, or in a browser one tab between two loads of its page. */
  readonly page: string;
}

/** A call of the application with its end and its requests, in order. */
export interface Operation {
  readonly invoked: OperationInvoked;
  /** Absent when the journal ends before the call does. */
  readonly completed?: OperationCompleted;
  readonly exchanges: readonly Exchange[];
  /** The application instance between two restarts. */
  readonly process: string;
  /** Where memory lives: `process`, or in a browser one tab between two loads of its page. */
  readonly page: string;
}

/** A fault window as it stood open; without `endedAt` it was open when the journal ended. Times: ms since the Unix epoch. */
export interface FaultSpan {
  readonly index: number;
  readonly window: FaultBegan["window"];
  readonly beganAt: number;
  readonly endedAt?: number;
}

/** A stretch of time in which at least one fault window was open; ms since the Unix epoch. */
export interface OutageSpan {
  readonly from: number;
  readonly to: number;
}

interface Reading {
  readonly exchanges: readonly Exchange[];
  readonly operations: readonly Operation[];
}

/** All exchanges, in the order in which they began; a preflight is one only where it kept its request from being sent. */
export function exchangesOf(history: History): readonly Exchange[] {
  return readingOf(history).exchanges;
}

/** All operations, or those of one client, in the order in which they were invoked. */
export function operationsOf(history: History, client?: string): readonly Operation[] {
  const { operations } = readingOf(history);
  return client === undefined
    ? operations
    : operations.filter(({ invoked }) => invoked.client === client);
}

/** The ms since the Unix epoch of the last event; the start of an empty history. */
export function endOf(history: History): number {
  return history.events.at(-1)?.at ?? history.header.startedAt;
}

/** The grant that a request uses, or would have used, at the token endpoint. */
export function grantOf({ began, operation }: Exchange): string | undefined {
  if (began.grant !== undefined || began.endpoint !== "token") return began.grant;
  if (operation === undefined || operation.flow === "custom") return undefined;
  if (codeFlows.has(operation.flow)) return "authorization_code";
  return operation.flow === "silent" ? "refresh_token" : operation.flow.replaceAll("-", "_");
}

/** The flows of single-page applications that bring a code. */
const codeFlows: ReadonlySet<Flow> = new Set(["popup", "redirect", "sso-silent"]);

/** `oid.tid` → the object id, lower case. */
export function objectIdOf(homeAccountId: string): string {
  return (homeAccountId.split(".")[0] ?? "").toLowerCase();
}

/** Scopes in one order, without those that every client adds by itself. */
export function scopeKey(scopes: string): string {
  return scopes
    .toLowerCase()
    .split(/\s+/)
    .filter((scope) => scope !== "" && !IMPLIED_SCOPES.has(scope))
    .sort()
    .join(" ");
}

const IMPLIED_SCOPES = new Set(["openid", "profile", "offline_access", "email"]);

/** Items by key, keys in order of appearance. */
export function groupBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The HTTP status of an exchange; nothing when no response came. */
export function statusOf({ ended }: Exchange): number | undefined {
  return ended?.end.kind === "response" ? ended.end.status : undefined;
}

/**
 * Whether a request ended without a usable answer: a 429 or 5xx, a broken body, or no response
 * at all; from a machine's identity endpoint also 404 and 410, by which it says that it is updated.
 */
export function isServiceFailure({ began, ended }: Exchange): boolean {
  if (ended === undefined) return false;
  if (ended.end.kind !== "response") return true;
  const { status, cut } = ended.end;
  const isUpdating =
    began.endpoint === "managed-identity" &&
    (status === 404 || status === 410) &&
    // Of Service Fabric this is an answer.
    ended.error?.error !== "ManagedIdentityNotFound";
  return status === 429 || status >= 500 || cut !== undefined || isUpdating;
}

/** Fault windows in the order in which they opened. */
export function faultSpansOf(history: History): readonly FaultSpan[] {
  const ends = new Map<string, number>();
  for (const event of history.events)
    if (event.kind === "fault-ended") ends.set(event.window, event.at);
  const spans: FaultSpan[] = [];
  for (const event of history.events) {
    if (event.kind !== "fault-began") continue;
    const endedAt = ends.get(event.window.id);
    spans.push({
      index: event.index,
      window: event.window,
      beganAt: event.at,
      ...(endedAt === undefined ? {} : { endedAt }),
    });
  }
  return spans;
}

/** The stretches of time with at least one open window, merged, in order; an open one ends with the history. */
export function outageSpansOf(history: History): readonly OutageSpan[] {
  const merged: { from: number; to: number }[] = [];
  for (const { beganAt, endedAt } of faultSpansOf(history)) {
    const to = endedAt ?? endOf(history);
    const last = merged.at(-1);
    if (last !== undefined && beganAt <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from: beganAt, to });
  }
  return merged;
}

/** The event after which nothing was broken any more; nothing when the faults never ended or never were. */
export function lastFaultsCleared(history: History): FaultsCleared | undefined {
  const cleared = history.events.findLast(
    (event): event is FaultsCleared => event.kind === "faults-cleared",
  );
  const reopened = history.events.findLast(({ kind }) => kind === "fault-began");
  return cleared !== undefined && reopened !== undefined && reopened.index > cleared.index
    ? undefined
    : cleared;
}

const readings = new WeakMap<History, Reading>();

function readingOf(history: History): Reading {
  let reading = readings.get(history);
  if (reading === undefined) {
    reading = read(history);
    readings.set(history, reading);
  }
  return reading;
}

interface Draft<Began, Ended> {
  readonly began: Began;
  readonly process: string;
  readonly page: string;
  ended?: Ended;
}

function read(history: History): Reading {
  const restarts = new Map<string, number>();
  const loads = new Map<string, number>();
  const processOf = (client: string): string => `${client}#${restarts.get(client) ?? 0}`;
  const placeOf = (client: string, tab: string | undefined) => {
    const process = processOf(client);
    if (tab === undefined) return { process, page: process };
    return { process, page: `${process} ${tab}#${loads.get(`${client} ${tab}`) ?? 0}` };
  };
  const calls = new Map<number, Draft<OperationInvoked, OperationCompleted>>();
  const requests = new Map<number, Draft<ExchangeBegan, ExchangeEnded>>();
  for (const event of history.events) {
    switch (event.kind) {
      case "client-restarted":
        restarts.set(event.client, (restarts.get(event.client) ?? 0) + 1);
        break;
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
  return join(calls, requests);
}

function join(
  calls: ReadonlyMap<number, Draft<OperationInvoked, OperationCompleted>>,
  requests: ReadonlyMap<number, Draft<ExchangeBegan, ExchangeEnded>>,
): Reading {
  const byOperation = new Map<number, Exchange[]>();
  const sent = [...requests.values()].filter(
    ({ began, ended }) => !isPassedPreflight(began, ended),
  );
  const exchanges = sent.map(({ began, ended, process, page }): Exchange => {
    const call = began.operation === undefined ? undefined : calls.get(began.operation);
    const exchange = {
      began,
      client: clientOf(began),
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
