/** What Jest has in the context of a test file: its globals, and the state of its runner. */
import { HarnessError } from "../../core/errors.ts";
import { textOf } from "../../core/thrown.ts";
import type { Realm } from "../../core/time/realm.ts";

/** What we need of `@jest/globals`. */
export interface JestGlobals {
  readonly beforeEach: (hook: () => Promise<void>, timeoutMs: number) => void;
  readonly afterEach: (hook: () => Promise<void>, timeoutMs: number) => void;
  readonly expect: {
    readonly extend: (matchers: object) => void;
    readonly getState: () => { readonly currentTestName?: string; readonly testPath?: string };
  };
}

const globalsOf = new WeakMap<Realm, JestGlobals>();

/** Remembers the globals of a test file; `commonjs/jest.cjs` has them, also where Jest injects none. */
export function rememberJestGlobals(realm: Realm, globals: JestGlobals): void {
  globalsOf.set(realm, globals);
}

/** The globals of the test file of that realm. Throws `bad-usage` when no test file has been loaded by Jest there. */
export function jestGlobalsOf(realm: Realm): JestGlobals {
  const globals = globalsOf.get(realm);
  if (globals !== undefined) return globals;
  throw new HarnessError("bad-usage", "brownout/jest was not loaded by Jest", {
    place: "useEntra",
    hint: 'Import it in the test file: const { useEntra } = require("brownout/jest").',
  });
}

/** The test that runs. */
export interface JestState {
  /** Identifies it. */
  readonly test: unknown;
  readonly title: string;
  readonly file: string | undefined;
  readonly attempt: number;
  readonly timeoutMs: number | undefined;
  readonly errors: readonly { readonly message: string }[];
}

interface CircusState {
  readonly testTimeout?: number;
  readonly currentlyRunningTest?: {
    readonly name: string;
    readonly timeout?: number;
    /** How often it was started, this time with it. */
    readonly invocations?: number;
    /** What was thrown, or pairs of that and where it came from. */
    readonly errors: readonly unknown[];
    readonly parent: CircusBlock;
  };
}

interface CircusBlock {
  readonly name: string;
  readonly parent?: CircusBlock;
}

/** What the runner of Jest (jest-circus) knows of the test that runs; of another runner, its name only. */
export function stateOf(realm: Realm): JestState {
  const symbol = Object.getOwnPropertySymbols(realm).find(
    ({ description }) => description === "JEST_STATE_SYMBOL",
  );
  const state =
    symbol === undefined ? undefined : (realm as unknown as Record<symbol, CircusState>)[symbol];
  const test = state?.currentlyRunningTest;
  const { currentTestName, testPath: file } = jestGlobalsOf(realm).expect.getState();
  if (test === undefined) {
    const title = currentTestName ?? "session";
    return { test: title, title, file, attempt: 1, timeoutMs: undefined, errors: [] };
  }
  const names = [test.name];
  for (let block: CircusBlock | undefined = test.parent; block?.parent !== undefined;) {
    names.unshift(block.name);
    block = block.parent;
  }
  return {
    test,
    title: names.join(" > "),
    file,
    attempt: test.invocations ?? 1,
    timeoutMs: test.timeout ?? state?.testTimeout,
    errors: test.errors.map((error) => ({
      message: textOf(Array.isArray(error) ? error[0] : error),
    })),
  };
}
