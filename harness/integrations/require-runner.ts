/** Which test runner runs a test file, and which entry point is for it. */
import { createRequire } from "node:module";
import { HarnessError } from "../core/errors.ts";
import { explain } from "../core/explain.ts";

/** The programs of Playwright's packages. */
const PLAYWRIGHT =
  /[\\/](?:\.bin[\\/]playwright|(?:@playwright[\\/]test|playwright)[\\/](?:cli\.js|lib[\\/].*))$/;

const runners = {
  vitest: {
    name: "Vitest",
    entry: "brownout/vitest",
    imports: "useEntra",
    isHere: () => process.env["VITEST"] !== undefined,
  },
  jest: {
    name: "Jest",
    entry: "brownout/jest",
    imports: "useEntra",
    isHere: () => process.env["JEST_WORKER_ID"] !== undefined,
  },
  mocha: {
    name: "Mocha",
    entry: "brownout/mocha",
    imports: "useEntra",
    isHere: isMochaLoaded,
  },
  "node:test": {
    name: "node:test",
    entry: "brownout/node-test",
    imports: "useEntra",
    isHere: () => process.env["NODE_TEST_CONTEXT"] !== undefined,
  },
  playwright: {
    name: "Playwright",
    entry: "brownout/playwright",
    imports: "expect, test",
    // The process that only lists tests has no variable of its own.
    isHere: () =>
      process.env["TEST_WORKER_INDEX"] !== undefined || PLAYWRIGHT.test(process.argv[1] ?? ""),
  },
} as const;

/** Its interfaces "qunit" and "exports" have no global that is Mocha's alone, and its process no variable. */
function isMochaLoaded(): boolean {
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  return loaded.some((file) => /[\\/]mocha[\\/]lib[\\/]mocha\.c?js$/.test(file));
}

/** The test runners that have an entry point of their own. */
export type RunnerName = keyof typeof runners;

/** Throws `bad-usage`, with the entry point to take, when another test runner runs this file. */
export function requireRunner(wanted: RunnerName): void {
  const { name, entry, isHere } = runners[wanted];
  // A runner that another one has started may see the variables of both.
  if (isHere()) return;
  const other = Object.values(runners).find((runner) => runner.isHere());
  // A file of node:test can be run by itself, and Playwright says itself what it misses.
  if (other === undefined && (wanted === "node:test" || wanted === "playwright")) return;
  throw explain(
    new HarnessError(
      "bad-usage",
      other === undefined
        ? `${entry} is for ${name}, which does not run this file`
        : `${entry} is for ${name}, and ${other.name} runs this file`,
      {
        hint:
          other === undefined
            ? 'For any other test runner: import { createEntra } from "brownout/suite".'
            : `Write: import { ${other.imports} } from "${other.entry}".`,
      },
    ),
  );
}
