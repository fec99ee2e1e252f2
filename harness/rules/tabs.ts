/**
 * Rule tabs: several tabs are one application to the person and to the service. A second tab
 * of somebody who is signed in asks for nothing and has what the first has; and what one tab
 * was told to wait for, by Retry-After or by a 5xx, the others wait for, too.
 *
 * Within one tab, `retry-after` and `backoff` judge the waiting, and `reload` what a tab
 * loses; requests of several tabs at the same instant are told by `single-flight`.
 */
import { formatDuration, seconds } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import { allowedAtOf, instructedMsOf } from "./retry-after.ts";
import type { Judgement, Rule } from "./rule.ts";
import { andMore, counted, endingOf, sinceStart } from "./model/messages.ts";
import { fails, passes, inconclusive, type EventRef } from "./model/verdicts.ts";
import { similarityKeyOf, entraRequestsOf, tabOf } from "./model/similar-requests.ts";
import { statusOf } from "./model/exchange-outcomes.ts";
import type { Exchange } from "./model/exchanges.ts";
import { firstUsesOf, type FirstUse } from "./model/first-uses.ts";

/** Judges `tabs`. */
export const tabs: Rule = {
  id: "tabs",
  says: "A second tab of a signed-in person asks for no sign-in and has the token of the first, and what one tab was told to wait for holds for the others.",
  source:
    "Increase the resilience of authentication and authorization in client applications: persist tokens between app instances; no attempt before Retry-After, the first retry after a 5xx at least 5 s later (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Keep the token cache, and with it the library's throttle, where all tabs see it (cacheLocation: localStorage), and look there for an account before anybody is asked.",
  judge,
};

/** After a 5xx without Retry-After; a tenth less for timers. */
const FIRST_GAP_MS = seconds(5) * 0.9;

interface Breach {
  readonly what: string;
  readonly at: EventRef;
  readonly evidence: readonly EventRef[];
}

function judge(history: History): Judgement {
  const seconds = firstUsesOf(history).filter(({ loss }) => loss.kind === "second-tab");
  const waits = waitsOf(history);
  const breaches = [
    ...seconds.flatMap((one) => lossOf(history, one) ?? []),
    ...waits.flatMap((one) => hurryOf(one) ?? []),
  ].sort((a, b) => a.at.index - b.at.index);
  const [first] = breaches;
  if (first !== undefined) {
    return fails(
      `${first.what}${andMore(breaches)}.`,
      breaches.flatMap(({ evidence }) => evidence),
    );
  }
  if (seconds.length + waits.length === 0) {
    return inconclusive(
      "No tab was opened beside one whose person was signed in, and none asked after another had been told to wait.",
    );
  }
  return passes(
    `${counted(seconds.length, "first call")} of second tabs went on with what the application had, and ${counted(waits.length, "request")} waited for what another tab had been told.`,
    [...seconds.map(({ event }) => event), ...waits.map(({ next }) => next.began)],
  );
}

/** A second tab that does not know what the application has; a request for another token is its own affair. */
function lossOf(history: History, one: FirstUse): Breach | undefined {
  const { event, end, had, loss, at } = one;
  if (end === "served" || end === "network") return undefined;
  const what = end === "asked" ? "the person was asked to sign in" : "a call got nothing";
  return {
    what: `In a second tab of ${event.client} ${what} ${sinceStart(history, at)} in, although the application had ${had.description}`,
    at: event,
    evidence: [event, loss.event, had, ...one.evidence],
  };
}

/** A request of one tab after a like one of another was turned away; times in ms since the Unix epoch. */
interface Wait {
  readonly answer: Exchange;
  readonly next: Exchange;
  readonly allowedAt: number;
}

/** Of each tab the first like request after an answer to another that bids to wait, and any that did not wait. */
function waitsOf(history: History): readonly Wait[] {
  const requests = entraRequestsOf(history).filter(
    ({ began, operation }) => operation?.tab !== undefined && began.method !== "OPTIONS",
  );
  return [...Map.groupBy(requests, similarityKeyOf).values()]
    .filter((alike) => new Set(alike.map(tabOf)).size > 1)
    .flatMap(waitsAmong);
}

function waitsAmong(alike: readonly Exchange[]): readonly Wait[] {
  const answers = alike
    .filter((answer) => allowedAfter(answer) > 0)
    .sort((a, b) => endIndexOf(a) - endIndexOf(b));
  const waits: Wait[] = [];
  const strictest = new Map<string, Exchange>();
  const heeded = new Set<string>();
  let known = 0;
  for (const next of alike) {
    for (; endIndexOf(answers[known]) < next.began.index; known += 1) {
      const answer = answers[known];
      if (answer !== undefined) strictest.set(tabOf(answer), stricterOf(strictest, answer));
    }
    // What the browser sends again by itself its client has asked for once.
    if (next.began.resent === true) continue;
    // Its own tab was told as well: `retry-after` and `backoff` have that.
    const own = strictest.get(tabOf(next));
    if (own !== undefined && allowedAfter(own) > next.began.at) continue;
    const [answer] = [...strictest.values()]
      .filter((other) => tabOf(other) !== tabOf(next))
      .sort((a, b) => allowedAfter(b) - allowedAfter(a));
    if (answer === undefined) continue;
    const key = `${tabOf(next)} ${answer.began.exchange}`;
    const allowedAt = allowedAfter(answer);
    if (next.began.at < allowedAt || !heeded.has(key)) waits.push({ answer, next, allowedAt });
    heeded.add(key);
  }
  return waits;
}

function stricterOf(strictest: ReadonlyMap<string, Exchange>, answer: Exchange): Exchange {
  const before = strictest.get(tabOf(answer));
  return before === undefined || allowedAfter(answer) >= allowedAfter(before) ? answer : before;
}

function endIndexOf(exchange: Exchange | undefined): number {
  return exchange?.ended?.index ?? Infinity;
}

/** When a like request is allowed after this answer, ms since the Unix epoch; zero when it bids no wait. */
function allowedAfter(answer: Exchange): number {
  if (instructedMsOf(answer) > 0) return allowedAtOf(answer);
  const status = statusOf(answer) ?? 0;
  const isTurnedAway = status === 429 || status >= 500;
  return isTurnedAway && answer.ended !== undefined ? answer.ended.at + FIRST_GAP_MS : 0;
}

function hurryOf({ answer, next, allowedAt }: Wait): Breach | undefined {
  const { ended } = answer;
  if (ended === undefined || next.began.at >= allowedAt) return undefined;
  const waited = formatDuration(next.began.at - ended.at);
  const askedMs = instructedMsOf(answer);
  const asked = askedMs === 0 ? "the 5s that are due" : `${formatDuration(askedMs)} of Retry-After`;
  return {
    what: `${tabOf(next)} of ${next.client} asked the ${next.began.endpoint} endpoint ${waited} after ${tabOf(answer)} had got ${endingOf(answer)}, within ${asked}`,
    at: next.began,
    evidence: [ended, next.began],
  };
}
