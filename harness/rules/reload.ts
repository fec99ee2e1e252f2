/**
 * Rule `reload`: a valid token is not lost because a page is reloaded, its tab is closed or the
 * browser restarted. Applications choose where they keep tokens in a browser, and memory and
 * `sessionStorage` end sooner than tokens; the guidance is to reuse tokens for their lifetime,
 * however often the application is started.
 *
 * Judged by the first use afterwards: a silent call (also from a hidden iframe) that has to
 * request a token or fails, a prompt, or a sign-in page. `persisted-cache` judges the same for
 * processes, for three days of refresh tokens; those of browsers live a day (`docs/sources.md#b`), and only this rule judges
 * what a restart of the browser loses. Rule `tabs` judges a tab opened beside another.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import type { Loss } from "./model/tabs-of-client.ts";
import { andMore, every, sinceStart } from "./model/messages.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { firstUseExcuses, firstUsesOf, type FirstUse } from "./model/first-uses.ts";

/** Judges `reload`. */
export const reload: Rule = {
  id: "reload",
  says: "A valid token survives a reload of its page, the closing of its tab and a restart of the browser.",
  source:
    "Increase the resilience of authentication and authorization in client applications, Serialize and persist tokens: reuse them during their lifetime, however often the application is started (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Keep the token cache where it outlives the page and the tab (cacheLocation: localStorage), and look there for an account before anyone is asked to sign in.",
  excuses: [
    ...firstUseExcuses,
    { id: "refresh-in", says: "A call requests another token past refresh_in, and gets one." },
    { id: "metadata", says: "A call gets the cached token and reads metadata only." },
    {
      id: "second-tab",
      says: "The tab was opened beside one that has the token; rule tabs judges it.",
    },
    {
      id: "used-since",
      says: "A call has got the token in this tab since; rule cached-token judges the next.",
    },
  ],
  judge,
};

function judge(history: History): Judgement {
  const firstUses = firstUsesOf(history).filter(({ loss }) => loss.kind !== "second-tab");
  const lost = firstUses.filter(({ end }) => end !== "served");
  const [first] = lost;
  if (first !== undefined) {
    const { loss, had, at, end, event } = first;
    return fails(
      `${event.client} lost ${had.description} by ${lossWords[loss.kind]} ${sinceStart(history, loss.event.at)} into the run: ${formatDuration(at - loss.event.at)} later ${endWords[end]}${andMore(lost)}.`,
      lost.flatMap((one) => [one.loss.event, one.event, one.had, ...one.evidence]),
    );
  }
  const [served] = firstUses;
  if (served === undefined) {
    return inconclusive(
      "No page was reloaded and no tab or browser restarted with a valid token and a call to use it.",
    );
  }
  const kinds = new Set(firstUses.map(({ loss }) => lossWords[loss.kind]));
  return passes(
    `${every(firstUses.length, "first call")} after ${[...kinds].join(" and ")} got the cached token; the first had ${served.had.description}.`,
    [served.had, served.loss.event, served.event],
  );
}

const lossWords: Readonly<Record<Loss["kind"], string>> = {
  reload: "the reload of its page",
  closing: "the closing of its tab",
  restart: "the restart of the browser",
  "second-tab": "the opening of a second tab",
};

const endWords: Readonly<Record<FirstUse["end"], string>> = {
  served: "a call got it",
  network: "a call requested another one",
  denied: "a call got no token",
  asked: "the person was asked to sign in",
};
