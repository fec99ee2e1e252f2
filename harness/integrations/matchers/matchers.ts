/**
 * The matchers as test runners take them: Vitest's and Playwright's `expect.extend` want the
 * same of a matcher. What is judged is a history, or whatever has one; how the requests in it
 * came to the simulator is nobody's concern here.
 */
import { HarnessError } from "../../core/errors.ts";
import type { History } from "../../history/event.ts";
import type { Endpoint } from "../../entra/request/endpoint.ts";
import { passAllRules, passRule } from "./by-rule.ts";
import { promptedAtMost, requested, type Requested, served, type Served } from "./counts.ts";
import { explaining } from "../../core/explain.ts";
import { keptWorkingFromCache } from "./kept-working.ts";
import type { MatcherVerdict } from "./verdict.ts";

/** What can be asked of a session after `expect(entra)`. `Result` is what the runner's own matchers return. */
export interface EntraMatchers<Result> {
  /** After each 429 or 5xx with a Retry-After, no like request before that time (rule `retry-after`). */
  toHaveHonouredRetryAfter(): Result;
  /** Where Retry-After gave no instruction: the first retry 5 s later at the earliest, then growing gaps (rule `backoff`). */
  toHaveBackedOff(): Result;
  /** In an outage in which no token was to be got, what had worked before went on working with the tokens it had. */
  toHaveKeptWorkingFromCache(): Result;
  /** People were asked to act at most so often. */
  toHavePromptedAtMost(count: number): Result;
  /** After the last fault, calls succeed again within two minutes (rule `recovery`). */
  toHaveRecovered(): Result;
  /** Good answers came from there: so many, or at least one. */
  toHaveServed(wanted: Served): Result;
  /** An endpoint was asked: `{ times }`, `{ atMost }`, or at least once. */
  toHaveRequested(endpoint: Endpoint, wanted?: Requested): Result;
  /** The rule of that id holds. */
  toPassRule(id: string): Result;
  /** No rule fails, and at least one has judged. */
  toPassAllRules(options?: { readonly except?: readonly string[] }): Result;
}

type Judge = (history: History, ...values: never[]) => MatcherVerdict;

const judges = {
  toHaveHonouredRetryAfter: (history: History) => passRule(history, "retry-after"),
  toHaveBackedOff: (history: History) => passRule(history, "backoff"),
  toHaveKeptWorkingFromCache: keptWorkingFromCache,
  toHavePromptedAtMost: promptedAtMost,
  toHaveRecovered: (history: History) => passRule(history, "recovery"),
  toHaveServed: served,
  toHaveRequested: requested,
  toPassRule: passRule,
  toPassAllRules: passAllRules,
} satisfies Readonly<Record<keyof EntraMatchers<unknown>, Judge>>;

/** What a matcher returns to its runner. */
export interface MatcherOutcome {
  readonly pass: boolean;
  readonly message: () => string;
}

type Matcher = (
  this: { readonly isNot?: boolean },
  received: unknown,
  ...values: never[]
) => MatcherOutcome;

/** For `expect.extend`. */
export const matchers: Readonly<Record<keyof EntraMatchers<unknown>, Matcher>> = Object.fromEntries(
  Object.entries(judges).map(([name, judge]) => [name, toMatcher(name, judge)]),
) as Record<keyof EntraMatchers<unknown>, Matcher>;

function toMatcher(name: string, judge: Judge): Matcher {
  return function match(received, ...values) {
    const { verdict, message } = explaining(() => judge(historyOf(received, name), ...values));
    const isNot = this.isNot === true;
    // A test that has shown nothing has shown neither the one nor the other.
    const pass = verdict === "inconclusive" ? isNot : verdict === "pass";
    return { pass, message: () => `${isNot ? "not " : ""}${name}: ${message}` };
  };
}

function historyOf(received: unknown, matcher: string): History {
  if (typeof received === "object" && received !== null) {
    if ("history" in received && typeof received.history === "function")
      return (received.history as () => History)();
    if ("header" in received && "events" in received) return received as History;
  }
  const found = received === null ? "null" : typeof received;
  throw new HarnessError("bad-usage", `${matcher} was given ${found}, which has no history`, {
    place: matcher,
    hint: "Hand over what has one: expect(entra), or expect(entra.history()).",
  });
}
