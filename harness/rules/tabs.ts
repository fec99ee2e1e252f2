/**
 * Rule `tabs`: several tabs are one application to the user and to the service. A second tab of a
 * signed-in user asks for no sign-in and has the token of the first; and all tabs wait after a
 * Retry-After or a 5xx that one of them received.
 *
 * Within one tab, `retry-after` and `backoff` judge the waiting, and `reload` what a tab loses;
 * `single-flight` judges requests of several tabs at the same time.
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
import { firstUseExcuses, firstUsesOf, type FirstUse } from "./model/first-uses.ts";

/** Judges `tabs`. */
export const tabs: Rule = {
  id: "tabs",
  says: "A second tab of a signed-in user asks for no sign-in and has the token of the first, and all tabs wait after a Retry-After or a 5xx that one of them received.",
  source:
    "Increase the resilience of authentication and authorization in client applications: persist tokens between app instances; no attempt before Retry-After, the first retry after a 5xx at least 5 s later (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Keep the token cache, and with it the library's throttle, where all tabs see it (cacheLocation: localStorage), and look there for an account before anyone is asked to sign in.",
  excuses: [
    ...firstUseExcuses,
    { id: "another-token", says: "The second tab requests a token of its own, and gets one." },
    { id: "received-elsewhere", says: "Another tab received the token while this one was open." },
    {
      id: "rounding",
      says: "The request comes earlier by less than a tenth of the wait, and by less than a second after a Retry-After.",
    },
    { id: "sent-before", says: "The request was sent before the answer was known." },
    { id: "resent", says: "The browser itself sent the request again." },
    { id: "preflight", says: "The request is a preflight of the browser." },
    {
      id: "own-answer",
      says: "The tab itself has an answer after which it has to wait; retry-after and backoff judge that.",
    },
    {
      id: "another-request",
      says: "The next request is for another user, app, scope or endpoint, or goes to another region or cloud.",
    },
    { id: "unknown-tab", says: "The run does not show from which tab a request comes." },
  ],
  judge,
};

/** The minimum wait after a 5xx without Retry-After, a tenth less to tolerate timers that fire early. */
const FIRST_GAP_MS = seconds(5) * 0.9;

interface Breach {
  readonly what: string;
  readonly at: EventRef;
  readonly evidence: readonly EventRef[];
}

function judge(history: History): Judgement {
  const secondTabs = firstUsesOf(history).filter(({ loss }) => loss.kind === "second-tab");
  const waits = waitsOf(history);
  const breaches = [
    ...secondTabs.flatMap((one) => lossOf(history, one) ?? []),
    ...waits.flatMap((one) => earlyRequestOf(one) ?? []),
  ].sort((a, b) => a.at.index - b.at.index);
  const [first] = breaches;
  if (first !== undefined) {
    return fails(
      `${first.what}${andMore(breaches)}.`,
      breaches.flatMap(({ evidence }) => evidence),
    );
  }
  if (secondTabs.length + waits.length === 0) {
    return inconclusive(
      "No tab was opened beside one with a signed-in user, and none sent a request after another had received a Retry-After or a 5xx.",
    );
  }
  return passes(
    `${counted(secondTabs.length, "first call")} of second tabs used the token that the application had, and ${counted(waits.length, "request")} waited after a Retry-After or a 5xx of another tab.`,
    [...secondTabs.map(({ event }) => event), ...waits.map(({ next }) => next.began)],
  );
}

/** Reports a second tab that does not have what the application has; a request for another token is allowed. */
function lossOf(history: History, one: FirstUse): Breach | undefined {
  const { event, end, had, loss, at } = one;
  if (end === "served" || end === "network") return undefined;
  const what = end === "asked" ? "the user was asked to sign in" : "a call got no token";
  return {
    what: `In a second tab of ${event.client} ${what} ${sinceStart(history, at)} into the run, although the application had ${had.description}`,
    at: event,
    evidence: [event, loss.event, had, ...one.evidence],
  };
}

/** A request of one tab after a similar one of another tab failed; times in ms since the Unix epoch. */
interface Wait {
  readonly answer: Exchange;
  readonly next: Exchange;
  readonly allowedAt: number;
}

/** Of each tab the first similar request after an answer to another tab that requires a wait, and all that did not wait. */
function waitsOf(history: History): readonly Wait[] {
  const requests = entraRequestsOf(history).filter(
    ({ began, operation }) => operation?.tab !== undefined && began.method !== "OPTIONS",
  );
  const alike = Map.groupBy(requests, (request) => similarityKeyOf(history, request));
  return [...alike.values()].flatMap(waitsAmong);
}

function waitsAmong(similar: readonly Exchange[]): readonly Wait[] {
  const answers = similar
    .filter((answer) => allowedAfter(answer) > 0)
    .sort((a, b) => endIndexOf(a) - endIndexOf(b));
  const waits: Wait[] = [];
  const strictest = new Map<string, Exchange>();
  const counted = new Set<string>();
  let known = 0;
  for (const next of similar) {
    for (; endIndexOf(answers[known]) < next.began.index; known += 1) {
      const answer = answers[known];
      if (answer !== undefined) strictest.set(tabOf(answer), stricterOf(strictest, answer));
    }
    // A request that the browser resent by itself: its client sent only one.
    if (next.began.resent === true) continue;
    // Its own tab has to wait as well: `retry-after` and `backoff` judge that.
    const own = strictest.get(tabOf(next));
    if (own !== undefined && allowedAfter(own) > next.began.at) continue;
    const [answer] = [...strictest.values()]
      .filter((other) => tabOf(other) !== tabOf(next))
      .sort((a, b) => allowedAfter(b) - allowedAfter(a));
    if (answer === undefined) continue;
    const key = `${tabOf(next)} ${answer.began.exchange}`;
    const allowedAt = allowedAfter(answer);
    if (next.began.at < allowedAt || !counted.has(key)) waits.push({ answer, next, allowedAt });
    counted.add(key);
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

/** When a similar request is allowed after this answer, ms since the Unix epoch; zero when it requires no wait. */
function allowedAfter(answer: Exchange): number {
  if (instructedMsOf(answer) > 0) return allowedAtOf(answer);
  const status = statusOf(answer) ?? 0;
  const hasFailed = status === 429 || status >= 500;
  return hasFailed && answer.ended !== undefined ? answer.ended.at + FIRST_GAP_MS : 0;
}

function earlyRequestOf({ answer, next, allowedAt }: Wait): Breach | undefined {
  const { ended } = answer;
  if (ended === undefined || next.began.at >= allowedAt) return undefined;
  const waited = formatDuration(next.began.at - ended.at);
  const askedMs = instructedMsOf(answer);
  const asked =
    askedMs === 0 ? "the 5s that are required" : `${formatDuration(askedMs)} of Retry-After`;
  return {
    what: `${tabOf(next)} of ${next.client} sent a request to the ${next.began.endpoint} endpoint ${waited} after ${tabOf(answer)} had got ${endingOf(answer)}, within ${asked}`,
    at: next.began,
    evidence: [ended, next.began],
  };
}
