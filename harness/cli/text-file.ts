/** Reads a text file that a person named. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { HarnessError, suggestNames } from "../core/errors.ts";

/** The text of the file at `path`; `bad-usage` about `named` when it is not there or cannot be read. */
export function readTextFile(path: string, named: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EISDIR") {
      throw new HarnessError("bad-usage", "it is a folder", {
        place: named,
        hint: "Name a file in it.",
        cause: error,
      });
    }
    if (code !== "ENOENT" && code !== "ENOTDIR") {
      const reason = error instanceof Error ? error.message : String(error);
      throw new HarnessError("bad-usage", `it cannot be read: ${reason}`, {
        place: named,
        hint: "Look at its permissions.",
        cause: error,
      });
    }
    throw new HarnessError("bad-usage", "there is no such file", {
      place: named,
      hint: suggestNames(
        basename(path),
        neighbours(dirname(path)),
        "Look at the spelling of its path.",
      ),
      cause: error,
    });
  }
}

function neighbours(folder: string): readonly string[] {
  // What is named as a folder may be a file.
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? readdirSync(folder) : [];
}
