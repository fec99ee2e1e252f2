/**
 * The folder that a session writes into. A reader who comes afterwards must find this session's
 * results or none: those of an earlier one go first, also when this one cannot run at all. Where
 * the folder cannot be written, as on a full disk, results go to a folder of their own.
 */
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HarnessError } from "../core/errors.ts";
import { removeEarlierRun, removeReports } from "../reporting/files/stale-runs.ts";
import { prepareFolders } from "../reporting/files/write-whole.ts";
import { isHeld } from "./folder-lock.ts";

/** Where results go. */
export interface OutputFolder {
  /** Absolute. */
  readonly path: string;
  /** Why it is not the folder that was named. */
  readonly problem?: HarnessError;
}

/** The same, where results that are there cannot be removed. */
function withRemains(problem: HarnessError, out: string): HarnessError {
  if (!existsSync(join(out, "results.json"))) return problem;
  const { code, message, place, hint, cause } = problem;
  return new HarnessError(code, `${message}; the results there are of an earlier run`, {
    ...(place === undefined ? {} : { place }),
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}

/** What the machine, and not the name of a folder, is to blame for. */
const MACHINE = new Set(["EROFS", "EACCES", "EPERM", "ENOSPC", "EDQUOT", "EIO"]);

/** Makes the folder, or another when it cannot be written; `now` is real time, ms. Throws `unwritable`. */
export function prepareOutput(out: string, now: () => number): OutputFolder {
  try {
    prepare(out);
    return { path: out };
  } catch (error) {
    const problem = problemOf(error);
    // What an earlier session left may be all that fills the disk.
    if (forgetEarlierRun(out, now) && attempt(() => prepare(out))) return { path: out };
    return { path: elsewhere(problem), problem: withRemains(problem, out) };
  }
}

/**
 * Writes with `write` into the folder, or into another when that fails, with why: what was found is
 * kept. Resolves to the folder. Throws `unwritable` when nothing can be written anywhere.
 */
export async function keepReports(
  out: string,
  write: (folder: string, problem?: HarnessError) => Promise<void>,
): Promise<string> {
  try {
    await write(out);
    return out;
  } catch (error) {
    const problem = problemOf(error);
    // Some of the reports may be there.
    attempt(() => removeReports(out));
    const path = elsewhere(problem);
    await write(path, problem);
    return path;
  }
}

/** Removes what an earlier session left, unless another is writing there; returns whether nothing is left. */
export function forgetEarlierRun(out: string, now: () => number): boolean {
  return !isHeld(out, now) && attempt(() => removeEarlierRun(out, []));
}

function prepare(out: string): void {
  prepareFolders([out, join(out, "journals"), join(out, "har")]);
}

/** Whether it could be done. */
function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

/** The error, where another folder may do; throws any other. */
function problemOf(error: unknown): HarnessError {
  if (error instanceof HarnessError && error.code === "unwritable") {
    const { cause } = error;
    if (cause instanceof Error && "code" in cause && MACHINE.has(String(cause.code))) return error;
  }
  throw error;
}

function elsewhere(problem: HarnessError): string {
  try {
    const path = mkdtempSync(join(tmpdir(), "brownout-results-"));
    prepare(path);
    return path;
  } catch {
    throw problem;
  }
}
