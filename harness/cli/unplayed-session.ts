/**
 * Sessions that failed before a run: they are archived and published as others are, so that a
 * night that could not be played is no silence.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { HarnessError } from "../core/errors.ts";
import { ARCHIVE_FILE } from "../reporting/archive/add-to-archive.ts";
import { readArchive } from "../reporting/archive/database.ts";
import { sessionFactsOf } from "../reporting/archive/session-facts.ts";
import type { RunFacts } from "../reporting/model/run-facts.ts";
import {
  archiveFailure,
  archiveFolder,
  type ArchiveTarget,
  publishRun,
  readArchiveTarget,
} from "./archive-run.ts";
import { beginSession } from "./facts/session-facts.ts";
import { failureOf, withoutStack } from "./failure.ts";
import { isHeld } from "./folder-lock.ts";
import type { Io } from "./io.ts";
import { forgetEarlierRun } from "./output-folder.ts";
import { outFolder } from "./plan.ts";

interface Unplayed {
  readonly values: Parameters<typeof readArchiveTarget>[0] & {
    readonly job?: string;
    readonly out?: string;
    readonly shard?: string;
  };
  /** The output folder, absolute. */
  readonly out: string;
  readonly endSession: ReturnType<typeof beginSession>;
  readonly io: Io;
}

/**
 * Does the work of a command; when it rejects, archives and publishes that, and rejects with the
 * same. Only where the job is named, or the archive has the same command: one that was mistyped is
 * no session. Not at a terminal, where a person sees it, and not of a shard, which `merge` misses.
 */
export async function archivingFailure<T>(work: () => Promise<T>, unplayed: Unplayed): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await archiveUnplayed(error, unplayed);
    throw error;
  }
}

/** The same for a command whose arguments were refused: `known` is what could be read of them. Rejects with `error`. */
export function archiveRefused(
  error: unknown,
  known: Parameters<typeof beginSession>[0] & Pick<Unplayed, "values">,
  io: Io,
): Promise<never> {
  const endSession = beginSession(known, io);
  const out = outFolder(known.values.out, io.cwd);
  const refused = (): Promise<never> => Promise.reject(error);
  return archivingFailure(refused, { values: known.values, out, endSession, io });
}

async function archiveUnplayed(
  error: unknown,
  { values, out, endSession, io }: Unplayed,
): Promise<void> {
  if (io.stdout.isTTY || values.shard !== undefined) return;
  const facts = endSession({
    // What it would have been is not known, or does not matter: nothing was played.
    seed: "1",
    runs: [],
    outcome: "failed",
    exitCode: 2,
    problems: [withoutStack(failureOf(error))],
  });
  const target = targetOf(values, io);
  const job = values.job ?? jobOfCommand(facts, target);
  if (job === undefined) return;
  const archived = archiveFailure({ ...facts, job }, { target, io });
  // Another session writes into the folder, and publishes this as well.
  if (archived === undefined || isHeld(out, io.now)) return;
  forgetEarlierRun(out, io.now);
  // The error itself is printed by who called the command.
  const lines = await publishRun({ ...archived, changes: [] }, { out, io }).catch(
    (failure: unknown) => {
      if (!(failure instanceof HarnessError)) throw failure;
      return [...archived.lines, `${failure.place ?? out}: ${failure.message}.`];
    },
  );
  for (const line of lines) io.stderr.write(`${line}\n`);
}

/** What is wrong may be the target's own options: the archive is used all the same. */
function targetOf(values: Unplayed["values"], io: Io): ArchiveTarget {
  try {
    return readArchiveTarget(values, io);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    const folder = archiveFolder(values.archive, io.cwd);
    return folder === undefined ? {} : { folder };
  }
}

/** So many sessions are searched for one of the same command. */
const SEARCHED = 200;

/** The job to which the same command belonged before: that of a merge is known from its parts alone. */
function jobOfCommand(facts: RunFacts, { folder }: ArchiveTarget): string | undefined {
  const path = folder === undefined ? undefined : join(folder, ARCHIVE_FILE);
  if (path === undefined || !existsSync(path)) return undefined;
  const { command, branch } = sessionFactsOf(facts);
  try {
    const archive = readArchive(path);
    try {
      return archive
        .heads(SEARCHED)
        .findLast((head) => head.facts?.command === command && head.facts?.branch === branch)?.facts
        ?.job;
    } finally {
      archive.close();
    }
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return undefined;
  }
}
