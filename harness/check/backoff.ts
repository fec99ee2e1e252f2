/**
 * Rule `backoff`: where the service gives no instruction, the client makes its own: the
 * first retry at least five seconds after the failure, and growing gaps from there. The
 * gaps count from the end of one request to the start of the next like one, across restarts.
 */
import { formatDuration } from "../clock/duration.ts";
import type { History } from "../history/event.ts";
import { andMore, endingOf, fails, isInconclusive, passes } from "./judgement.ts";
import { counted, isFailedByService } from "./reading-operations.ts";
import { groupBy, likenessOf, tokenRequestsOf, type Exchange } from "./reading.ts";
import { instructedMsOf } from "./retry-after.ts";
import type { Judgement, Rule } from "./rule.ts";

/** Judges `backoff`. */
export const backoff: Rule = {
  id: "backoff",
  says: "After a failed token request without Retry-After: first retry at least 5 s later, then growing gaps.",
  source:
    "Microsoft Entra, Increase the resilience of client applications, HTTP 5xx response code and time-outs (seeds/003)",
  fix: "Back off in the application: 5 s, then doubling to a minute or more, whatever error the client throws.",
  judge,
};

const FIRST_GAP_MS = 5_000;
/** From here on gaps need not grow: whoever asks once a minute is no burden. */
const CAP_MS = 60_000;
/** Timers jitter. */
const TOLERANCE = 0.9;

interface Retry {
  readonly failed: Exchange;
  readonly next: Exchange;
  readonly gapMs: number;
}

interface Breach extends Retry {
  readonly why: string;
}

function judge(history: History): Judgement {
  const chains = chainsOf(tokenRequestsOf(history));
  const retries = chains.flat();
  if (retries.length === 0) {
    return isInconclusive(
      "No token request that failed without Retry-After was followed by a like one.",
    );
  }
  const breaches = chains.flatMap(breachesOf);
  const [first] = breaches;
  if (first === undefined) {
    const shortestMs = Math.min(...chains.map(([retry]) => retry?.gapMs ?? Infinity));
    return passes(
      `${counted(retries.length, "request")} after a failure, the first of a row never sooner than ${formatDuration(shortestMs)}.`,
      retries.map(({ next }) => next.began),
    );
  }
  return fails(
    `${first.next.client} asked for a token again ${formatDuration(first.gapMs)} after ${endingOf(first.failed)}, ${first.why}${andMore(breaches)}.`,
    breaches.flatMap(({ failed, next }) => [failed.ended ?? failed.began, next.began]),
  );
}

/** Runs of retries without a good answer or an instruction between them. */
function chainsOf(requests: readonly Exchange[]): readonly (readonly Retry[])[] {
  const alike = groupBy(requests, likenessOf);
  const chains: Retry[][] = [];
  for (const group of alike.values()) {
    let chain: Retry[] = [];
    let failed: Exchange | undefined;
    for (const next of group) {
      const failedAt = failed?.ended;
      // Sent before the failure was known: another caller, not a retry.
      if (failedAt !== undefined && next.began.index < failedAt.index) continue;
      if (failed !== undefined && failedAt !== undefined)
        chain.push({ failed, next, gapMs: next.began.at - failedAt.at });
      if (failed === undefined || !isUninstructedFailure(next)) {
        if (chain.length > 0) chains.push(chain);
        chain = [];
      }
      failed = isUninstructedFailure(next) ? next : undefined;
    }
    if (chain.length > 0) chains.push(chain);
  }
  return chains;
}

function isUninstructedFailure(exchange: Exchange): boolean {
  return isFailedByService(exchange) && instructedMsOf(exchange) === 0;
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
  const earlierMs = chain[position - 2]?.gapMs;
  const hasGrown = earlierMs === undefined || gapMs * TOLERANCE > earlierMs;
  return hasGrown || gapMs >= CAP_MS * TOLERANCE
    ? undefined
    : "the third time without a longer wait";
}
