/**
 * Rule `device-code-polling`: a device that waits for its user polls on through `slow_down`, with
 * five seconds more between polls from then on, and through failures of the service: the user may
 * have entered the code already, and a sign-in that was given up begins with a new code.
 * Source: RFC 8628 section 3.5. That a 5xx must not end the polling is our reading of its words
 * on connection time-outs.
 */
import { formatDuration, minutes } from "../core/time/duration.ts";
import type { ExchangeEnded, History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { grantOf, isServiceFailure } from "./model/exchange-outcomes.ts";
import { operationsOf, type Exchange, type Operation } from "./model/exchanges.ts";
import { andMore, counted, endingOf } from "./model/messages.ts";
import { fails, inconclusive, passes } from "./model/verdicts.ts";

/** Judges `device-code-polling`. */
export const deviceCodePolling: Rule = {
  id: "device-code-polling",
  says: "A device that waits for its user polls on through slow_down, five seconds slower, and through failures of the service.",
  source: "RFC 8628 section 3.5: https://datatracker.ietf.org/doc/html/rfc8628#section-3.5",
  fix: "Poll in a loop of your own around the library, or offer a new code at once; add five seconds to the interval after each slow_down.",
  excuses: [
    {
      id: "given-up-otherwise",
      says: "The last answer was neither slow_down nor a failure of the service, such as a refusal.",
    },
    {
      id: "code-over",
      says: "The device code has expired, and the next poll would have come after that.",
    },
    {
      id: "whole-seconds",
      says: "A pause may be up to a second too short, because clients count whole seconds.",
    },
  ],
  judge,
};

/** What slow_down adds to the interval, and the interval where the service names none: RFC 8628. */
const SLOWER_BY_MS = 5_000;
/** Where the answer does not say it: `docs/sources.md#b`. */
const CODE_LIFETIME_MS = minutes(15);
/** How much longer than its pace a device may wait after a failure: RFC 8628 section 3.5 suggests exponential back-off and sets no limit. */
const BACKOFF_MS = minutes(1);
/** Clients count whole seconds. */
const ROUNDING_MS = 1_000;

interface Breach {
  readonly poll: Exchange;
  readonly operation: Operation;
  readonly what: string;
}

function judge(history: History): Judgement {
  const waits = operationsOf(history).map((operation) => ({
    operation,
    polls: operation.exchanges.filter(isPoll),
  }));
  const disturbed = waits.flatMap(({ polls }) =>
    polls.filter((poll) => isSlowDown(poll) || isServiceFailure(poll)),
  );
  if (disturbed.length === 0)
    return inconclusive("No poll of a device was answered slow_down or failed.");
  const breaches = waits.flatMap(({ operation, polls }) => breachesOf(operation, polls));
  const [first] = breaches;
  if (first !== undefined) {
    return fails(
      `${first.poll.client} ${first.what}${andMore(breaches)}.`,
      breaches.flatMap(({ poll, operation: { invoked, completed } }) => [
        poll.ended ?? poll.began,
        completed ?? invoked,
      ]),
    );
  }
  return passes(
    `${counted(disturbed.length, "poll")} answered slow_down or failed, and polling went on.`,
    disturbed.map(({ ended, began }) => ended ?? began),
  );
}

/** Whether the device code had expired when the sign-in ended, and no poll was due between the last one and then. */
function isCodeOver({ completed, exchanges }: Operation, last: Exchange, paceMs: number): boolean {
  const issued = exchanges.find(({ began }) => began.endpoint === "device-code")?.ended;
  if (issued === undefined || completed === undefined) return false;
  const expiresAt = issued.at + lifetimeMsIn(issued);
  const leftMs = expiresAt - (last.ended?.at ?? last.began.at);
  return completed.at >= expiresAt && leftMs <= paceMs + BACKOFF_MS;
}

/** How long a device code lives, by the answer that issued it. */
function lifetimeMsIn({ end }: ExchangeEnded): number {
  try {
    const answer = JSON.parse(end.kind === "response" ? end.body : "") as { expires_in?: unknown };
    const seconds = answer.expires_in;
    return typeof seconds === "number" ? seconds * 1_000 : CODE_LIFETIME_MS;
  } catch {
    return CODE_LIFETIME_MS;
  }
}

function isPoll(exchange: Exchange): boolean {
  return grantOf(exchange) === "device_code";
}

function isSlowDown({ ended }: Exchange): boolean {
  return ended?.error?.error === "slow_down";
}

function answerOf(poll: Exchange): string {
  return isSlowDown(poll) ? "slow_down" : endingOf(poll);
}

function breachesOf(operation: Operation, polls: readonly Exchange[]): readonly Breach[] {
  const breaches: Breach[] = [];
  /** What slow_down asks for; it lasts for the rest of the sign-in. */
  let leastMs = 0;
  /** The shortest pause since the last slow_down: one after a failure may be longer. */
  let paceMs = Infinity;
  for (const [at, poll] of polls.entries()) {
    const next = polls[at + 1];
    if (next === undefined) {
      const isGivenUp = operation.completed?.outcome === "fail";
      const isDisturbed = isSlowDown(poll) || isServiceFailure(poll);
      const knownPaceMs = paceMs === Infinity ? 0 : paceMs;
      const dueMs = Math.max(knownPaceMs, leastMs, SLOWER_BY_MS);
      if (isGivenUp && isDisturbed && !isCodeOver(operation, poll, dueMs))
        breaches.push({ poll, operation, what: `gave up a sign-in after ${answerOf(poll)}` });
      continue;
    }
    if (isSlowDown(poll)) {
      const intervalMs = paceMs === Infinity ? 0 : paceMs;
      leastMs = Math.max(intervalMs, leastMs, SLOWER_BY_MS) + SLOWER_BY_MS;
      paceMs = Infinity;
    }
    const gapMs = next.began.at - (poll.ended?.at ?? poll.began.at);
    if (gapMs < leastMs - ROUNDING_MS) {
      const what = `polled again after ${formatDuration(gapMs)}, and slow_down asks for ${formatDuration(leastMs)}`;
      breaches.push({ poll, operation, what });
    }
    paceMs = Math.min(paceMs, gapMs);
  }
  return breaches;
}
