/**
 * Plays a run again with remedies around its client: each alone, all together, and as few as do
 * the same. As controls are played: by a variation of the run, in worker processes.
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseClientName } from "../../clients/registry.ts";
import { type RemedyName, remedyNames } from "../../clients/remedied/remedy-names.ts";
import { parseJournal } from "../../history/journal.ts";
import { judgeRun } from "../../reporting/model/judge-run.ts";
import { prepareFolders } from "../../reporting/files/write-whole.ts";
import { isAsGoodAs } from "../../reporting/remedies/effect.ts";
import {
  enoughAlone,
  hasNothingToFix,
  isCredited,
  type RemediesOfRun,
  type Tried,
  triedOf,
} from "../../reporting/remedies/remedies-report.ts";
import { type Trial, trialOf } from "../../reporting/remedies/trial.ts";
import type { InterruptSignal } from "../interrupt.ts";
import type { Io } from "../io.ts";
import type { Selected } from "../selection.ts";
import { executeTasks } from "../worker/execute-tasks.ts";
import type { RunReply, RunTask } from "../worker/protocol.ts";

export interface PlayOptions {
  readonly seed: string;
  readonly workers: number;
  /** The output folder, absolute. */
  readonly out: string;
  /** Whether the fewest remedies that do as much are looked for, or none are. */
  readonly fewest: "find" | "none";
  /** Called when a run begins or ends. */
  readonly onProgress: (done: number, of: number, underWay: readonly string[]) => void;
  /** What a script printed. */
  readonly onOutput: (text: string, task: RunTask) => void;
}

/** Thrown when Ctrl-C or SIGTERM ended the runs. */
export class RemediesInterrupted extends Error {
  readonly signal: InterruptSignal;
  /** @param signal What ended them. */
  constructor(signal: InterruptSignal) {
    super("interrupted");
    this.signal = signal;
  }
}

/** A run with some remedies, which may have failed. */
type Played = { readonly trial: Trial } | { readonly message: string };

type PlayIo = Pick<Io, "createPool" | "onInterrupt" | "cwd">;

/** What a run that is to be played is called. */
interface Wanted {
  readonly run: Selected;
  readonly remedies: readonly RemedyName[];
}

/** Finds out what remedies do for some runs; those that cannot be played without any are named in `failures`. */
export async function playRemedies(
  runs: readonly Selected[],
  io: PlayIo,
  options: PlayOptions,
): Promise<{
  readonly found: readonly RemediesOfRun[];
  readonly failures: readonly { readonly run: Selected; readonly message: string }[];
}> {
  prepareFolders([join(options.out, "journals")]);
  const plain = await playAll(
    runs.map((run) => ({ run, remedies: [] })),
    io,
    options,
  );
  const failures = plain.flatMap((played, index) => {
    const run = runs[index];
    return run !== undefined && "message" in played ? [{ run, message: played.message }] : [];
  });
  const begun = plain.flatMap((played, index) => {
    const run = runs[index];
    return run !== undefined && "trial" in played ? [{ run, before: played.trial }] : [];
  });
  const toFix = begun.filter((one) => !hasNothingToFix(one));
  const sets: readonly (readonly RemedyName[])[] = [
    ...remedyNames.map((name) => [name]),
    remedyNames,
  ];
  const played = await playAll(
    toFix.flatMap(({ run }) => sets.map((remedies) => ({ run, remedies }))),
    io,
    options,
  );
  const found: RemediesOfRun[] = [];
  for (const { run, before } of begun) {
    const about = {
      scenario: run.scenario.name,
      client: { name: parseClientName(run.client).name, version: run.version },
      mount: run.mount,
      before,
    };
    const index = toFix.findIndex((one) => one.run === run);
    if (index < 0) {
      found.push({ ...about, alone: [] });
      continue;
    }
    const tried = played
      .slice(index * sets.length, (index + 1) * sets.length)
      .map((one, at): Tried =>
        "trial" in one
          ? triedOf(before, one.trial)
          : { kind: "failed", remedies: sets[at] ?? [], message: one.message },
      );
    const [alone, together] = [tried.slice(0, -1), tried.at(-1)];
    const fewest =
      options.fewest === "none"
        ? undefined
        : await fewestOf({ before, alone, together }, (remedies) =>
            playAll([{ run, remedies }], io, options),
          );
    found.push({
      ...about,
      alone,
      ...(together === undefined ? {} : { together }),
      ...fewest,
    });
  }
  return { found, failures };
}

/** As few remedies as do what all together do: one, or all that acted without those that can be left out. */
async function fewestOf(
  {
    before,
    alone,
    together,
  }: {
    readonly before: Trial;
    readonly alone: readonly Tried[];
    readonly together: Tried | undefined;
  },
  play: (remedies: readonly RemedyName[]) => Promise<readonly Played[]>,
): Promise<Fewest | undefined> {
  if (together?.kind !== "played") return undefined;
  if (!isCredited(together, before)) {
    // Together they may undo what one of them does alone.
    return fewestAmong(enoughAlone(alone, { before, together: before }));
  }
  const single = fewestAmong(enoughAlone(alone, { before, together: together.trial }));
  if (single !== undefined) return single;
  const acting = together.trial.uses.filter(({ acts }) => acts > 0).map(({ remedy }) => remedy);
  let fewest: Trial = together.trial;
  let kept: readonly RemedyName[] = remedyNames.filter((name) => acting.includes(name));
  const [first] = await play(kept);
  if (first !== undefined && "trial" in first && isAsGoodAs(first.trial, together.trial))
    fewest = first.trial;
  else return { fewest: together.trial };
  for (const name of kept) {
    const fewer = kept.filter((other) => other !== name);
    if (fewer.length === 0) break;
    const [played] = await play(fewer);
    if (played === undefined || !("trial" in played)) continue;
    if (!isAsGoodAs(played.trial, together.trial)) continue;
    [kept, fewest] = [fewer, played.trial];
  }
  return { fewest };
}

type Fewest = Pick<RemediesOfRun, "alternatives"> & { readonly fewest: Trial };

/** The first of the remedies that are enough by themselves, with the names of the others. */
function fewestAmong([first, ...others]: readonly Trial[]): Fewest | undefined {
  if (first === undefined) return undefined;
  const alternatives = others.flatMap(({ remedies }) => remedies);
  return { fewest: first, ...(alternatives.length === 0 ? {} : { alternatives }) };
}

/** Plays them all; in the order in which they are given. */
async function playAll(
  wanted: readonly Wanted[],
  io: PlayIo,
  options: PlayOptions,
): Promise<readonly Played[]> {
  if (wanted.length === 0) return [];
  const tasks = wanted.map((one) => taskOf(one, options));
  const played: Played[] = [];
  const { interruptedBy } = await executeTasks(tasks, io, {
    workers: options.workers,
    onOutput: options.onOutput,
    onProgress: (done, underWay) =>
      options.onProgress(
        done,
        tasks.length,
        underWay.map((index) => titleOf(wanted[index])),
      ),
    onReply: (reply, index) => {
      played.push(playedOf(reply, wanted[index]?.remedies ?? [], io.cwd));
    },
  });
  if (interruptedBy !== undefined) throw new RemediesInterrupted(interruptedBy);
  return played;
}

function playedOf(reply: RunReply, remedies: readonly RemedyName[], cwd: string): Played {
  if (reply.kind === "failed") return { message: reply.error.message };
  const { journalFile } = reply.task;
  const history = parseJournal(readFileSync(journalFile, "utf8"), journalFile);
  const journal = relative(cwd, journalFile).replaceAll("\\", "/");
  const run = judgeRun(history, reply.simulatedMs);
  return { trial: trialOf(run, { remedies, uses: reply.remedies, journal }) };
}

function taskOf({ run, remedies }: Wanted, { seed, out }: PlayOptions): RunTask {
  const { scenario, file, client, clientFolder, clientFile, mount, name } = run;
  return {
    scenario: file ?? scenario.name,
    client,
    ...(clientFolder === undefined ? {} : { clientFolder }),
    ...(clientFile === undefined ? {} : { clientFile }),
    mount,
    seed,
    ...(remedies.length === 0 ? {} : { variation: { remedies } }),
    journalFile: join(out, "journals", `${name}--${suffixOf(remedies)}.jsonl`),
  };
}

function suffixOf(remedies: readonly RemedyName[]): string {
  if (remedies.length === 0) return "none";
  return remedies.length === remedyNames.length ? "all" : remedies.join("+");
}

function titleOf(wanted: Wanted | undefined): string {
  return wanted === undefined ? "" : `${wanted.run.scenario.name} ${suffixOf(wanted.remedies)}`;
}
