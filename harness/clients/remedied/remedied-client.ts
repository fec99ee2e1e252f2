/**
 * A client under test with remedies of `brownout/remedies` around it, as an app would put them
 * there: around its calls, its requests and its saved cache. Each use is counted, so that only a
 * remedy that was in effect is credited with what changed.
 */
import { HarnessError } from "../../core/errors.ts";
import { withBoundedWait } from "../remedies/bounded-wait.ts";
import { withEarlyRenewal } from "../remedies/early-renewal.ts";
import { withJitteredBackoff } from "../remedies/jittered-backoff.ts";
import { withLastGoodToken } from "../remedies/last-good-token.ts";
import { type TokenStore, withSteadyStore } from "../remedies/persisted-cache.ts";
import { withRegionalFallback } from "../remedies/regional-fallback.ts";
import { machineClock, type RemedyClock, type RemedyOptions } from "../remedies/remedy-clock.ts";
import { withRetryAfter } from "../remedies/retry-after.ts";
import { withRetryBudget } from "../remedies/retry-budget.ts";
import { withSingleFlight } from "../remedies/single-flight.ts";
import {
  isOutageError,
  type KeepingTokenSource,
  type TokenSource,
} from "../remedies/token-source.ts";
import {
  type CacheKind,
  type ClientContext,
  type ClientInstance,
  type ClientUnderTest,
  isSaved,
  type OpenOptions,
  type TokenRequest,
  type TokenResult,
  type Transport,
} from "../client.ts";
import { type RemedyName, remedyNames, type RemedyUse } from "./remedy-names.ts";

/** For how long tokens of people who are away are renewed, ms: a week. */
const IDLE_MS = 7 * 86_400_000;

/** A client with remedies around it. */
export interface RemediedClient {
  readonly client: ClientUnderTest;
  /** The cache with which an app is opened instead of the one that its script asks for. */
  readonly cacheOf: (wanted: CacheKind | undefined) => CacheKind | undefined;
  /** How often each remedy was in effect until now, in the order of `remedyNames`. */
  readonly uses: () => readonly RemedyUse[];
}

/** Puts remedies around a client. */
export function withRemedies(
  client: ClientUnderTest,
  names: readonly RemedyName[],
): RemediedClient {
  const tally = createTally(names);
  const savedWaits = new WeakMap<ClientContext, TokenStore>();
  const hasSavedCache = names.includes("persisted-cache");
  let isOtherCache = false;
  return {
    uses: tally.uses,
    cacheOf(wanted) {
      if (!hasSavedCache || (wanted !== undefined && isSaved(wanted))) return wanted;
      isOtherCache = true;
      return "persisted";
    },
    client: {
      ...client,
      async open(options, context) {
        // What a page saves outlives it from its second time on.
        if (isOtherCache && context.browser !== undefined)
          tally.used("persisted-cache", savedWaits.has(context) ? "act" : "call");
        const waits = savedWaits.get(context) ?? mapStore();
        savedWaits.set(context, waits);
        const around: Around = { client, tally, context, waits };
        const instance = await client.open(options, {
          ...context,
          ...transportOf(around),
          ...(hasSavedCache ? { cacheStore: storeOf(around) } : {}),
        });
        return remediedInstance(instance, { ...around, options });
      },
    },
  };
}

/** What the remedies of one process are put around. */
interface Around {
  readonly client: ClientUnderTest;
  readonly tally: Tally;
  readonly context: ClientContext;
  /** Where the waits of Retry-After are saved. */
  readonly waits: TokenStore;
}

interface Tally {
  readonly has: (name: RemedyName) => boolean;
  readonly called: (name: RemedyName) => void;
  readonly used: (name: RemedyName, how: "call" | "act") => void;
  readonly uses: () => readonly RemedyUse[];
  /** What a remedy is given of the simulation. */
  readonly optionsFor: (name: RemedyName, context: ClientContext) => Required<RemedyOptions>;
}

function createTally(names: readonly RemedyName[]): Tally {
  const calls = new Map<RemedyName, number>();
  const acts = new Map<RemedyName, number>();
  const add = (counts: Map<RemedyName, number>, name: RemedyName): void => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  return {
    has: (name) => names.includes(name),
    called: (name) => add(calls, name),
    used: (name, how) => add(how === "call" ? calls : acts, name),
    uses: () =>
      remedyNames
        .filter((name) => names.includes(name))
        .map((remedy) => ({
          remedy,
          calls: calls.get(remedy) ?? 0,
          acts: acts.get(remedy) ?? 0,
        })),
    optionsFor: (name, context) => ({
      clock: clockOf(context),
      onAct: () => add(acts, name),
    }),
  };
}

/** The clock that an app has: that of its device, which a fault may have put wrong. Pages and other programs have theirs elsewhere. */
function clockOf({ clock, browser, program }: ClientContext): RemedyClock {
  const isHere = browser === undefined && program === undefined;
  const now = (): number => (isHere ? machineClock.now() : clock.now());
  return { now, sleep: (ms, signal) => clock.sleep(ms, signal) };
}

/** Remedies around requests. The one that stands first sees a request first. */
function transportOf({ tally, context, waits }: Around): { readonly transport?: Transport } {
  const named = (["retry-after", "jittered-backoff", "retry-budget"] as const).filter(tally.has);
  // A page and another program send their own requests.
  const isElsewhere = context.browser !== undefined || context.program !== undefined;
  if (named.length === 0 || isElsewhere) return {};
  const stacks = new WeakMap<Request, "fetch" | "http">();
  const { transport = (request: Request) => fetch(request) } = context;
  const random = context.random.fork("remedy jitter");
  const send = named.reduceRight(
    (inner, name) => {
      const options = tally.optionsFor(name, context);
      const wrapped =
        name === "retry-after"
          ? withRetryAfter(inner, { ...options, store: waits })
          : name === "jittered-backoff"
            ? withJitteredBackoff(inner, {
                ...options,
                random: () => random.integer(0, 999_999) / 1_000_000,
              })
            : withRetryBudget(inner, options);
      return (request: Request) => {
        tally.called(name);
        return wrapped(request);
      };
    },
    (request: Request) => transport(request, stacks.get(request)),
  );
  return {
    transport: (request, stack) => {
      if (stack !== undefined) stacks.set(request, stack);
      return send(request);
    },
  };
}

function storeOf({ tally, context }: Around): TokenStore {
  const steady = withSteadyStore(context.cacheStore, tally.optionsFor("persisted-cache", context));
  return {
    read: (key) => {
      tally.called("persisted-cache");
      return steady.read(key);
    },
    write: (key, value) => {
      tally.called("persisted-cache");
      return steady.write(key, value);
    },
  };
}

/** Calls that end without a person. */
const SILENT_FLOWS: ReadonlySet<string> = new Set([
  "client-credentials",
  "silent",
  "on-behalf-of",
  "managed-identity",
  "refresh-token",
]);

/** A process that asks, with its options. */
type Process = Around & { readonly options: OpenOptions };

/** Remedies around calls. */
function remediedInstance(instance: ClientInstance, process: Process): ClientInstance {
  const { tally } = process;
  const pages = createPages(instance);
  const isOfPerson = ({ flow }: TokenRequest): boolean => !SILENT_FLOWS.has(flow);
  const keeping: KeepingTokenSource<TokenRequest, TokenResult>[] = [];
  let ask: TokenSource<TokenRequest, TokenResult> = (
    request,
    signal = new AbortController().signal,
  ) => instance.acquire(request, signal);
  for (const name of [
    "regional-fallback",
    "single-flight",
    "bounded-wait",
    "last-good-token",
    "early-renewal",
  ] as const) {
    if (!tally.has(name)) continue;
    const wrapped = wrapperOf(name, ask, { ...process, keyOf: pages.keyOf });
    if ("keep" in wrapped) keeping.push(wrapped);
    ask = (request, signal) => {
      tally.called(name);
      return wrapped(request, signal);
    };
  }
  return {
    ...instance,
    ...(instance.tabs === undefined ? {} : { tabs: pages.watched(instance.tabs) }),
    async acquire(request, signal) {
      if (!isOfPerson(request)) return ask(request, signal);
      const token = await instance.acquire(request, signal);
      for (const source of keeping) source.keep(silentFor(request), token);
      return token;
    },
  };
}

/** What a silent call for the same token says. */
function silentFor({ scopes, user, tab }: TokenRequest): TokenRequest {
  return {
    flow: "silent",
    scopes,
    ...(user === undefined ? {} : { user }),
    ...(tab === undefined ? {} : { tab }),
  };
}

function wrapperOf(
  name: RemedyName,
  ask: TokenSource<TokenRequest, TokenResult>,
  process: Process & { readonly keyOf: (request: TokenRequest) => string },
): TokenSource<TokenRequest, TokenResult> | KeepingTokenSource<TokenRequest, TokenResult> {
  const { client, tally, context, keyOf } = process;
  const options = { ...tally.optionsFor(name, context), keyOf };
  const isOutage = (error: unknown): boolean =>
    !(error instanceof HarnessError) &&
    isOutageError(error) &&
    client.describeError?.(error)?.interactionRequired !== true;
  switch (name) {
    case "regional-fallback":
      return withRegionalFallback(ask, { ...options, isOutage, withoutRegion });
    case "single-flight":
      return withSingleFlight(ask, options);
    case "bounded-wait":
      return withBoundedWait(ask, options);
    case "last-good-token":
      return withLastGoodToken(ask, { ...options, isOutage });
    default:
      return withEarlyRenewal(ask, { ...options, whileIdleMs: IDLE_MS });
  }
}

function withoutRegion({ region, ...rest }: TokenRequest): TokenRequest | undefined {
  return region === undefined ? undefined : rest;
}

/** What a page remembers ends when it is loaded again: keys of each tab, and of each time it was loaded. */
function createPages({ tabs }: ClientInstance) {
  const loads = new Map<string, number>();
  const ended = (tab: string): void => {
    loads.set(tab, (loads.get(tab) ?? 0) + 1);
  };
  return {
    keyOf: ({ tab = tabs?.front() ?? "", ...request }: TokenRequest): string => {
      const { user, scopes, credential, region } = request;
      const page = [tab, loads.get(tab) ?? 0];
      return JSON.stringify([page, user?.id, [...scopes].sort(), credential, region]);
    },
    watched(own: NonNullable<ClientInstance["tabs"]>): NonNullable<ClientInstance["tabs"]> {
      return {
        front: () => own.front(),
        open: () => own.open(),
        reload(tab = own.front()) {
          ended(tab);
          return own.reload(tab);
        },
        close(tab = own.front()) {
          ended(tab);
          return own.close(tab);
        },
      };
    },
  };
}

/** A file beside the app, which a restart leaves. */
function mapStore(): TokenStore {
  const values = new Map<string, string>();
  return {
    read: (key) => Promise.resolve(values.get(key)),
    write: (key, value) => {
      values.set(key, value);
      return Promise.resolve();
    },
  };
}
