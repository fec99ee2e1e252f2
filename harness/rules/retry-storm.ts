/**
 * Rule `retry-storm`: a client sends a limited number of similar requests. ESTS's own loop
 * detection answers the fifteenth in five minutes with AADSTS50196; a restart does not reset it,
 * so requests are counted per client and not per process or tab. A request that a browser resent
 * by itself is not counted: the first one was reset before ESTS received it.
 *
 * The loop detection is about requests of users. An app that repeats a failed request for its own
 * token only does not back off, which `backoff` and `retry-after` say already.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import { densestWindow } from "./model/densest-window.ts";
import type { Judgement, Rule } from "./rule.ts";
import { counted } from "./model/messages.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { entraRequestsOf, hasUser, similarityKeyOf } from "./model/similar-requests.ts";
import { isServiceFailure, statusOf } from "./model/exchange-outcomes.ts";
import type { Exchange } from "./model/exchanges.ts";

/** Judges `retry-storm`; bound: `limits.likeRequestsPer5MinutesMax`, 14 by default. */
export const retryStorm: Rule = {
  id: "retry-storm",
  says: "One client sends at most 14 similar requests to Entra in any five minutes.",
  source:
    "Microsoft identity platform, What's new for authentication: looping clients, AADSTS50196 at 15 like requests in 5 minutes (https://learn.microsoft.com/entra/identity-platform/reference-breaking-changes)",
  fix: "Cache tokens, share one request among concurrent callers, and back off after a failure.",
  excuses: [
    {
      id: "within-limit",
      says: "At most 14 similar requests in any five minutes, or as many as the scenario allows.",
    },
    {
      id: "another-request",
      says: "The requests are for different users, apps, scopes or endpoints, or go to different regions or clouds.",
    },
    { id: "another-process", says: "Another instance, in a process of its own, sends them." },
    { id: "pending-poll", says: "A poll for a device code that the person has not entered yet." },
    { id: "resent", says: "The browser itself sent the request again." },
    { id: "form-of-person", says: "A person sends the form of a sign-in page." },
  ],
  judge,
};

const LIKE_REQUESTS_MAX = 14;
const WINDOW_MS = 300_000;

function judge(history: History): Judgement {
  const maximum = history.header.limits?.likeRequestsPer5MinutesMax ?? LIKE_REQUESTS_MAX;
  const requests = entraRequestsOf(history).filter(
    (request) => !isPendingPoll(request) && request.began.resent !== true,
  );
  const alike = Map.groupBy(requests, (request) => similarityKeyOf(history, request));
  const storms = [...alike.values()].map((similar) => densestWindow(similar, WINDOW_MS));
  const worst = storms.sort((a, b) => b.length - a.length)[0] ?? [];
  const [first] = worst;
  if (first !== undefined && worst.length > maximum) {
    const tookMs = (worst.at(-1)?.began.at ?? 0) - first.began.at;
    const failure = fails(
      `${first.client} sent ${worst.length} similar ${first.began.endpoint} requests within ${formatDuration(tookMs)}; ${maximum} in 5m are allowed.`,
      worst.map(({ began }) => began),
    );
    return isOnlyRetries(worst) ? { ...failure, repeats: ["backoff", "retry-after"] } : failure;
  }
  if (!requests.some(hasFailed)) return inconclusive("No request to Entra failed.");
  return passes(
    `At most ${counted(worst.length, "similar request")} in any 5m; ${maximum} are allowed.`,
    worst.map(({ began }) => began),
  );
}

/** Whether all are an app's own requests, each after one that failed. */
function isOnlyRetries(requests: readonly Exchange[]): boolean {
  return (
    requests.every((request) => !hasUser(request)) && requests.slice(0, -1).every(isServiceFailure)
  );
}

/** Whether a request polls for a device code, as that flow does every few seconds. */
function isPendingPoll({ ended }: Exchange): boolean {
  return ended?.error?.error === "authorization_pending";
}

function hasFailed(request: Exchange): boolean {
  return isServiceFailure(request) || (statusOf(request) ?? 0) >= 400;
}
