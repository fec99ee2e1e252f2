/** The commands that run the tests of init: as a script, and one test at a time. */
import { posix } from "node:path";
import type { DetectedApp } from "./detect.ts";
import { extensionOf } from "./source-text.ts";

/** Real ms: loading MSAL and the runner takes seconds on a busy machine. */
const TIMEOUT_MS = 60_000;

/** The script, and the arguments of the package manager's own `exec` for each test. */
export interface RunnerCommands {
  readonly script: string;
  /** What comes before both tests: the build of an app. */
  readonly before?: readonly string[];
  readonly signIn: readonly string[];
  readonly outage: readonly string[];
}

/** The commands of the project's runner for the two tests, relative paths with slashes. */
export function runnerCommands(
  app: DetectedApp,
  tests: { readonly signIn: string; readonly outage: string },
): RunnerCommands {
  // npm alone puts the Node that comes along where scripts find it first.
  const launch = app.packageManager === "npm" ? "" : "brownout with-node ";
  const both = [tests.signIn, tests.outage];
  const folder = posix.dirname(tests.signIn);
  const one = (path: string): readonly string[] => commandFor(app, [path]);
  const whole =
    app.runner === "mocha"
      ? // Mocha runs all files in one process, in which the app's modules would stay loaded.
        both.map((path) => launch + one(path).join(" ")).join(" && ")
      : launch + commandFor(app, app.runner === "node-test" ? both : [`${folder}/`]).join(" ");
  const commands = { signIn: one(tests.signIn), outage: one(tests.outage) };
  if (app.kind !== "next") return { script: whole, ...commands };
  const before = ["next", "build"];
  return { script: `${before.join(" ")} && ${whole}`, before, ...commands };
}

function commandFor(app: DetectedApp, paths: readonly string[]): readonly string[] {
  const { runner, placement, style } = app;
  switch (runner) {
    case "vitest":
      return ["vitest", "run", ...paths, `--testTimeout=${TIMEOUT_MS}`];
    case "jest":
      return [
        "jest",
        ...(placement.isOutside ? ["--rootDir=.", "--testRegex=/brownout/.*\\.test\\."] : []),
        ...paths,
        `--testTimeout=${TIMEOUT_MS}`,
      ];
    case "mocha":
      return ["mocha", ...app.runnerOptions, "--timeout", String(TIMEOUT_MS), ...paths];
    case "node-test":
      return [
        "node",
        ...(style.needsTsx ? ["--import", "tsx"] : []),
        "--test",
        ...(app.kind === "next" && paths.length > 1 ? ["--test-concurrency=1"] : []),
        ...paths,
      ];
    case "playwright":
      return [
        "playwright",
        "test",
        `--config=${placement.folder}/playwright.config.${extensionOf(app)}`,
        ...(paths[0]?.endsWith("/") === true ? [] : paths),
      ];
  }
}
