/**
 * Which test runners run for `npm test` and `npm run test:all`. Files say by their names what
 * they are: `.spec.` is for Playwright, everything else for Vitest; `.walk.test.` is a long walk
 * through the finished command or package, which only `test:all` runs.
 */
import { wantsNoBrowser } from "../harness/browser/launch/find-browser.ts";

/** A command to run, and what is added to its environment. */
export interface TestRun {
  readonly runner: "vitest" | "playwright";
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Test runs that run at the same time; the next group starts when all of them have ended. */
export type TestGroup = readonly TestRun[];

const RESULTS = "--results=";
const ALL = "--all";
const WITHOUT_QUICK = "--without-quick";

/**
 * Without arguments the quick tests of Vitest beside Playwright's; with `--all` the walks after
 * them, or with `--all --without-quick` the walks alone. Other arguments go to Vitest, unless all
 * files among them are Playwright's; where there are files of both kinds, Playwright gets its
 * files and nothing else. `--results=FOLDER` has each run write its results there:
 * `vitest.json`, `playwright.json`, `walks.json`; such a run prints little of what passes.
 */
export function planTests(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): TestGroup[] {
  const folder = argv.find((arg) => arg.startsWith(RESULTS))?.slice(RESULTS.length);
  const args = argv.filter(
    (arg) => !arg.startsWith(RESULTS) && arg !== ALL && arg !== WITHOUT_QUICK,
  );
  const files = args.filter((arg) => !arg.startsWith("-"));
  const specs = files.filter((file) => /\.spec\b/.test(file));
  if (files.length > 0) return [planFiles(args, specs, env, folder)];
  const quick = [vitest(["--project=quick", ...args], folder, "vitest")];
  if ((args.length === 0 || argv.includes(ALL)) && !wantsNoBrowser(env))
    quick.push(playwright([], folder));
  const walks = [vitest(["--project=walks", ...args], folder, "walks")];
  return [...(argv.includes(WITHOUT_QUICK) ? [] : [quick]), ...(argv.includes(ALL) ? [walks] : [])];
}

function planFiles(
  args: readonly string[],
  specs: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  folder: string | undefined,
): TestGroup {
  const isForPlaywright = specs.length === args.filter((arg) => !arg.startsWith("-")).length;
  const rest = args.filter((arg) => !specs.includes(arg));
  return [
    ...(isForPlaywright ? [] : [vitest(rest, folder, "vitest")]),
    ...(specs.length > 0 && !wantsNoBrowser(env)
      ? [playwright(isForPlaywright ? args : specs, folder)]
      : []),
  ];
}

/** Runs all groups, also after one that failed; 0 when there was a run and each ended with 0, else 1. */
export async function runTests(
  groups: readonly TestGroup[],
  run: (test: TestRun, beside: "alone" | "beside others") => Promise<number>,
): Promise<0 | 1> {
  // A plan without runs has tested nothing.
  let failed = groups.flat().length === 0;
  for (const group of groups) {
    const statuses = await Promise.all(
      group.map((test, index) => run(test, index === 0 ? "alone" : "beside others")),
    );
    failed ||= statuses.some((status) => status !== 0);
  }
  return failed ? 1 : 0;
}

function vitest(
  args: readonly string[],
  folder: string | undefined,
  results: "vitest" | "walks",
): TestRun {
  const reporters =
    folder === undefined
      ? []
      : [
          "--reporter=default",
          "--reporter=json",
          `--outputFile.json=${folder}/${results}.json`,
          "--silent=passed-only",
        ];
  return { runner: "vitest", args: ["run", ...reporters, ...args], env: {} };
}

function playwright(args: readonly string[], folder: string | undefined): TestRun {
  return {
    runner: "playwright",
    args: ["test", ...(folder === undefined ? [] : ["--reporter=dot,json"]), ...args],
    env: folder === undefined ? {} : { PLAYWRIGHT_JSON_OUTPUT_FILE: `${folder}/playwright.json` },
  };
}
