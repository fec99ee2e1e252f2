/**
 * Performs the fault plan at one place of the picture: a layer around the front door, the
 * primary or a protected API, which does not know that it is being broken.
 *
 * All open windows of the place decide about a request when it arrives, each by its own
 * count and its own draws, so that adding a fault shifts no other's. Those that take it
 * act in plan order, the first outermost: latency and body effects compose, and the first
 * effect that answers by itself ends the chain. A window of limited capacity counts only what
 * gets as far as its service, and takes only what that sheds.
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
} from "./effect-traits.ts";
import { connectionFault, performEffect } from "./effects.ts";
import type { FaultEffect, FaultPlan, FaultSite, FaultWindow } from "./plan.ts";
import { type AliasesOf, isOpenAt, matchesRequest, probabilityAt, takesNumber } from "./window.ts";

export interface FaultLayerOptions {
  /** Read anew at each request: a plan may grow (`live-plan.ts`). */
  readonly plan: FaultPlan;
  /** Where this layer stands: only windows at these sites act in it. */
  readonly sites: readonly FaultSite[];
  readonly clock: Clock;
  /** Forked by window id. */
  readonly random: Random;
  /** The start of the scenario, ms since the Unix epoch. */
  readonly startedAt: number;
  /** Lets a slice name a user by UPN where the request names the object id, and so on. */
  readonly aliasesOf?: AliasesOf;
  /** As `ServiceSettings.errorSeparator`; default `space`. */
  readonly errorSeparator?: "crlf" | "space";
  /** Aborted when the window of that id is cleared before its time: what hangs in it is let go. */
  readonly clearedSignal?: (id: string) => AbortSignal | undefined;
  /** As `ServiceSettings.retryAfterExposed`; default `no`. */
  readonly retryAfterExposed?: RetryAfterExposed;
  /** Told of every window that takes a request, when it does. */
  readonly onTaken?: (window: FaultWindow, request: Request) => void;
}

/**
 * A layer that breaks connections in `connect` and exchanges in `handle`. Both reject with
 * a `NetworkFault`, as the service does, or with the reason of the request's own abort.
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

/** Ids of the windows that took a request so far, in every layer that it passed, outermost first. */
export function faultsOf(request: Request): readonly string[] {
  return (takenBy.get(request) ?? []).map(({ id }) => id);
}

/** Where a request was ended by a fault instead of being served; `undefined` when it was not. */
export function faultSiteOf(request: Request): FaultSite | undefined {
  return takenBy.get(request)?.find(({ effect }) => endsRequest(effect))?.at;
}

type WindowOf<Effect extends FaultEffect> = FaultWindow & { readonly effect: Effect };

/** A window with what it has seen. */
interface CountedWindow<Effect extends FaultEffect> {
  readonly window: WindowOf<Effect>;
  readonly chance: Random;
  readonly effect: Random;
  /** Of a window whose effect is `capacity`. */
  readonly capacity?: Capacity;
  matched: number;
}

function hasConnectionEffect(window: FaultWindow): window is WindowOf<ConnectionEffect> {
  return isConnectionEffect(window.effect);
}

function hasExchangeEffect(window: FaultWindow): window is WindowOf<ExchangeEffect> {
  return !isConnectionEffect(window.effect);
}

/** The open windows of this place with one kind of effect, each with its count, which begins when it first opens. */
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
  // Two forks: what an effect draws must not decide whom the window takes next.
  const counted = { window, chance: own.fork("chance"), effect: own.fork("effect"), matched: 0 };
  if (window.effect.kind !== "capacity") return counted;
  return { ...counted, capacity: createCapacity(window.effect) };
}

/** The windows that take a request, in plan order, up to the first that answers. */
async function take<Effect extends FaultEffect>(
  open: readonly CountedWindow<Effect>[],
  request: Request,
  { clock, startedAt, aliasesOf, onTaken }: FaultLayerOptions,
): Promise<readonly CountedWindow<Effect>[]> {
  if (open.length === 0) return [];
  const elapsedMs = clock.now() - startedAt;
  const described = await describeRequest(request);
  const takers = open.filter((counted) => decides(counted, described, elapsedMs, aliasesOf));
  const taken: CountedWindow<Effect>[] = [];
  for (const taker of takers) {
    if (taker.capacity?.sheds(clock.now()) === false) continue;
    taken.push(taker);
    if (endsRequest(taker.window.effect)) break;
  }
  if (taken.length === 0) return [];
  const windows = taken.map(({ window }) => window);
  takenBy.set(request, [...(takenBy.get(request) ?? []), ...windows]);
  for (const window of windows) onTaken?.(window, request);
  return taken;
}

function decides<Effect extends FaultEffect>(
  counted: CountedWindow<Effect>,
  described: EntraRequest,
  elapsedMs: number,
  aliasesOf: AliasesOf | undefined,
): boolean {
  const { window, chance } = counted;
  if (!matchesRequest(window, described, aliasesOf)) return false;
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
