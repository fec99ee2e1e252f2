/**
 * Ends loops of requests that take no virtual time: a client that repeats a request as soon as
 * the one before has ended would keep the clock where it is for ever. From a number of rounds on
 * answers come later, so that the clock moves and the rules can judge; after many more the loop
 * is an error that names its address. Requests that are under way at the same time are no loop.
 */
import type { Clock } from "../../core/time/clock.ts";
import { hours } from "../../core/time/duration.ts";
import { HarnessError } from "../../core/errors.ts";
import { NetworkFault } from "../../core/http/network-fault.ts";
import type { Service } from "../../core/http/service.ts";
import { describeRequest, type EntraRequest } from "../../entra/request/endpoint.ts";

/** What happens to requests that are repeated without a pause. */
export interface LoopLimits {
  /** From this round on in one instant, answers come later. */
  readonly delayedFrom: number;
  /** How much later, ms of virtual time. */
  readonly delayMs: number;
  /** The last round that is answered. */
  readonly roundsMax: number;
}

export const loopLimits: LoopLimits = { delayedFrom: 50, delayMs: 100, roundsMax: 1_000 };

/**
 * For a page that is sent to Entra and back: each round loads documents and takes the machine a
 * good part of a second. The fifteenth like request is the one that Entra's own loop detection
 * refuses (`docs/sources.md#a10`).
 */
const pageLoopLimits: LoopLimits = { delayedFrom: 15, delayMs: 1_000, roundsMax: 100 };

/** How long the rounds after the error wait, so that the rest of the run costs few of them. */
const REFUSED_DELAY_MS = hours(1);

export interface LoopOptions {
  readonly clock: Clock;
  /** The process of the application that sends the request at hand; two that follow each other are no loop. */
  readonly asking: () => string | undefined;
  /** The user behind a request, as the service knows: tokens may be new ones in each round. Default: unknown. */
  readonly userOf?: (request: Request, described: EntraRequest) => string | undefined;
  /** Whether clients are pages in a browser. */
  readonly inBrowser: boolean;
}

/** One request among those like it. */
interface Round {
  /** 1 for a request before which none like it has ended in the same instant. */
  readonly count: number;
  readonly beganAt: number;
  /** Method, host and path. */
  readonly address: string;
  readonly limits: LoopLimits;
  /** The request has ended, having waited for `delayedMs` only because of its round. */
  readonly end: (delayedMs: number) => void;
}

/** The service, with later answers to requests that are repeated without a pause. */
export function slowRequestLoops(service: Service, options: LoopOptions): Service {
  const { clock } = options;
  const begin = countRounds(options);
  const refused = new Set<string>();

  const refuse = async (round: Round, signal: AbortSignal): Promise<never> => {
    const isKnown = refused.has(round.address);
    refused.add(round.address);
    if (isKnown) await clock.sleep(REFUSED_DELAY_MS, signal);
    round.end(isKnown ? REFUSED_DELAY_MS : 0);
    throw endlessRequests(round, clock.now());
  };

  return {
    async connect(attempt) {
      try {
        await service.connect(attempt);
      } catch (error) {
        if (!(error instanceof NetworkFault)) throw error;
        const round = await begin(attempt);
        if (round.count > round.limits.roundsMax) return refuse(round, attempt.signal);
        throw delayedFault(error, round);
      }
    },
    async handle(request) {
      const round = await begin(request);
      if (round.count > round.limits.roundsMax) return refuse(round, request.signal);
      request.signal.addEventListener("abort", () => round.end(0), { once: true });
      let delayedMs = 0;
      try {
        return await service.handle(request);
      } finally {
        const tookNoTime = clock.now() === round.beganAt;
        if (tookNoTime && round.count >= round.limits.delayedFrom) {
          delayedMs = round.limits.delayMs;
          await clock.sleep(delayedMs, request.signal);
        }
        round.end(delayedMs);
      }
    },
  };
}

/** A connection that fails later when it has failed too often; the recorder waits as long as the fault says. */
function delayedFault(fault: NetworkFault, { count, end, limits }: Round): NetworkFault {
  const { code, host, afterMs = 0 } = fault;
  // Its end is in the future; until then nothing like it can follow it.
  if (afterMs > 0) return fault;
  const delayMs = count >= limits.delayedFrom ? limits.delayMs : 0;
  end(delayMs);
  return delayMs === 0 ? fault : new NetworkFault(code, host, { afterMs: delayMs });
}

/** Counts, for each request, how many like it have followed one another up to the instant at which it begins. */
function countRounds({
  clock,
  asking,
  userOf = () => undefined,
  inBrowser,
}: LoopOptions): (request: Request) => Promise<Round> {
  /** By key; only what ends now or later can go on. */
  const ended = new Map<string, { readonly atMs: number; readonly rounds: number }>();
  let lastMs = -Infinity;
  return async (request) => {
    const { address, key, isPage } = await likenessOf(request, {
      asking: asking(),
      userOf,
      inBrowser,
    });
    const beganAt = clock.now();
    if (beganAt > lastMs) {
      for (const [old, { atMs }] of ended) if (atMs < beganAt) ended.delete(old);
      lastMs = beganAt;
    }
    const before = ended.get(key);
    const count = before?.atMs === beganAt ? before.rounds + 1 : 1;
    return {
      count,
      beganAt,
      address,
      limits: isPage ? pageLoopLimits : loopLimits,
      end(delayedMs) {
        const atMs = Math.max(clock.now(), beganAt + delayedMs);
        // A round that takes time of its own lets the clock go on.
        const rounds = atMs - delayedMs === beganAt ? count : 1;
        const other = ended.get(key);
        if (other?.atMs === atMs && other.rounds >= rounds) return;
        ended.set(key, { atMs, rounds });
      },
    };
  };
}

interface Likeness {
  readonly address: string;
  /** Equal for two requests of which the second repeats the first. */
  readonly key: string;
  /** A page, or a frame in it, goes to Entra. */
  readonly isPage: boolean;
}

async function likenessOf(
  request: Request,
  {
    asking,
    userOf,
    inBrowser,
  }: Required<Pick<LoopOptions, "userOf" | "inBrowser">> & { readonly asking: string | undefined },
): Promise<Likeness> {
  const { host, pathname } = new URL(request.url);
  const address = `${request.method} ${host}${pathname}`;
  const described = await describeRequest(request);
  const { endpoint, app, grant, scope, parameters } = described;
  // Some libraries name the user in every other round only.
  if (inBrowser && endpoint === "authorize")
    return { address, key: JSON.stringify([address, asking, app]), isPage: true };
  const known = endpoint === "token" ? userOf(request, described) : undefined;
  const sent = known === undefined ? IDENTIFYING.map((name) => parameters[name]) : [];
  const user = known ?? described.user;
  // For an API, whose token it is: many people's requests one after the other are no loop.
  const bearer = request.headers.get("authorization");
  const key = JSON.stringify([address, asking, app, grant, user, scope, sent, bearer]);
  return { address, key, isPage: false };
}

/** Parameters that only one person's request, or one attempt, has. */
const IDENTIFYING = ["refresh_token", "code", "device_code", "assertion", "SAMLRequest"];

function endlessRequests({ address, limits }: Round, nowMs: number): HarnessError {
  return new HarnessError(
    "request-loop",
    `${address} was requested more than ${limits.roundsMax} times, each time as soon as the request before had ended; at virtual time ${new Date(nowMs).toISOString()} this still goes on`,
    {
      place: address,
      hint: "Look for a retry without a pause or an end, or for a page that goes to Entra again whenever it loads.",
    },
  );
}
