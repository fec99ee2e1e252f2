/**
 * Rule `backoff`: where the service gives no instruction, the client makes its own: the
 * first retry at least five seconds after the failure, and growing gaps from there. The
 * gaps count from the end of one request to the start of the next like one, across restarts;
 * in a browser within a tab (rule `tabs` has what one tab owes to another).
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
  says: "After a failed request to Entra without Retry-After: first retry at least 5 s later, then growing gaps.",
  source:
    "Microsoft Entra, Increase the resilience of client applications, HTTP 5xx response code and time-outs (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Back off in the application: 5 s, then doubling to a minute or more, whatever error the client throws.",
  judge,
};

const FIRST_GAP_MS = 5_000;
/** From here on gaps need not grow: whoever asks once a minute is no burden. */
const CAP_MS = 60_000;
/** Timers jitter. */
const TOLERANCE = 0.9;

/** When the application knew that a request had failed. */
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
  const chains = chainsOf(entraRequestsOf(history), timeoutsOf(history));
  const retries = chains.flat();
  if (retries.length === 0) {
    return inconclusive(
      "No request to Entra that failed without Retry-After was followed by a like one.",
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
      `${counted(retries.length, "request")} after a failure, the first of a row never sooner than ${formatDuration(shortestMs)}.`,
      retries.map(({ next }) => next.began),
    );
  }
  return fails(
    `${first.next.client} asked the ${first.next.began.endpoint} endpoint again ${formatDuration(first.gapMs)} after ${describe(first.failure)}, ${first.why}${andMore(breaches)}.`,
    breaches.flatMap(({ failure, next }) => [failure.known, next.began]),
  );
}

/** Calls that their callers gave up, by number: most clients go on waiting for what nobody wants any more. */
function timeoutsOf(history: History): ReadonlyMap<number, OperationCompleted> {
  const timeouts = new Map<number, OperationCompleted>();
  for (const { completed } of operationsOf(history)) {
    if (completed?.outcome === "unknown" && completed.reason === "caller-timeout")
      timeouts.set(completed.operation, completed);
  }
  return timeouts;
}

/** Runs of retries without a good answer or an instruction between them. */
function chainsOf(
  requests: readonly Exchange[],
  timeouts: ReadonlyMap<number, OperationCompleted>,
): readonly (readonly Retry[])[] {
  const chains: Retry[][] = [];
  for (const alike of Map.groupBy(requests, similarityKeyInTab).values()) {
    let chain: Retry[] = [];
    let failure: Failure | undefined;
    for (const next of alike) {
      // The browser asked again by itself: its client asked once, and heard the second answer only.
      const isOwn = next.began.resent !== true;
      // Sent before the failure was known: another caller, not a retry.
      if (failure !== undefined && isOwn && next.began.index < failure.known.index) continue;
      if (failure !== undefined && isOwn)
        chain.push({ failure, next, gapMs: next.began.at - failure.known.at });
      failure = failureOf(next, timeouts);
      if (failure === undefined && chain.length > 0) {
        chains.push(chain);
        chain = [];
      }
    }
    if (chain.length > 0) chains.push(chain);
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
    const why = whyWrong(chain, position, longestMs);
    if (why !== undefined) breaches.push({ ...retry, why });
    longestMs = Math.max(longestMs, retry.gapMs);
  });
  return breaches;
}

function whyWrong(
  chain: readonly Retry[],
  position: number,
  longestMs: number,
): string | undefined {
  const gapMs = chain[position]?.gapMs ?? 0;
  if (gapMs < FIRST_GAP_MS) return `sooner than ${formatDuration(FIRST_GAP_MS)}`;
  if (gapMs < Math.min(longestMs, CAP_MS) * TOLERANCE)
    return `sooner than the retry before, which waited ${formatDuration(longestMs)}`;
  // A poller with a client that backs off shows equal gaps until the wait exceeds its own rhythm.
  const dueMs = Math.min(FIRST_GAP_MS * 2 ** position, CAP_MS);
  const earlierMs = chain[position - 2]?.gapMs;
  const hasGrown = earlierMs === undefined || gapMs * TOLERANCE > earlierMs;
  return hasGrown || gapMs >= dueMs * TOLERANCE
    ? undefined
    : "the third time without a longer wait";
}
