/**
 * Writes a journal while its events happen. Its first line has room at the end, because what the
 * header says of the end is known only then; until then the file is a journal without that.
 */
import {
  closeSync,
  createReadStream,
  createWriteStream,
  openSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { makeFolder } from "../core/make-folder.ts";
import { HarnessError } from "../core/errors.ts";
import type { HistoryEvent } from "../history/event.ts";
import type { JournalHeader } from "../history/header.ts";
import { writeEvent, writeHeader } from "../history/journal.ts";

export interface JournalFile {
  readonly add: (event: HistoryEvent) => void;
  /** Writes the header anew, and closes the file. */
  readonly end: (header: JournalHeader) => Promise<void>;
}

/** Bytes of the first line; a longer header takes writing the file once more. */
const HEADER_BYTES = 4_096;

/** Creates the file with its header; throws `unwritable`. `onError`: it can no longer be written; later events are lost. */
export function createJournalFile(
  path: string,
  header: JournalHeader,
  onError: (error: HarnessError) => void,
): JournalFile {
  const file = attempt(path, () => {
    makeFolder(dirname(path));
    const opened = openSync(path, "w");
    writeSync(opened, `${padded(writeHeader(header))}\n`);
    return opened;
  });
  let isLost = false;
  return {
    add(event) {
      if (isLost) return;
      try {
        // At once, so that what has happened is there also after a SIGKILL.
        writeSync(file, `${writeEvent(event)}\n`);
      } catch (error) {
        isLost = true;
        onError(unwritable(path, error));
      }
    },
    async end(last) {
      const line = writeHeader(last);
      const fits = Buffer.byteLength(line) < HEADER_BYTES;
      if (fits) writeSync(file, `${padded(line)}\n`, 0);
      closeSync(file);
      if (!fits) await rewrite(path, line);
    },
  };
}

function padded(line: string): string {
  return line + " ".repeat(Math.max(0, HEADER_BYTES - 1 - Buffer.byteLength(line)));
}

async function rewrite(path: string, line: string): Promise<void> {
  const unfinished = `${path}.part`;
  const target = createWriteStream(unfinished);
  target.write(`${line}\n`);
  await pipeline(createReadStream(path, { start: HEADER_BYTES }), target);
  renameSync(unfinished, path);
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): HarnessError {
  const reason = error instanceof Error ? error.message : String(error);
  return new HarnessError("unwritable", `it cannot be written: ${reason}`, {
    place: path,
    hint: "Name another file with --journal, or make room for this one.",
    cause: error,
  });
}
