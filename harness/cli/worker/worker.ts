/**
 * A worker process: runs scenarios one after the other under one mount, and writes each
 * journal. It prints nothing; what a script prints goes to stderr through the parent.
 */
import { flushCompileCache } from "node:module";
import { Socket } from "node:net";
import { basename, isAbsolute, relative } from "node:path";
import { keepProcessClock } from "../../core/time/process-clock.ts";
import { HarnessError } from "../../core/errors.ts";
import { plainMessageOf } from "../../core/explain.ts";
import { errorOf } from "../../core/thrown.ts";
import { writeJournal } from "../../history/journal.ts";
import { maskSecretLooks } from "../../history/secret-text.ts";
import { keepFixtureAuthority } from "../../network/fixture-authority.ts";
import { writeWhole } from "../../reporting/files/write-whole.ts";
import { endBrowser } from "../../network/mounts.ts";
import type { History } from "../../history/event.ts";
import { announcedPackages } from "../../history/announced-packages.ts";
import type { ClientUnderTest } from "../../clients/client.ts";
import { clientPackages, loadClient } from "../../clients/registry.ts";
import { loadScenario } from "../../../scenarios/find-scenario.ts";
import { loadClientFile } from "../../runner/loading/load-client.ts";
import {
  type LoadedPackage,
  packagesLoadedFrom,
  watchLoadedPackages,
} from "../../runner/loading/loaded-packages.ts";
import type { OwnProcess } from "../../runner/simulation/process-errors.ts";
import { type RunOutcome, runScenario } from "../../runner/run.ts";
import { takeProcessEnds } from "./process-ends.ts";
import { CHANNEL_FD, openChannel } from "./channel.ts";
import {
  ALIVE_EVERY_MS,
  type Answer,
  type RunFailure,
  type RunTask,
  type TaskMessage,
  type WorkerMessage,
} from "./protocol.ts";

/** Real time, ms; taken before the clock is virtual. */
const realNow = performance.now.bind(performance);
/** That of Node, also while a run has its own. */
const exit = process.exit.bind(process);
watchLoadedPackages();
/** The secret of the task under way. */
let underWay: string | undefined;
let hasRun = false;
const channel = openChannel(new Socket({ fd: CHANNEL_FD }), {
  onMessage: (message) => void take(message as TaskMessage),
  onEnd: () => void endBrowser().finally(() => exit(0)),
});
const say = (message: WorkerMessage): void => channel.send(message);
// Before the clock is virtual: the parent wants to hear from us in its own time.
setInterval(() => {
  if (underWay !== undefined) say({ secret: underWay, said: { kind: "alive" } });
}, ALIVE_EVERY_MS).unref();
keepProcessClock();
keepFixtureAuthority();
// Ctrl-C, and the end of a terminal, go to the whole process group: the parent decides what happens to a run.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);

async function take({ secret, task }: TaskMessage): Promise<void> {
  underWay = secret;
  const strayed = Promise.withResolvers<Answer>();
  // Before an outage the run cannot be trusted then, nor this process.
  const own = takeProcessEnds((thrown) => {
    strayed.resolve({ kind: "failed", error: strayFailure(thrown, task), leaves: true });
  });
  const answered = await Promise.race([answer(task, own), strayed.promise]);
  const said = own.isHeard() ? { ...answered, leaves: true as const } : answered;
  own.stop();
  underWay = undefined;
  say({ secret, said });
  // The parent ends us without a warning: what was compiled would be lost to the next worker.
  if (!hasRun) flushCompileCache();
  hasRun = true;
}

async function answer(task: RunTask, own: OwnProcess): Promise<Answer> {
  try {
    const beganAtMs = realNow();
    const scenario = await loadScenario(task.scenario);
    const { mount, seed, edition, variation, clientFile } = task;
    const client =
      clientFile === undefined
        ? await loadClient(task.client, scenario, task.clientFolder)
        : (await loadClientFile(clientFile)).client;
    const run = (): Promise<RunOutcome> =>
      runScenario(scenario, {
        client,
        mount,
        seed,
        process: own,
        ...(edition === undefined ? {} : { edition }),
        ...(variation === undefined ? {} : { variation }),
        ...fileOf(task),
      });
    let relaunched: string | undefined;
    const outcome = await run().catch((error: unknown) => {
      if (!(error instanceof HarnessError) || error.code !== "browser-died") throw error;
      // Browsers may die without a reason in the run; a second death counts as a failure.
      relaunched = error.message;
      return run();
    });
    writeWhole(task.journalFile, writeJournal(outcome.history));
    // The user's own copies of MSAL keep the machine and its tokens for the life of the process; a
    // client of the user's own may leave timers, and what its packages keep.
    const isClean =
      scenario.machine === undefined &&
      clientFile === undefined &&
      !outcome.history.events.some(({ kind }) => kind === "process-error");
    const leaves = isClean ? {} : { leaves: true as const };
    const { simulatedMs, guesses, remedies } = outcome;
    return {
      kind: "done",
      simulatedMs,
      tookMs: Math.round(realNow() - beganAtMs),
      ...packagesOf(task, { client, history: outcome.history }),
      ...(guesses === undefined ? {} : { guesses }),
      ...(remedies === undefined ? {} : { remedies }),
      ...leaves,
      ...(relaunched === undefined ? {} : { relaunched }),
    };
  } catch (error) {
    const leaves = task.clientFile === undefined ? {} : { leaves: true as const };
    return { kind: "failed", error: failureOf(error, task), ...leaves };
  }
}

/** The sign-in packages of a run: those that its files have loaded, and those that its requests name. */
function packagesOf(
  { scenario, clientFile }: RunTask,
  { client, history }: { readonly client: ClientUnderTest; readonly history: History },
): { readonly packages?: readonly LoadedPackage[] } {
  const files = [scenario, clientFile].filter((file) => file !== undefined && isAbsolute(file));
  const npm = clientFile === undefined ? clientPackages.get(client.name) : undefined;
  const loaded = packagesLoadedFrom({
    files: files as readonly string[],
    ...(npm === undefined ? {} : { client: { npm, version: client.version } }),
  });
  const packages = [...loaded, ...announcedPackages(history)];
  return packages.length === 0 ? {} : { packages };
}

/** A user's scenario is found again from the folder in which it was run, on any machine. */
function fileOf({ scenario }: RunTask): { readonly file?: string } {
  if (!isAbsolute(scenario)) return {};
  return { file: relative(process.cwd(), scenario).replaceAll("\\", "/") };
}

/** The failure of what nothing has caught while nothing was wrong. */
function strayFailure(thrown: unknown, task: RunTask): RunFailure {
  const failure = failureOf(thrown, task);
  const hint =
    failure.hint ?? "A promise or a callback of the script failed, and its error was not caught.";
  return { ...failure, hint };
}

function failureOf(thrown: unknown, task: RunTask): RunFailure {
  const error = errorOf(thrown);
  // Own code may throw what it was given, and that is printed.
  const known = thrown instanceof HarnessError ? thrown : undefined;
  const message = maskSecretLooks(known === undefined ? error.message : plainMessageOf(known));
  const stack = error.stack === undefined ? undefined : maskSecretLooks(error.stack);
  const place =
    known?.place ?? placeIn(task.clientFile ?? "", stack) ?? placeIn(task.scenario, stack);
  return {
    code: known?.code ?? "script-threw",
    message,
    ...(place === undefined ? {} : { place }),
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
    ...(stack === undefined ? {} : { stack }),
  };
}

/** Where in the user's file an error came from: `file:line:column`. */
function placeIn(file: string, stack: string | undefined): string | undefined {
  if (!isAbsolute(file)) return undefined;
  const name = basename(file).replaceAll(/[^\w]/g, "\\$&");
  const [, line, column] = new RegExp(`${name}[^:\\s]*:(\\d+):(\\d+)`).exec(stack ?? "") ?? [];
  return line === undefined ? undefined : `${relative(process.cwd(), file)}:${line}:${column}`;
}
