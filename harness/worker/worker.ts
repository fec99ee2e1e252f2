/**
 * A worker process: runs scenarios one after the other under one mount, and writes each
 * journal. It prints nothing; what a script prints goes to stderr through the parent.
 */
import { renameSync, writeFileSync } from "node:fs";
import { isAbsolute, relative } from "node:path";
import { keepProcessClock } from "../clock/process-clock.ts";
import { HarnessError } from "../errors.ts";
import { writeJournal } from "../history/journal.ts";
import { loadClient, loadScenario } from "../library.ts";
import { runScenario } from "../run.ts";
import type { RunFailure, RunReply, RunTask } from "./protocol.ts";

keepProcessClock();
process.on("disconnect", () => process.exit(0));
// Ctrl-C goes to the whole process group: the parent decides what happens to a run.
process.on("SIGINT", () => undefined);
process.on("message", (task) => {
  void answer(task as RunTask).then((reply) => process.send?.(reply));
});

async function answer(task: RunTask): Promise<RunReply> {
  try {
    const scenario = await loadScenario(task.scenario);
    const client = await loadClient(task.client, scenario);
    const { mount, seed } = task;
    const outcome = await runScenario(scenario, { client, mount, seed, ...fileOf(task) });
    const unfinished = `${task.journalFile}.part`;
    writeFileSync(unfinished, writeJournal(outcome.history));
    renameSync(unfinished, task.journalFile);
    return { kind: "done", task, simulatedMs: outcome.simulatedMs };
  } catch (error) {
    return { kind: "failed", task, error: failureOf(error) };
  }
}

/** A user's scenario is found again from the folder in which it was run, on any machine. */
function fileOf({ scenario }: RunTask): { readonly file?: string } {
  if (!isAbsolute(scenario)) return {};
  return { file: relative(process.cwd(), scenario).replaceAll("\\", "/") };
}

function failureOf(error: unknown): RunFailure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const known = error instanceof HarnessError ? error : undefined;
  return {
    code: known?.code ?? "script-threw",
    message,
    ...(known?.place === undefined ? {} : { place: known.place }),
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
    ...(stack === undefined ? {} : { stack }),
  };
}
