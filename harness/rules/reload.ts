/**
 * Rule reload: a valid token is not lost because a page is loaded anew, its tab is closed or
 * the browser restarted. Where applications keep tokens in a browser is their choice, and
 * memory and `sessionStorage` end sooner than tokens do; the guidance is that tokens serve
 * for their lifetime, however often the application is started meanwhile.
 *
 * Judged is the first that is heard of a wish afterwards: a silent call (or one from a hidden
 * iframe) that has to go to the sign-in service or gets nothing, a prompt, a sign-in page.
 * `persisted-cache` asks the same of processes, for three days of refresh tokens; those of
 * browsers live a day (`docs/sources.md#b`), and what a restart of the browser takes is told
 * here alone. A tab opened beside another belongs to rule `tabs`.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import type { Loss } from "./model/tabs-of-client.ts";
import { andMore, every, sinceStart } from "./model/messages.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { firstUsesOf, type FirstUse } from "./model/first-uses.ts";

/** Judges `reload`. */
export const reload: Rule = {
  id: "reload",
  says: "A valid token survives the reload of its page, the closing of its tab and the restart of the browser.",
  source:
    "Increase the resilience of authentication and authorization in client applications, Serialize and persist tokens: reuse them during their lifetime, however often the application is started (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Keep the token cache where it outlives the page and the tab (cacheLocation: localStorage), and look there for an account before anybody is asked.",
  judge,
};

function judge(history: History): Judgement {
  const returns = firstUsesOf(history).filter(({ loss }) => loss.kind !== "second-tab");
  const lost = returns.filter(({ end }) => end !== "served");
  const [first] = lost;
  if (first !== undefined) {
    const { loss, had, at, end, event } = first;
    return fails(
      `${event.client} lost ${had.description} by ${lossWords[loss.kind]} ${sinceStart(history, loss.event.at)} in: ${formatDuration(at - loss.event.at)} later ${endWords[end]}${andMore(lost)}.`,
      lost.flatMap((one) => [one.loss.event, one.event, one.had, ...one.evidence]),
    );
  }
  const [served] = returns;
  if (served === undefined) {
    return inconclusive(
      "No page was loaded anew, and no tab or browser restarted, with a valid token and a call to use it.",
    );
  }
  const kinds = new Set(returns.map(({ loss }) => lossWords[loss.kind]));
  return passes(
    `${every(returns.length, "first call")} after ${[...kinds].join(" and ")} got the token that was there; the first had ${served.had.description}.`,
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
  served: "a call had it",
  network: "a call went to the sign-in service for another",
  denied: "a call got nothing",
  asked: "the person was asked to sign in",
};
