/**
 * What `npm test` runs: Vitest and Playwright, or the one of them that the arguments are for.
 * Files say by their names whose they are: `.spec.` is Playwright's, everything else Vitest's.
 */
import { wantsNoBrowser } from "../harness/browser/find-browser.ts";

/** A command to run, and what is added to its environment. */
export interface TestRun {
  readonly runner: "vitest" | "playwright";
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const RESULTS = "--results=";

/**
 * Without arguments both. Arguments go to Vitest, unless all files among them are Playwright's;
 * where there are files of both kinds, Playwright gets its files and nothing else.
 * `--results=FOLDER` is ours: `vitest.json` and `playwright.json` are written there.
 */
export function planTests(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): TestRun[] {
  const folder = argv.find((arg) => arg.startsWith(RESULTS))?.slice(RESULTS.length);
  const args = argv.filter((arg) => !arg.startsWith(RESULTS));
  const files = args.filter((arg) => !arg.startsWith("-"));
  const specs = files.filter((file) => /\.spec\b/.test(file));
  const isForPlaywright = specs.length > 0 && specs.length === files.length;
  const runs: TestRun[] = [];
  if (!isForPlaywright) runs.push(vitest(without(args, specs), folder));
  if ((args.length === 0 || specs.length > 0) && !wantsNoBrowser(env))
    runs.push(playwright(isForPlaywright ? args : specs, folder));
  return runs;
}

/** Runs all, also after one that failed; 0 when each ended with 0, else 1. */
export function runTests(runs: readonly TestRun[], run: (test: TestRun) => number): 0 | 1 {
  return runs.map(run).every((status) => status === 0) ? 0 : 1;
}

function vitest(args: readonly string[], folder: string | undefined): TestRun {
  const reporters =
    folder === undefined
      ? []
      : ["--reporter=default", "--reporter=json", `--outputFile.json=${folder}/vitest.json`];
  return { runner: "vitest", args: ["run", ...reporters, ...args], env: {} };
}

function playwright(args: readonly string[], folder: string | undefined): TestRun {
  return {
    runner: "playwright",
    args: ["test", ...(folder === undefined ? [] : ["--reporter=list,json"]), ...args],
    env: folder === undefined ? {} : { PLAYWRIGHT_JSON_OUTPUT_FILE: `${folder}/playwright.json` },
  };
}

function without(args: readonly string[], dropped: readonly string[]): string[] {
  return args.filter((arg) => !dropped.includes(arg));
}
