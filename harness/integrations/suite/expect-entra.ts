/** The matchers for test runners that have no `expect` of their own. */
import { AssertionError } from "node:assert";
import { type EntraMatchers, matchers } from "../matchers/matchers.ts";
import type { History } from "../../history/event.ts";

/** What has a history: `entra`, or a history itself. */
type HasHistory = History | { readonly history: () => History };

/** The matchers, and under `not` their opposites. */
interface EntraExpectations extends EntraMatchers<void> {
  readonly not: EntraMatchers<void>;
}

/**
 * The matchers as plain functions. Each throws an `AssertionError` of `node:assert`, in the words
 * of the matchers of `brownout/vitest`, if its expectation is not met or if nothing was seen that
 * it could judge. Misuse throws a `HarnessError`, as the matchers say.
 *
 * @example
 * expectEntra(entra).toHaveRecovered();
 * expectEntra(entra).not.toPassRule("retry-storm");
 */
export function expectEntra(received: HasHistory): EntraExpectations {
  return { ...matchersFor(received, false), not: matchersFor(received, true) };
}

function matchersFor(received: HasHistory, isNot: boolean): EntraMatchers<void> {
  const entries = Object.entries(matchers).map(([name, match]) => {
    const expectation = (...values: never[]): void => {
      const { pass, message } = match.call({ isNot }, received, ...values);
      if (pass !== isNot) return;
      throw new AssertionError({ message: message(), operator: name, stackStartFn: expectation });
    };
    return [name, expectation];
  });
  return Object.fromEntries(entries) as unknown as EntraMatchers<void>;
}
