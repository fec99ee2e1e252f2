/**
 * The part of Vitest's interface that the tests of rules, faults and backup use: `describe` and
 * `it`, both with `each`. They only collect, so that a mutant can be tried with the tests that
 * reach it and nothing else. `expect` is Vitest's own.
 */
import { format } from "node:util";
import { expect } from "vitest";

export interface CollectedTest {
  readonly name: string;
  readonly run: () => unknown;
}

type Body = (...args: unknown[]) => unknown;
type Declare = (name: string, body: Body, timeoutMs?: number) => void;

/** What the test files import as "vitest", and the tests that they have declared since. */
export function collectTests(): { readonly api: object; readonly tests: CollectedTest[] } {
  const tests: CollectedTest[] = [];
  const groups: string[] = [];
  const describe: Declare = (name, body) => {
    groups.push(name);
    body();
    groups.pop();
  };
  const it: Declare = (name, body) => {
    tests.push({ name: [...groups, name].join(" > "), run: () => body() });
  };
  const api = refusingOthers({
    expect,
    describe: refusingOthers(Object.assign(describe, { each: forEach(describe) }), "describe"),
    it: refusingOthers(Object.assign(it, { each: forEach(it) }), "it"),
  });
  return { api, tests };
}

function forEach(declare: Declare) {
  return (rows: readonly unknown[]) => (name: string, body: Body) => {
    for (const row of rows) {
      const args: readonly unknown[] = Array.isArray(row) ? row : [row];
      declare(format(name, ...args), () => body(...args));
    }
  };
}

/** What is missing here must not be `undefined` silently: `it.skip` would run as nothing. */
function refusingOthers<T extends object>(known: T, owner = "vitest"): T {
  return new Proxy(known, {
    get(target, name, receiver) {
      if (name in target || typeof name === "symbol" || name === "then" || name === "__esModule")
        return Reflect.get(target, name, receiver) as unknown;
      throw new Error(
        `${owner}.${name} is not among what mutation testing plays: add it to scripts/mutation/test-api.ts.`,
      );
    },
  });
}
