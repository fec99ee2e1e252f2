/** Writes journals of tests. */
import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { makeFolder } from "../../core/make-folder.ts";

/** Writes a journal; throws `unwritable` at `place`, the option that named the folder. */
export function writeJournalTo(file: string, journal: string, place: string): void {
  try {
    makeFolder(dirname(file));
    writeFileSync(file, journal);
  } catch (cause) {
    throw new HarnessError("unwritable", `the journal could not be written to ${file}`, {
      place,
      hint: "Name a folder that is writable.",
      cause,
    });
  }
}
