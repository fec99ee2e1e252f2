/**
 * The matchers in the form that `expect.extend` of Vitest and of Playwright both take. They
 * judge a history, or an object that has one.
 */
import { HarnessError } from "../../core/errors.ts";
import type { History } from "../../history/event.ts";
import type { Endpoint } from "../../entra/request/endpoint.ts";
import { passAllRules, passRule } from "./by-rule.ts";
import { promptedAtMost, requested, type Requested, served, type Served } from "./counts.ts";
import { explaining } from "../../core/explain.ts";
import { noteExpectation } from "./expectations.ts";
import { keptWorkingFromCache } from "./kept-working.ts";
import type { MatcherVerdict } from "./verdict.ts";

/**
 * The matchers of `expect(entra)`, and of `expect(history)`. A matcher that has found nothing
 * to judge fails, also after `.not`. `Result` is what the runner's own matchers return.
 *
 * @example
 * expect(entra).toHaveKeptWorkingFromCache();
 * expect(entra).toHaveRequested("token", { atMost: 3 });
 * expect(entra).not.toPassRule("retry-storm");
 */
export interface EntraMatchers<Result> {
  /** After each 429 or 5xx with Retry-After, no similar request before that time (rule `retry-after`). */
  toHaveHonouredRetryAfter(): Result;
  /** Without Retry-After, the first retry after 5 s at the earliest, then at growing intervals (rule `backoff`). */
  toHaveBackedOff(): Result;
  /** In an outage without new tokens, operations that had worked before went on working with their cached tokens. */
  toHaveKeptWorkingFromCache(): Result;
  /** People were prompted at most so often. Throws `bad-usage` for a count that is not a whole number from 0. */
  toHavePromptedAtMost(count: number): Result;
  /** After the last fault, calls succeed again within two minutes (rule `recovery`). */
  toHaveRecovered(): Result;
  /** A system gave so many good answers; default: at least one. Throws `unknown-name` for a system or an endpoint that does not exist. */
  toHaveServed(wanted: Served): Result;
  /** An endpoint got requests: `{ times }`, `{ atMost }`; default: at least one. Throws `unknown-name`. */
  toHaveRequested(endpoint: Endpoint, wanted?: Requested): Result;
  /** The rule of that id passes. Throws `unknown-rule`. */
  toPassRule(id: string): Result;
  /** Something went wrong (a fault that requests met, a change of the world), no rule fails, and at least one has come to a conclusion. Throws `unknown-rule` for an exception that is not a rule. */
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
    const found = explaining(() => judge(historyOf(received, name), ...values));
    const { verdict, message } = found;
    const isNot = this.isNot === true;
    noteExpectation({ matcher: name, values, isNot, ...found });
    // An inconclusive history proves neither the expectation nor its opposite.
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
  throw new HarnessError("bad-usage", `expected an object with a history, found ${found}`, {
    place: matcher,
    hint: "Write expect(entra), or expect(entra.history()).",
  });
}
