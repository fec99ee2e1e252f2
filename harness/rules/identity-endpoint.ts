/**
 * Rule `identity-endpoint`: how a client retries at IMDS, by Microsoft's guidance for it, which
 * differs from that for Entra: the first retry may come at once, since the endpoint is on the
 * machine itself. Judged call by call. The endpoints of other sources have no such guidance.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { andMore, counted, endingOf } from "./model/messages.ts";
import { fails, passes, inconclusive, type EventRef } from "./model/verdicts.ts";
import { isServiceFailure, statusOf } from "./model/exchange-outcomes.ts";
import { operationsOf, type Exchange, type Operation } from "./model/exchanges.ts";
import { resourceKey } from "./model/identifiers.ts";

/** Judges `identity-endpoint`. */
export const identityEndpoint: Rule = {
  id: "identity-endpoint",
  says: "Retries at IMDS follow its guidance: at least a second apart and with growing pauses, for up to 70 s after a 410, and none after another 4xx.",
  source:
    "How to use managed identities on a virtual machine to acquire an access token, Error handling and Retry guidance (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token)",
  fix: "Retry 404, 410, 429 and 5xx with growing pauses (0, 2, 6, 14, 30 s; at least 1 s after a 5xx), go on for 70 s after a 410, and report any other 4xx.",
  excuses: [
    { id: "first-retry", says: "The first retry may come at once, except after a 5xx." },
    { id: "other-sources", says: "Endpoints other than IMDS have no such guidance." },
    { id: "early-timer", says: "A timer that fires up to a tenth of a second early." },
    { id: "capped", says: "Pauses of half a minute or more need not grow." },
    {
      id: "gone",
      says: "Pauses after a 410 need not grow, since the endpoint is back after 70 s.",
    },
    { id: "retry-after", says: "A pause as long as the answer's Retry-After need not grow." },
    { id: "another-call", says: "A new call of the application may ask at once." },
    {
      id: "probe",
      says: "The first request of a call, without the header Metadata, only asks whether the endpoint is there: 400 is the answer it is after.",
    },
    { id: "no-longer-gone", says: "The last answer before the client gave up was not a 410." },
  ],
  judge,
};

/** The minimum wait after a 5xx, and between retries after the first. */
const PAUSE_MS = 1_000;
/** The longest pause of the guidance's sequence. */
const LONGEST_PAUSE_MS = 30_000;
/** By how much a pause is longer than the last but one, at least; the guidance doubles them, and clients add jitter. */
const GROWTH = 1.2;
/** After a 410 the endpoint is available again within this time. */
const GONE_MS = 70_000;
/** Tolerates timers that fire a little early. */
const TOLERANCE_MS = 100;

interface Breach {
  readonly why: string;
  readonly evidence: readonly EventRef[];
}

function judge(history: History): Judgement {
  const affected = operationsOf(history)
    .map((operation) => ({ operation, requests: tokenRequestsOf(operation) }))
    .filter(({ requests }) => requests.some(hasFailed));
  if (affected.length === 0) return inconclusive("No request to IMDS failed.");
  const breaches = affected.flatMap(({ operation, requests }) =>
    attemptsOf(requests).flatMap((attempt) => [
      ...retryBreaches(attempt),
      ...goneBreaches(operation, attempt),
    ]),
  );
  const [first] = breaches;
  if (first !== undefined) {
    return fails(
      `${first.why}${andMore(breaches)}.`,
      breaches.flatMap(({ evidence }) => evidence),
    );
  }
  const retries = affected.reduce((sum, { requests }) => sum + requests.length - 1, 0);
  return passes(
    `${counted(affected.length, "call")} had a failed request to IMDS and retried ${counted(retries, "time")}, always as the guidance says.`,
    affected.flatMap(({ requests }) => requests.map(({ began, ended }) => ended ?? began)),
  );
}

/** The requests of a call to IMDS that ask for a token: without the header Metadata, its first one may be a probe. */
function tokenRequestsOf({ exchanges }: Operation): readonly Exchange[] {
  const [first, ...others] = exchanges.filter(isToImds);
  if (first === undefined) return [];
  const isProbe = statusOf(first) === 400 && !first.began.headers.some(isMetadataHeader);
  return isProbe ? others : [first, ...others];
}

function isMetadataHeader([name]: readonly [string, string]): boolean {
  return name.toLowerCase() === "metadata";
}

/** Whether a request goes to IMDS itself, or to the address where pods reach it. */
function isToImds({ began: { endpoint, url } }: Exchange): boolean {
  return endpoint === "managed-identity" && IMDS.test(url);
}

const IMDS = /^http:\/\/(?:169\.254\.169\.254|127\.0\.0\.1:2579)\//;

function hasFailed(exchange: Exchange): boolean {
  return isServiceFailure(exchange) || (statusOf(exchange) ?? 0) >= 400;
}

/** The requests for one token up to the first that did not fail; those for another resource are no retries. */
function attemptsOf(requests: readonly Exchange[]): readonly (readonly Exchange[])[] {
  const byResource = Map.groupBy(requests, ({ began }) => resourceKey(began));
  return [...byResource.values()].flatMap((same) => {
    const attempts: Exchange[][] = [];
    let isOver = true;
    for (const request of same) {
      if (isOver) attempts.push([]);
      attempts.at(-1)?.push(request);
      isOver = !hasFailed(request);
    }
    return attempts;
  });
}

function retryBreaches(requests: readonly Exchange[]): readonly Breach[] {
  return requests.flatMap((next, position) => {
    const failed = requests[position - 1];
    if (failed?.ended === undefined || !hasFailed(failed)) return [];
    const gapMs = next.began.at - failed.ended.at;
    const why = reasonOfBreach(failed, position, gapMs) ?? reasonOfSteadiness(requests, position);
    if (why === undefined) return [];
    return [
      {
        why: `${next.client} sent another request to IMDS ${formatDuration(gapMs)} after ${endingOf(failed)}, ${why}`,
        evidence: [failed.ended, next.began],
      },
    ];
  });
}

function reasonOfBreach(failed: Exchange, position: number, gapMs: number): string | undefined {
  if (!isServiceFailure(failed)) return "which a retry cannot fix";
  const mustWait = (statusOf(failed) ?? 0) >= 500 || position > 1;
  const isSoon = gapMs < PAUSE_MS - TOLERANCE_MS;
  return mustWait && isSoon ? `sooner than ${formatDuration(PAUSE_MS)}` : undefined;
}

/** Why a pause is too short beside the last but one: with jitter, two in a row may be alike. */
function reasonOfSteadiness(requests: readonly Exchange[], position: number): string | undefined {
  const [first, second, third, next] = requests.slice(Math.max(0, position - 3), position + 1);
  if (next === undefined || first === undefined || second === undefined || third === undefined)
    return undefined;
  // The pauses that are compared followed the first and the third.
  if ([first, third].some((request) => statusOf(request) === 410)) return undefined;
  const [beforeMs, gapMs] = [gapOf(first, second), gapOf(third, next)];
  const askedMs = third.ended?.retryAfter?.ms ?? 0;
  if (gapMs >= LONGEST_PAUSE_MS || (askedMs > 0 && gapMs >= askedMs)) return undefined;
  return gapMs + TOLERANCE_MS >= beforeMs * GROWTH
    ? undefined
    : `no longer than the ${formatDuration(beforeMs)} of two retries before`;
}

function gapOf(failed: Exchange, next: Exchange): number {
  return next.began.at - (failed.ended?.at ?? next.began.at);
}

/** Reports a call that gave up on a 410 before the endpoint had to be available again; given are its requests for one token up to the first that did not fail. */
function goneBreaches({ completed }: Operation, requests: readonly Exchange[]): readonly Breach[] {
  const last = requests.at(-1);
  const gone = requests.find((request) => statusOf(request) === 410);
  if (completed?.outcome !== "fail" || last === undefined || gone?.ended === undefined) return [];
  if (statusOf(last) !== 410) return [];
  const waitedMs = completed.at - gone.ended.at;
  if (waitedMs >= GONE_MS - TOLERANCE_MS) return [];
  return [
    {
      why: `${last.client} gave up ${formatDuration(waitedMs)} after a 410 of IMDS, which is available again within ${formatDuration(GONE_MS)}`,
      evidence: [completed, gone.ended],
    },
  ];
}
