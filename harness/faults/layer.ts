/**
 * Performs the fault plan at one site: a layer around the front door, the primary, the backup, a
 * protected API or a machine's endpoint, which does not know that it is being broken.
 *
 * All open windows of the site decide about a request when it arrives, each with its own count
 * and its own random numbers, so that one more fault changes nothing for the others. Those that
 * take it act in plan order, the first outermost: latency and body effects compose, and the
 * first effect that answers by itself ends the chain. A window of limited capacity counts only
 * requests that reach its service, and takes only those that it rejects.
 */
import type { Clock } from "../core/time/clock.ts";
import type { RetryAfterExposed } from "../entra/request/cors.ts";
import { describeRequest, type EntraRequest } from "../entra/request/endpoint.ts";
import type { Handler } from "../core/http/handler.ts";
import type { Service } from "../core/http/service.ts";
import type { Random } from "../core/random.ts";
import { type Capacity, createCapacity } from "./capacity.ts";
import {
  type ConnectionEffect,
  endsRequest,
  type ExchangeEffect,
  isConnectionEffect,
  isDeviceEffect,
} from "./effect-traits.ts";
import { connectionFault, performEffect } from "./effects.ts";
import type { FaultEffect, FaultPlan, FaultSite, FaultWindow } from "./plan.ts";
import {
  type AliasesOf,
  isOpenAt,
  matchesRequest,
  probabilityAt,
  type SubjectNames,
  takesNumber,
} from "./window.ts";

/**
 * What `createFaultLayer` takes.
 *
 * @example
 * const options: FaultLayerOptions = {
 *   plan: [outage({ from: 0, for: minutes(5) })],
 *   sites: ["edge", "dns"],
 *   clock,
 *   random: createRandom("seed"),
 *   startedAt: clock.now(),
 * };
 */
export interface FaultLayerOptions {
  /** The faults, checked. It is read again at each request, so it may grow. */
  readonly plan: FaultPlan;
  /** Where this layer is: only windows at these sites act in it. */
  readonly sites: readonly FaultSite[];
  /** Decides which windows are open, and what waits in them. */
  readonly clock: Clock;
  /** Where the chance of each window comes from, forked by the id of the window. */
  readonly random: Random;
  /** The start of the scenario, ms since the Unix epoch. */
  readonly startedAt: number;
  /** Other names of a user, tenant or app, so that a slice may use the UPN where a request has the object id; default: none. */
  readonly aliasesOf?: AliasesOf;
  /** Whom a request is for, when only the service knows, such as the user of a refresh token; default: what the request says. */
  readonly subjectOf?: (request: Request, described: EntraRequest) => SubjectNames;
  /** As `ServiceSettings.errorSeparator`; default `space`. */
  readonly errorSeparator?: "crlf" | "space";
  /** Aborted when the window of that id is cleared early, which ends the hangs in it; default: windows are not cleared. */
  readonly clearedSignal?: (id: string) => AbortSignal | undefined;
  /** As `ServiceSettings.retryAfterExposed`; default `no`. */
  readonly retryAfterExposed?: RetryAfterExposed;
  /** Called with each window that a request matches, also when its chance or count lets the request pass; default: not called. */
  readonly onMatched?: (window: FaultWindow) => void;
  /** Called with each window that takes a request, when it does; default: not called. */
  readonly onTaken?: (window: FaultWindow, request: Request) => void;
}

/**
 * Creates a layer that breaks a service by a fault plan: connections in `connect`, exchanges in
 * `handle`. Both reject with a `NetworkFault`, as the service does, or with the reason for which
 * the request was aborted.
 *
 * @example
 * const layer = createFaultLayer({ plan, sites: ["primary"], clock, random, startedAt });
 * const broken = layer({ connect: () => Promise.resolve(), handle: ests });
 */
export function createFaultLayer(options: FaultLayerOptions): (service: Service) => Service {
  const onConnections = createCounts(hasConnectionEffect, options);
  const onExchanges = createCounts(hasExchangeEffect, options);

  return (service) => ({
    connect: async (attempt) => {
      const [broken] = await take(onConnections(), attempt, options);
      if (broken === undefined) return service.connect(attempt);
      const { host } = await describeRequest(attempt);
      const remainingMs = endsAtMs(broken.window, options.startedAt) - options.clock.now();
      throw connectionFault(broken.window.effect, host, remainingMs);
    },
    handle: async (request) => {
      const taken = await take(onExchanges(), request, options);
      // Stryker disable next-line ConditionalExpression: it only saves work.
      if (taken.length === 0) return service.handle(request);
      const described = await describeRequest(request);
      const chain = taken.reduceRight<Handler>(
        (next, counted) => (asked) => perform(counted, asked, described, next, options),
        (asked) => service.handle(asked),
      );
      return chain(request);
    },
  });
}

const takenBy = new WeakMap<Request, FaultWindow[]>();

/** The ids of the windows that took a request so far, in every layer that it passed, outermost first. */
export function faultsOf(request: Request): readonly string[] {
  return (takenBy.get(request) ?? []).map(({ id }) => id);
}

/** The site at which a fault ended a request; `undefined` when none did. */
export function faultSiteOf(request: Request): FaultSite | undefined {
  return takenBy.get(request)?.find(({ effect }) => endsRequest(effect))?.at;
}

type WindowOf<Effect extends FaultEffect> = FaultWindow & { readonly effect: Effect };

/** A window with its count of requests. */
interface CountedWindow<Effect extends FaultEffect> {
  readonly window: WindowOf<Effect>;
  readonly chance: Random;
  readonly effect: Random;
  /** Of a window with the effect `capacity`. */
  readonly capacity?: Capacity;
  matched: number;
}

function hasConnectionEffect(window: FaultWindow): window is WindowOf<ConnectionEffect> {
  return isConnectionEffect(window.effect);
}

function hasExchangeEffect(window: FaultWindow): window is WindowOf<ExchangeEffect> {
  return !isConnectionEffect(window.effect) && !isDeviceEffect(window.effect);
}

/** The open windows of this layer with one kind of effect, each with its count, which begins when the window first opens. */
function createCounts<Effect extends FaultEffect>(
  hasEffect: (window: FaultWindow) => window is WindowOf<Effect>,
  options: FaultLayerOptions,
): () => readonly CountedWindow<Effect>[] {
  const counts = new Map<FaultWindow, CountedWindow<Effect>>();
  const countOf = (window: WindowOf<Effect>): CountedWindow<Effect> => {
    const known = counts.get(window);
    if (known !== undefined) return known;
    const counted = keepCount(window, options);
    counts.set(window, counted);
    return counted;
  };
  return () => {
    const elapsedMs = options.clock.now() - options.startedAt;
    return options.plan
      .filter((window) => options.sites.includes(window.at) && isOpenAt(window, elapsedMs))
      .filter(hasEffect)
      .map(countOf);
  };
}

function keepCount<Effect extends FaultEffect>(
  window: WindowOf<Effect>,
  { random }: FaultLayerOptions,
): CountedWindow<Effect> {
  const own = random.fork(window.id);
  // Two forks: the random numbers of an effect must not change which requests the window takes.
  const counted = { window, chance: own.fork("chance"), effect: own.fork("effect"), matched: 0 };
  if (window.effect.kind !== "capacity") return counted;
  return { ...counted, capacity: createCapacity(window.effect) };
}

/** The windows that take a request, in plan order, up to the first that answers. */
async function take<Effect extends FaultEffect>(
  open: readonly CountedWindow<Effect>[],
  request: Request,
  { clock, startedAt, aliasesOf, subjectOf, onMatched, onTaken }: FaultLayerOptions,
): Promise<readonly CountedWindow<Effect>[]> {
  // Stryker disable next-line ConditionalExpression: it only saves work.
  if (open.length === 0) return [];
  const elapsedMs = clock.now() - startedAt;
  const described = await describeRequest(request);
  const known = { aliasesOf, subject: subjectOf?.(request, described) };
  const matching = open.filter(({ window }) => matchesRequest(window, described, known));
  for (const { window } of matching) onMatched?.(window);
  const takers = matching.filter((counted) => decides(counted, elapsedMs));
  const taken: CountedWindow<Effect>[] = [];
  for (const taker of takers) {
    if (taker.capacity?.sheds(clock.now()) === false) continue;
    taken.push(taker);
    if (endsRequest(taker.window.effect)) break;
  }
  // Stryker disable next-line ConditionalExpression: it only saves work.
  if (taken.length === 0) return [];
  const windows = taken.map(({ window }) => window);
  takenBy.set(request, [...(takenBy.get(request) ?? []), ...windows]);
  for (const window of windows) onTaken?.(window, request);
  return taken;
}

/** Whether a window takes a matching request, by its count and its chance. */
function decides<Effect extends FaultEffect>(
  counted: CountedWindow<Effect>,
  elapsedMs: number,
): boolean {
  const { window, chance } = counted;
  const number = counted.matched;
  counted.matched += 1;
  return takesNumber(window, number) && chance.chance(probabilityAt(window, elapsedMs));
}

function perform(
  { window, effect: random }: CountedWindow<ExchangeEffect>,
  request: Request,
  described: EntraRequest,
  next: Handler,
  {
    clock,
    startedAt,
    errorSeparator = "space",
    retryAfterExposed = "no",
    clearedSignal,
  }: FaultLayerOptions,
): Promise<Response> {
  const cleared = clearedSignal?.(window.id);
  return performEffect(
    window.effect,
    {
      at: window.at,
      request,
      described,
      clock,
      random,
      errorSeparator,
      retryAfterExposed,
      endsAtMs: endsAtMs(window, startedAt),
      ...(cleared === undefined ? {} : { cleared }),
    },
    next,
  );
}

function endsAtMs(window: FaultWindow, startedAt: number): number {
  return startedAt + window.from + window.for;
}
