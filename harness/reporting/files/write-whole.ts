/**
 * Writing files completely or not at all: a text is written to a neighbouring file, which is then
 * renamed, so that a reader finds the old text or the new one, also after Ctrl-C.
 */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { makeFolder } from "../../core/make-folder.ts";

/** What a file has for a name while it is being written. */
export const UNFINISHED = ".part";

/** Writes a text file whole; `unwritable` with the system's reason when it cannot. */
export function writeWhole(path: string, contents: string | Uint8Array): void {
  const unfinished = `${path}${UNFINISHED}`;
  try {
    makeFolder(dirname(path));
    writeFileSync(unfinished, contents);
    renameSync(unfinished, path);
  } catch (error) {
    discard(unfinished);
    throw unwritable(path, error);
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where nothing can be written there is nothing to remove.
  }
}

/** An empty file has room on a full disk. */
const ROOM = "\n".repeat(65_536);

/** Makes the folders, and proves that files can be written there, before a long run depends on it. */
export function prepareFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    const probe = join(folder, `.probe${UNFINISHED}`);
    try {
      makeFolder(folder);
      writeFileSync(probe, ROOM);
      rmSync(probe);
    } catch (error) {
      discard(probe);
      throw unwritable(folder, error);
    }
  }
}

/** The error for a path that cannot be written, made or removed. */
export function unwritable(path: string, error: unknown): HarnessError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return new HarnessError("unwritable", `it cannot be written: ${reasonOf(code, error)}`, {
    place: path,
    hint: "Name another folder with --out, or make room for this one.",
    cause: error,
  });
}

function reasonOf(code: string, error: unknown): string {
  switch (code) {
    case "ENOTDIR":
    case "EEXIST":
      return "a file stands where a folder should be";
    case "EACCES":
    case "EPERM":
      return "you have no permission to";
    case "EROFS":
      return "the file system is read-only";
    case "ENOENT":
      return "no folder can be made there";
    case "ENOSPC":
    case "EDQUOT":
      return "the disk is full";
    case "EISDIR":
      return "a folder has its name";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
