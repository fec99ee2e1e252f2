/** What a matcher concludes from a history, independent of any test runner. */
import type { Verdict } from "../../rules/rule.ts";
import type { Finding } from "../../rules/rules.ts";
import type { History } from "../../history/event.ts";
import { evidenceLines } from "../../history/event-line.ts";

/** `inconclusive` fails the test with and without `.not`: the history shows neither. */
export interface MatcherVerdict {
  readonly verdict: Verdict;
  readonly message: string;
  /** What the rules say that it asked; absent for a matcher that asks none. */
  readonly findings?: readonly Finding[];
}

/** The message of a matcher: what was found, the events that show it, and further lines. */
export function messageFrom(
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

/** Words for what a test does to make its application work. */
export interface TestAction {
  readonly call: string;
  readonly again: string;
  /** The function of ours that it uses; empty for pages. */
  readonly by: string;
}

/** A test calls its own code, but clicks in a page. */
export function actionFor({ events }: History): TestAction {
  return events.some(({ kind }) => kind === "tab-changed")
    ? { call: "click or reload", again: "do so again", by: "" }
    : { call: "call your code", again: "call it again", by: ", with operate()" };
}
