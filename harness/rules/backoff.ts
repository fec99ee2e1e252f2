/**
 * Rule `backoff`: after a failure without Retry-After, the first retry comes at least five seconds
 * later, and the waits grow from there. A wait counts from the end of one request to the start
 * of the next similar one, across restarts; in a browser within a tab (rule `tabs` judges
 * waits across tabs).
 */
import { formatDuration } from "../core/time/duration.ts";
import type { ExchangeEnded, History, OperationCompleted } from "../history/event.ts";
import { instructedMsOf } from "./retry-after.ts";
import type { Judgement, Rule } from "./rule.ts";
import { andMore, counted, endingOf } from "./model/messages.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { isFailedByService } from "./model/exchange-outcomes.ts";
import { similarityKeyInTab, entraRequestsOf } from "./model/similar-requests.ts";
import { operationsOf, type Exchange } from "./model/exchanges.ts";

/** Judges `backoff`. */
export const backoff: Rule = {
  id: "backoff",
  says: "After a failed request to Entra without Retry-After: the first retry comes at least 5 s later, and the waits grow.",
  source:
    "Microsoft Entra, Increase the resilience of client applications, HTTP 5xx response code and time-outs (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Back off in the application: 5 s, then doubling to a minute or more, after any error that the client throws.",
  excuses: [
    { id: "retry-after", says: "The failure has a Retry-After; rule retry-after judges it." },
    { id: "another-caller", says: "The request was sent before the failure was known." },
    { id: "resent", says: "The browser itself sent the request again." },
    { id: "another-service", says: "The next request goes to another region or cloud." },
    { id: "another-process", says: "Another instance, in a process of its own, sends it." },
    { id: "long-waits", says: "Waits of a minute or more need not grow." },
  ],
  judge,
};

const FIRST_GAP_MS = 5_000;
/** Waits of this length need not grow: one request a minute is acceptable. */
const CAP_MS = 60_000;
/** Tolerates timers that fire a little early. */
const TOLERANCE = 0.9;

/** A failed request, and the event by which the application knew. */
interface Failure {
  readonly request: Exchange;
  readonly known: ExchangeEnded | OperationCompleted;
}

interface Retry {
  readonly failure: Failure;
  readonly next: Exchange;
  readonly gapMs: number;
}

interface Breach extends Retry {
  readonly why: string;
}

function judge(history: History): Judgement {
  const chains = chainsOf(history, timeoutsOf(history));
  const retries = chains.flat();
  if (retries.length === 0) {
    return inconclusive(
      "No request to Entra that failed without Retry-After was followed by a similar one.",
    );
  }
  const breaches = chains.flatMap(breachesOf);
  const [first] = breaches;
  if (first === undefined) {
    const shortestMs = chains.reduce(
      (shortest, [retry]) => Math.min(shortest, retry?.gapMs ?? Infinity),
      Infinity,
    );
    return passes(
      `${counted(retries.length, "retry", "retries")} after a failure; the first retry came never sooner than ${formatDuration(shortestMs)}.`,
      retries.map(({ next }) => next.began),
    );
  }
  return fails(
    `${first.next.client} sent another request to the ${first.next.began.endpoint} endpoint ${formatDuration(first.gapMs)} after ${describe(first.failure)}, ${first.why}${andMore(breaches)}.`,
    breaches.flatMap(({ failure, next }) => [failure.known, next.began]),
  );
}

/** Calls whose callers timed out, by number; most clients keep waiting for the answer. */
function timeoutsOf(history: History): ReadonlyMap<number, OperationCompleted> {
  const timeouts = new Map<number, OperationCompleted>();
  for (const { completed } of operationsOf(history)) {
    if (completed?.outcome === "unknown" && completed.reason === "caller-timeout")
      timeouts.set(completed.operation, completed);
  }
  return timeouts;
}

/** Sequences of retries without a good answer or a Retry-After between them. */
function chainsOf(
  history: History,
  timeouts: ReadonlyMap<number, OperationCompleted>,
): readonly (readonly Retry[])[] {
  const chains: Retry[][] = [];
  const similarRequests = Map.groupBy(entraRequestsOf(history), (request) =>
    similarityKeyInTab(history, request),
  );
  for (const similar of similarRequests.values()) {
    let chain: Retry[] = [];
    let failure: Failure | undefined;
    for (const next of similar) {
      // A request that the browser resent by itself: its client sent one, and saw only the second answer.
      const isOwn = next.began.resent !== true;
      // Sent before the failure was known: by another caller, so not a retry.
      if (failure !== undefined && isOwn && next.began.index < failure.known.index) continue;
      if (failure !== undefined && isOwn)
        chain.push({ failure, next, gapMs: next.began.at - failure.known.at });
      failure = failureOf(next, timeouts);
      if (failure === undefined) {
        chains.push(chain);
        chain = [];
      }
    }
    chains.push(chain);
  }
  return chains;
}

function failureOf(
  request: Exchange,
  timeouts: ReadonlyMap<number, OperationCompleted>,
): Failure | undefined {
  const { ended, operation } = request;
  const gaveUp = operation === undefined ? undefined : timeouts.get(operation.operation);
  if (gaveUp !== undefined && gaveUp.index < (ended?.index ?? Infinity))
    return { request, known: gaveUp };
  if (ended === undefined || !isFailedByService(request)) return undefined;
  return instructedMsOf(request) === 0 ? { request, known: ended } : undefined;
}

function describe({ request, known }: Failure): string {
  return known.kind === "operation-completed" ? "the caller's own time-out" : endingOf(request);
}

function breachesOf(chain: readonly Retry[]): readonly Breach[] {
  const breaches: Breach[] = [];
  let longestMs = 0;
  chain.forEach((retry, position) => {
    const why = reasonOfBreach(chain, position, longestMs);
    if (why !== undefined) breaches.push({ ...retry, why });
    longestMs = Math.max(longestMs, retry.gapMs);
  });
  return breaches;
}

function reasonOfBreach(
  chain: readonly Retry[],
  position: number,
  longestMs: number,
): string | undefined {
  const gapMs = chain[position]?.gapMs ?? 0;
  if (gapMs < FIRST_GAP_MS) return `sooner than ${formatDuration(FIRST_GAP_MS)}`;
  if (gapMs < Math.min(longestMs, CAP_MS) * TOLERANCE)
    return `sooner than the previous retry, which waited ${formatDuration(longestMs)}`;
  // A poller with a client that backs off shows equal waits until the back-off exceeds its interval.
  const dueMs = Math.min(FIRST_GAP_MS * 2 ** position, CAP_MS);
  const earlierMs = chain[position - 2]?.gapMs;
  const hasGrown = earlierMs === undefined || gapMs * TOLERANCE > earlierMs;
  return hasGrown || gapMs >= dueMs * TOLERANCE
    ? undefined
    : "the third wait in a row that did not grow";
}
