/**
 * A worker process: runs scenarios one after the other under one mount, and writes each
 * journal. It prints nothing; what a script prints goes to stderr through the parent.
 */
import { renameSync, writeFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { basename, isAbsolute, relative } from "node:path";
import { keepProcessClock } from "../../core/time/process-clock.ts";
import { HarnessError } from "../../core/errors.ts";
import { writeJournal } from "../../history/journal.ts";
import { loadClient } from "../../clients/registry.ts";
import { loadScenario } from "../../../scenarios/find-scenario.ts";
import { type RunOutcome, runScenario } from "../../runner/run.ts";
import {
  ALIVE_EVERY_MS,
  type Alive,
  type RunFailure,
  type RunReply,
  type RunTask,
} from "./protocol.ts";

// Before the clock is virtual: the parent wants to hear from us in its own time.
setInterval(() => process.send?.({ kind: "alive" } satisfies Alive), ALIVE_EVERY_MS).unref();
keepProcessClock();
process.on("disconnect", () => process.exit(0));
// Ctrl-C goes to the whole process group: the parent decides what happens to a run.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
let hasRun = false;
process.on("message", (task) => {
  const strayed = Promise.withResolvers<RunReply>();
  // A promise or a callback that the script has let go of: the run cannot be trusted, nor this process.
  const stray = (error: unknown): void => {
    const failure = failureOf(error, task as RunTask);
    const hint =
      failure.hint ?? "A promise or a callback of the script failed, and its error was not caught.";
    strayed.resolve({
      kind: "failed",
      task: task as RunTask,
      error: { ...failure, hint },
      leaves: true,
    });
  };
  process.on("unhandledRejection", stray).on("uncaughtException", stray);
  void Promise.race([answer(task as RunTask), strayed.promise]).then((reply) => {
    process.off("unhandledRejection", stray).off("uncaughtException", stray);
    process.send?.(reply);
    // The parent ends us without a warning: what was compiled would be lost to the next worker.
    if (!hasRun) flushCompileCache();
    hasRun = true;
  });
});

async function answer(task: RunTask): Promise<RunReply> {
  try {
    const scenario = await loadScenario(task.scenario);
    const client = await loadClient(task.client, scenario, task.clientFolder);
    const { mount, seed, edition } = task;
    const run = (): Promise<RunOutcome> =>
      runScenario(scenario, {
        client,
        mount,
        seed,
        ...(edition === undefined ? {} : { edition }),
        ...fileOf(task),
      });
    let relaunched: string | undefined;
    const outcome = await run().catch((error: unknown) => {
      if (!(error instanceof HarnessError) || error.code !== "browser-died") throw error;
      // Browsers may die without a reason in the run; a second death counts as a failure.
      relaunched = error.message;
      return run();
    });
    const unfinished = `${task.journalFile}.part`;
    writeFileSync(unfinished, writeJournal(outcome.history));
    renameSync(unfinished, task.journalFile);
    // The user's own copies of MSAL keep the machine and its tokens for the life of the process.
    const leaves = scenario.machine === undefined ? {} : { leaves: true as const };
    const { simulatedMs } = outcome;
    return {
      kind: "done",
      task,
      simulatedMs,
      ...leaves,
      ...(relaunched === undefined ? {} : { relaunched }),
    };
  } catch (error) {
    return { kind: "failed", task, error: failureOf(error, task) };
  }
}

/** A user's scenario is found again from the folder in which it was run, on any machine. */
function fileOf({ scenario }: RunTask): { readonly file?: string } {
  if (!isAbsolute(scenario)) return {};
  return { file: relative(process.cwd(), scenario).replaceAll("\\", "/") };
}

function failureOf(error: unknown, task: RunTask): RunFailure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const known = error instanceof HarnessError ? error : undefined;
  const place = known?.place ?? placeIn(task.scenario, stack);
  return {
    code: known?.code ?? "script-threw",
    message,
    ...(place === undefined ? {} : { place }),
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
    ...(stack === undefined ? {} : { stack }),
  };
}

/** Where in the user's file an error came from: `file:line:column`. */
function placeIn(scenario: string, stack: string | undefined): string | undefined {
  if (!isAbsolute(scenario)) return undefined;
  const name = basename(scenario).replaceAll(/[^\w]/g, "\\$&");
  const [, line, column] = new RegExp(`${name}[^:\\s]*:(\\d+):(\\d+)`).exec(stack ?? "") ?? [];
  return line === undefined ? undefined : `${relative(process.cwd(), scenario)}:${line}:${column}`;
}
