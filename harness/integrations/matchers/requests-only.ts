/**
 * Histories of which only the requests of a browser are known: another program drives its pages,
 * so neither the calls of the application nor its screens were seen, nor the errors that they leave uncaught. Of an application that gave
 * up in an outage such a history looks like that of one that went on, so only what requests alone
 * show is concluded from it.
 */
import type { History } from "../../history/event.ts";
import { browserMounts } from "../../network/mount-names.ts";
import type { MatcherVerdict } from "./verdict.ts";

/** Whether only the requests of a browser are known; those of Playwright's pages are never without tabs. */
export function hasOnlyRequests({ header, events }: History): boolean {
  return (
    (browserMounts as readonly string[]).includes(header.mount) &&
    events.some(({ kind }) => kind === "exchange-began") &&
    !events.some(({ kind }) => kind === "operation-invoked" || kind === "tab-changed")
  );
}

/** The rules that requests alone keep or break. */
export const rulesOfRequests = ["retry-after", "backoff", "retry-storm", "request-loop"] as const;

/** What an expectation says that needs more than requests. */
export function callsNotSeen(): MatcherVerdict {
  const rules = rulesOfRequests.map((id) => `toPassRule("${id}")`).join(", ");
  return {
    verdict: "inconclusive",
    message: `only the requests of a browser were seen, and neither the calls of the application nor its screens nor the errors that it leaves uncaught: another program drives its pages\n  In the test: expect what requests show, by ${rules}, toHaveRequested, toHaveServed or toHavePromptedAtMost, and what the page shows by the means of your test runner. brownout/playwright sees them all.`,
  };
}
