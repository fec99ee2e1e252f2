/** What a matcher says of a history, before any test runner hears it. */
import type { Verdict } from "../../rules/rule.ts";
import type { History } from "../../history/event.ts";
import { evidenceLines } from "../../history/event-line.ts";

/** `inconclusive` is neither a pass nor, under `.not`, a failure: the test has shown nothing. */
export interface MatcherVerdict {
  readonly verdict: Verdict;
  readonly message: string;
}

/** The message of a matcher: what was seen, the events that show it, and what else there is to say. */
export function tell(
  history: History,
  {
    says,
    evidence = [],
    more = [],
  }: {
    readonly says: string;
    /** Indices of events. */
    readonly evidence?: readonly number[];
    readonly more?: readonly string[];
  },
): string {
  const lines = evidenceLines(history, evidence).map((line) => `    ${line}`);
  return [says, ...lines, ...more.map((line) => `  ${line}`)].join("\n");
}

/** How a test lets its application work, in words. */
export interface Doing {
  readonly call: string;
  readonly again: string;
  /** By what of ours; empty where it is the page's own doing. */
  readonly by: string;
}

/** Of pages in a browser nobody calls the code: a test clicks, and their requests tell the rest. */
export function doingOf({ events }: History): Doing {
  return events.some(({ kind }) => kind === "tab-changed")
    ? { call: "click or reload", again: "do so again", by: "" }
    : { call: "call your code", again: "call it again", by: ", with operate()" };
}
