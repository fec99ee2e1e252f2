/**
 * Rule `request-loop`: no client goes round in circles. Three signs of it: Entra ended the loop
 * itself (AADSTS50196); a page went to Entra again and again,
 * successfully or not; or a request was repeated without a pause. Rule `retry-storm` limits the
 * similar requests for tokens; this one also sees navigations and calls of APIs.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import { densestWindow } from "./model/densest-window.ts";
import { statusOf } from "./model/exchange-outcomes.ts";
import { exchangesOf, type Exchange } from "./model/exchanges.ts";
import { counted } from "./model/messages.ts";
import { addressOf, addressesBetween, longestChain, placeOf } from "./model/request-chains.ts";
import { similarityKeyInTab, tabOf } from "./model/similar-requests.ts";
import { fails, inconclusive, passes } from "./model/verdicts.ts";
import type { Judgement, Rule } from "./rule.ts";

/** Judges `request-loop`; bound for pages: `limits.likeRequestsPer5MinutesMax`, 14 by default. */
export const requestLoop: Rule = {
  id: "request-loop",
  says: "No client repeats a request 50 times without a pause, no page goes to Entra 15 times in five minutes, and Entra never has to end a loop with AADSTS50196.",
  source:
    "Microsoft identity platform, What's new for authentication: looping clients, AADSTS50196 at 15 like requests in 5 minutes (https://learn.microsoft.com/entra/identity-platform/reference-breaking-changes)",
  fix: "Read what Entra answers to a redirect (handleRedirectPromise) before the page goes there again, stop after one silent attempt, and pause between retries.",
  excuses: [
    { id: "together", says: "Requests under way at the same time are one round." },
    {
      id: "other-requests",
      says: "Requests for other users, tokens or documents, one after the other.",
    },
    { id: "pause", says: "A pause of more than 50 ms ends a chain of requests." },
    {
      id: "many-between",
      says: "Between a request and the next one like it are more than eight others.",
    },
    { id: "list", says: "Successful calls of an API, such as the pages of a list." },
    { id: "call-by-call", says: "Calls of an API that fail in one call of the application each." },
    { id: "resent", says: "The browser itself sent the request again." },
    { id: "preflight", says: "The preflight of a request is no request of the client." },
    { id: "form-of-person", says: "A person sends the form of a sign-in page." },
    { id: "web-app", says: "The redirects of a web app on a server are many users'." },
    { id: "fault-in-its-place", says: "A fault answered AADSTS50196, and not the service." },
  ],
  judge,
};

/** The number is ours: more rounds than a person or a paged list causes at once. */
const ROUNDS_MAX = 49;
const PAGE_ROUNDS_MAX = 14;
const WINDOW_MS = 300_000;
const LOOP_CODE = 50196;

function judge(history: History): Judgement {
  const exchanges = exchangesOf(history);
  const ended = exchanges.find(isEndedByEntra);
  if (ended !== undefined) {
    const loop = exchanges.filter(
      (one) => addressOf(one) === addressOf(ended) && one.client === ended.client,
    );
    return fails(
      `Entra ended a loop of ${ended.client} with AADSTS50196; it went round ${addressesBetween(exchanges, loop).join(", ")}.`,
      [ended.began, ...(ended.ended === undefined ? [] : [ended.ended]), ...beganOf(loop)],
    );
  }
  const pages = longest(
    [...Map.groupBy(navigationsOf(exchanges), pageOf).values()].map((similar) =>
      densestWindow(similar, WINDOW_MS),
    ),
  );
  const [firstPage] = pages;
  const maximum = history.header.limits?.likeRequestsPer5MinutesMax ?? PAGE_ROUNDS_MAX;
  if (firstPage !== undefined && pages.length > maximum) {
    const tookMs = (pages.at(-1)?.began.at ?? 0) - firstPage.began.at;
    return fails(
      `${whereOf(firstPage)} went to Entra ${pages.length} times within ${formatDuration(tookMs)}, round ${addressesBetween(exchanges, pages).join(", ")}; ${maximum} in 5m are allowed.`,
      beganOf(pages),
    );
  }
  const groups = [
    ...Map.groupBy(repeatable(exchanges), (one) => repeatKeyOf(history, one)).values(),
  ];
  const chain = longestIn(groups, exchanges);
  const [first] = chain;
  if (first !== undefined && chain.length > ROUNDS_MAX) {
    return fails(
      `${whereOf(first)} sent a request ${chain.length} times, each as soon as the one before had ended, round ${addressesBetween(exchanges, chain).join(", ")}.`,
      beganOf(chain),
    );
  }
  if (pages.length < 2 && !groups.some(isRepeated))
    return inconclusive("No request was sent again after one like it had ended.");
  return passes(
    `At most ${counted(chain.length, "like request")} without a pause, and ${counted(pages.length, "navigation")} to Entra in any 5m.`,
    beganOf(chain),
  );
}

/** The longest chain without a pause among similar requests, with those of the same tab between them. */
function longestIn(
  groups: readonly (readonly Exchange[])[],
  exchanges: readonly Exchange[],
): readonly Exchange[] {
  const keyOf = (one: Exchange): string => `${tabOf(one)} · ${one.program}`;
  const places = new Map(
    [...Map.groupBy(exchanges, keyOf)].map(([key, all]) => [key, placeOf(all)] as const),
  );
  const chains = groups.map((similar) => {
    const place = similar[0] === undefined ? undefined : places.get(keyOf(similar[0]));
    return longestChain(similar, place ?? placeOf(similar));
  });
  return longest(chains);
}

/** Whether the service, and no fault in its place, said that the client loops; on its page the code is in the text. */
function isEndedByEntra({ ended }: Exchange): boolean {
  if (ended === undefined || ended.faults !== undefined) return false;
  if (ended.error?.codes.includes(LOOP_CODE) === true) return true;
  return (
    ended.end.kind === "response" &&
    ended.end.bodyForm === "html" &&
    ended.end.body.includes(`AADSTS${LOOP_CODE}`)
  );
}

/**
 * Pages and frames that ask Entra to sign their user in, with any answer: a person who signs in
 * again and again is in a loop, too. Of a web app on a server each request is another user's.
 */
function navigationsOf(exchanges: readonly Exchange[]): readonly Exchange[] {
  return exchanges.filter(
    ({ began, operation }) =>
      began.endpoint === "authorize" &&
      began.method === "GET" &&
      (operation === undefined || operation.tab !== undefined),
  );
}

function pageOf(exchange: Exchange): string {
  return [exchange.client, tabOf(exchange)].join(" · ");
}

/** Requests whose repetition can be a loop: those to Entra, and failed calls of an API; a list of many pages is none. */
function repeatable(exchanges: readonly Exchange[]): readonly Exchange[] {
  return exchanges.filter(
    (one) =>
      one.began.resent !== true &&
      one.began.method !== "OPTIONS" &&
      (!isCallOfApi(one) || (statusOf(one) ?? 599) >= 400),
  );
}

function isCallOfApi({ began: { endpoint } }: Exchange): boolean {
  return endpoint === "resource" || endpoint === "userinfo" || endpoint === "other";
}

/**
 * Whether a request was sent again after one like it had ended, by the same call or by a later one.
 * The requests of calls that were made together are none, even if one is answered before another
 * is sent, which depends on sockets.
 */
function isRepeated(similar: readonly Exchange[]): boolean {
  const firstEnds = new Map<number | undefined, number>();
  let firstEnd = Infinity;
  for (const { ended, operation } of similar) {
    const end = ended?.index ?? Infinity;
    firstEnd = Math.min(firstEnd, end);
    const call = operation?.operation;
    firstEnds.set(call, Math.min(firstEnds.get(call) ?? Infinity, end));
  }
  return similar.some(
    ({ began, operation }) =>
      began.index > (firstEnds.get(operation?.operation) ?? Infinity) ||
      (operation ?? began).index > firstEnd,
  );
}

/** Of an API, repetitions within one call of the application: a test may call it as often as it likes. */
function repeatKeyOf(history: History, one: Exchange): string {
  return isCallOfApi(one)
    ? [one.client, addressOf(one), one.operation?.operation ?? ""].join(" · ")
    : similarityKeyInTab(history, one);
}

function whereOf({ client, operation }: Exchange): string {
  return operation?.tab === undefined ? client : `${operation.tab} of ${client}`;
}

function longest(lists: readonly (readonly Exchange[])[]): readonly Exchange[] {
  return lists.reduce((best, list) => (list.length > best.length ? list : best), []);
}

function beganOf(exchanges: readonly Exchange[]) {
  return exchanges.map(({ began }) => began);
}
