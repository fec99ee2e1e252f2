/** A fleet and what happens to it, as figures. */
import type { Behaviour, FailureKind } from "../../clients/behaviour/behaviour.ts";
import type { RetryPolicy } from "../../clients/behaviour/retry-policy.ts";

/** What the Retry-After header of a rejection says: nothing, one time for all, or a time by chance for each. */
export type FleetRetryAfter =
  | { readonly kind: "none" }
  | { readonly kind: "fixed"; readonly afterMs: number }
  /** Each caller gets a slot of its own within this time. */
  | { readonly kind: "slots"; readonly withinMs: number };

/** A time in which the service answers with a failure instead of serving. Times in ms from the start. */
export interface FleetOutage {
  readonly fromMs: number;
  readonly forMs: number;
  /** What callers see; `timed-out`: no answer. */
  readonly answers: FailureKind;
  /** The share of requests that it takes, 0 to 1; default: all. */
  readonly share?: number;
}

/** The service of a fleet. */
export interface FleetService {
  /** Requests that it serves in a second. */
  readonly perSecond: number;
  /** A request that would wait longer is rejected, ms; `Infinity`: none is. */
  readonly longestWaitMs: number;
  readonly rejectsWith: FailureKind;
  readonly retryAfter: FleetRetryAfter;
  /** In order of time, and apart from each other. */
  readonly outages: readonly FleetOutage[];
  /** How long after an outage its capacity grows from nothing to all of it, ms; 0: it is there at once. */
  readonly rampMs: number;
}

/** Clients of one kind that share a service. */
export interface FleetPlan {
  readonly clients: number;
  readonly behaviour: Behaviour;
  /** When the application calls again after a failed call. */
  readonly policy: RetryPolicy;
  /** How often each application calls its client while it gets tokens, ms. */
  readonly callsEveryMs: number;
  readonly tokenLifetimeMs: number;
  /** How long a caller waits for an answer, ms; `Infinity`: for ever. */
  readonly patienceMs: number;
  /** Retries within a call spend one each; a success earns `perSuccess`, up to `most`. Default: no bound. */
  readonly retryBudget?: { readonly perSuccess: number; readonly most: number };
  readonly service: FleetService;
  /** When the clients ask first: by chance over the life of a token, as in a fleet that has run for long, or evenly over a time (0: all at once). */
  readonly begins: "spread" | { readonly evenlyOverMs: number };
  readonly untilMs: number;
  readonly seed: string;
}

/** How many requests a second the fleet sends while all is well. */
export function baseLoadOf(
  plan: Pick<FleetPlan, "clients" | "behaviour" | "callsEveryMs" | "tokenLifetimeMs">,
): number {
  return plan.clients / (renewalMs(plan) / 1_000);
}

/** The time between two renewals of one client while all is well, ms: a token is renewed at the first call after it is due. */
export function renewalMs({
  behaviour,
  callsEveryMs,
  tokenLifetimeMs,
}: Pick<FleetPlan, "behaviour" | "callsEveryMs" | "tokenLifetimeMs">): number {
  return nextCallFrom(0, tokenLifetimeMs - behaviour.renewsBeforeMs, callsEveryMs);
}

/** The first call from `dueMs` on of an application that calls `everyMs` after `fromMs`, and so on. */
export function nextCallFrom(fromMs: number, dueMs: number, everyMs: number): number {
  return fromMs + Math.max(1, Math.ceil((dueMs - fromMs) / everyMs)) * everyMs;
}
