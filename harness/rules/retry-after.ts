/**
 * Rule `retry-after`: after a failure with a valid Retry-After, with any status from 400, the same
 * client sends no similar request before the time has passed; protected APIs are judged, too. The
 * service does not see restarts, so a client that forgets the time in a restart breaks the rule,
 * too. In a browser each tab is judged by the answers to its own requests; rule `tabs` judges the
 * answers to other tabs.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { andMore, counted, endingOf } from "./model/messages.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { purposeOf } from "./model/purposes.ts";
import { addressOf } from "./model/request-chains.ts";
import { tokenSentBy } from "./model/shown-tokens.ts";
import { similarityKeyInTab, tabOf } from "./model/similar-requests.ts";
import { exchangesOf, type Exchange } from "./model/exchanges.ts";
import { statusOf } from "./model/exchange-outcomes.ts";

/** Judges `retry-after`. */
export const retryAfter: Rule = {
  id: "retry-after",
  says: "The same client sends no similar request before Retry-After has passed.",
  source:
    "Microsoft Entra, Increase the resilience of client applications, HTTP 429 and 5xx response codes (https://learn.microsoft.com/entra/architecture/resilience-client-app); forms of the header: RFC 9110 section 10.2.3",
  fix: "Store the time of the next allowed attempt outside the client, for both forms of Retry-After and any body, and send no request before it.",
  excuses: [
    {
      id: "rounding",
      says: "The request comes less than a second early, and by less than a tenth of the wait.",
    },
    { id: "sent-before", says: "The request was sent before the answer was known." },
    { id: "resent", says: "The browser itself sent the request again." },
    {
      id: "another-request",
      says: "The next request is for another user, app, scope or endpoint, or goes to another region or cloud.",
    },
    { id: "another-process", says: "Another instance, in a process of its own, sends it." },
    {
      id: "another-address",
      says: "The next request to a protected API is for another address or method, or carries another token. Of addresses that differ only in a number or id, one was throttled.",
    },
    {
      id: "own-wait-over",
      says: "The address itself has asked for a wait, which is over, and others that differ in a number or id ask for longer.",
    },
    { id: "another-tab", says: "Another tab received the answer; rule tabs judges it." },
    {
      id: "nothing-asked",
      says: "The answer is no failure, or its Retry-After is zero, past or malformed.",
    },
    {
      id: "preflight",
      says: "The request is a preflight of the browser, or the answer is one to a preflight.",
    },
  ],
  judge,
};

/** A request that was sent before the Retry-After of an answer to a similar one had passed. */
export interface PrematureRequest {
  readonly answer: Exchange;
  readonly early: Exchange;
  readonly askedMs: number;
}

/** All that break the rule, in order. */
export function prematureRequestsIn(history: History): readonly PrematureRequest[] {
  return breachesOf(history, exchangesOf(history));
}

function judge(history: History): Judgement {
  const exchanges = exchangesOf(history);
  const answers = exchanges.filter((exchange) => instructedMsOf(exchange) > 0);
  if (answers.length === 0) {
    return inconclusive("No failure with a valid Retry-After other than zero was seen.");
  }
  const breaches = breachesOf(history, exchanges);
  const [first] = breaches;
  if (first !== undefined) {
    return fails(
      `${describe(first)}${andMore(breaches)}.`,
      breaches.flatMap(({ answer, early }) => [answer.ended ?? answer.began, early.began]),
    );
  }
  const observed = answers.filter((answer) => clientContinuesAfter(history, answer));
  return observed.length === 0
    ? inconclusive("The client did nothing after the last answer with a Retry-After.")
    : passes(
        `After ${counted(observed.length, "answer")} with Retry-After, the client waited until it had passed.`,
        observed.map(({ began, ended }) => ended ?? began),
      );
}

/** How long the Retry-After of a failed request asks the client to wait, ms; zero without one. MSAL, too, reads it for every failure (`docs/sources.md#c1`). */
export function instructedMsOf(exchange: Exchange): number {
  const status = statusOf(exchange) ?? 0;
  return status >= 400 ? (exchange.ended?.retryAfter?.ms ?? 0) : 0;
}

function breachesOf(history: History, exchanges: readonly Exchange[]): readonly PrematureRequest[] {
  const groups = Map.groupBy(exchanges, (exchange) => waitKeyOf(history, exchange));
  const breaches: PrematureRequest[] = [];
  for (const requests of groups.values()) {
    const answers = requests
      .filter((request) => instructedMsOf(request) > 0)
      .sort((a, b) => endIndexOf(a) - endIndexOf(b));
    let known = 0;
    const asked: AskedWaits = { all: new Map(), pending: new Map() };
    for (const early of requests) {
      for (; known < answers.length; known += 1) {
        const answer = answers[known];
        if (answer === undefined || endIndexOf(answer) > early.began.index) break;
        const place = placeOf(answer);
        const before = asked.all.get(place);
        if (before !== undefined && allowedAtOf(answer) < allowedAtOf(before)) continue;
        asked.all.set(place, answer);
        asked.pending.set(place, answer);
      }
      // A request that the browser resent by itself: its client sent only one.
      if (early.began.resent === true) continue;
      const answer = answerToHeed(asked, early);
      if (answer !== undefined) breaches.push({ answer, early, askedMs: instructedMsOf(answer) });
    }
  }
  return breaches.sort((a, b) => a.early.began.index - b.early.began.index);
}

/** By place, the answer that asked for the longest wait: of `all` that came, and of those whose wait is `pending`. */
interface AskedWaits {
  readonly all: Map<string, Exchange>;
  readonly pending: Map<string, Exchange>;
}

/** The answer whose Retry-After a request ignores: that of its own place, or for a place that has asked for none, once two of its kind ask to wait, the strictest. */
function answerToHeed({ all, pending }: AskedWaits, early: Exchange): Exchange | undefined {
  for (const [place, answer] of pending)
    if (early.began.at >= allowedAtOf(answer)) pending.delete(place);
  const place = placeOf(early);
  if (all.has(place) || pending.size < 2) return pending.get(place);
  return [...pending.values()].reduce((one, other) =>
    allowedAtOf(other) >= allowedAtOf(one) ? other : one,
  );
}

/** What one Retry-After is about among similar requests: an API may limit each order or mailbox by itself, so its address, with the numbers and ids in it. */
function placeOf(exchange: Exchange): string {
  return exchange.began.endpoint === "resource" ? addressOf(exchange) : "";
}

/** The key of similar requests. A protected API throttles by its own measure: requests with the same token to addresses that differ only in numbers and ids are similar. */
function waitKeyOf(history: History, exchange: Exchange): string {
  const { began, client } = exchange;
  if (began.endpoint !== "resource") return similarityKeyInTab(history, exchange);
  const address = purposeOf({ flow: "custom", app: addressOf(exchange) });
  return [tabOf(exchange), client, address, tokenSentBy(exchange) ?? ""].join(" · ");
}

/** The header counts whole seconds, so clients round: less than a second early is allowed. */
const ROUNDING_MS = 1_000;

/** The earliest time of the next similar request, ms since the Unix epoch. */
export function allowedAtOf(answer: Exchange): number {
  const askedMs = instructedMsOf(answer);
  // For a wait of a few seconds, a whole second would be too much tolerance.
  return (answer.ended?.at ?? 0) + askedMs - Math.min(ROUNDING_MS, askedMs / 10);
}

function endIndexOf({ ended }: Exchange): number {
  return ended?.index ?? Infinity;
}

function describe({ answer, early, askedMs }: PrematureRequest): string {
  const waitedMs = early.began.at - (answer.ended?.at ?? answer.began.at);
  const raw = answer.ended?.retryAfter?.raw ?? "";
  const form = /^\s*\d+\s*$/.test(raw) ? "in seconds" : "as an HTTP-date";
  const { endpoint, host } = early.began;
  const where = endpoint === "resource" ? `the API at ${host}` : `the ${endpoint} endpoint`;
  return `${early.client} sent another request to ${where} ${formatDuration(waitedMs)} after ${endingOf(answer)} with a Retry-After (${form}) of ${formatDuration(askedMs)}`;
}

/** Whether the client made a call or sent a request after the answer. */
function clientContinuesAfter({ events }: History, exchange: Exchange): boolean {
  const { ended, began } = exchange;
  if (ended === undefined) return false;
  for (let index = ended.index + 1; index < events.length; index += 1) {
    const event = events[index];
    if (event?.kind === "operation-invoked" && event.client === began.client) return true;
    if (event?.kind !== "exchange-began") continue;
    if (began.client === undefined || event.client === began.client) return true;
  }
  return false;
}
