/** What can be wrong with the file of an archive, as errors with a code. */
import { closeSync, openSync, readSync } from "node:fs";
import { HarnessError } from "../../core/errors.ts";

/** The database is whole, and what is in it is not what we wrote. */
export class AlteredArchive extends Error {}

/** `archive-damaged`, with what is wrong. */
export function damaged(path: string, problem: string, cause?: unknown): HarnessError {
  return new HarnessError("archive-damaged", `it is damaged, or not an archive: ${problem}`, {
    place: path,
    hint: "Move it away, or restore it from a copy.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** SQLite's result codes: https://sqlite.org/rescode.html */
const codes = { busy: 5, locked: 6 };

/** No permission, memory, read-only, full, cannot be opened, a row that is refused, no access: the file may be whole. */
const codesOfWhole: readonly number[] = [3, 7, 8, 13, 14, 19, 23];

/** Turns what SQLite throws into a `HarnessError` with a code. */
export function asProblem<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    // The low byte is the kind; the others are details.
    const errcode = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
    const reason = error instanceof Error ? error.message : String(error);
    if (errcode === codes.busy || errcode === codes.locked) {
      throw new HarnessError("archive-locked", "another process keeps it locked", {
        place: path,
        hint: "Let one run at a time write to one archive, or give each its own: --archive DIR.",
        cause: error,
      });
    }
    const isBroken = errcode !== 0 && !codesOfWhole.includes(errcode);
    if (isBroken || error instanceof AlteredArchive || hasBrokenHeader(path))
      throw damaged(path, reason, error);
    throw new HarnessError("unwritable", `it cannot be written: ${reason}`, {
      place: path,
      hint: "Name another folder with --archive DIR.",
      cause: error,
    });
  }
}

/** SQLite takes a database whose header asks for a later version for one that it may only read. */
function hasBrokenHeader(path: string): boolean {
  try {
    const file = openSync(path, "r");
    try {
      const header = Buffer.alloc(20);
      if (readSync(file, header) < header.length) return false;
      const versions = [header[18] ?? 0, header[19] ?? 0];
      return versions.some((version) => version < 1 || version > 2);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
