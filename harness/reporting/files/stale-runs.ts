/**
 * Removes what an earlier run left in the output folder: if this one is killed, or cannot write,
 * nothing there looks like its result. Of journals and HAR files only what Brownout wrote is removed, or
 * what this run is about to write: the contents of a file decide, not its name.
 */
import { closeSync, existsSync, openSync, readdirSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { removePublishedChanges } from "../archive/publish-changes.ts";
import { RUN_FILE } from "../model/run-facts.ts";
import { SHARD_FILE } from "./shard.ts";
import { REPORT_FILES } from "./write-reports.ts";
import { unwritable } from "./write-whole.ts";

/** Removes reports, journals and HAR files of earlier runs; `planned` are the names of the runs to come. Throws `unwritable`. */
export function removeEarlierRun(out: string, planned: readonly string[]): void {
  removeReports(out);
  removePublishedChanges(out);
  const names = new Set(planned);
  for (const { folder, extension, isOurs } of kinds) {
    const path = join(out, folder);
    if (!existsSync(path)) continue;
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory() || !entry.name.endsWith(extension)) continue;
      const file = join(path, entry.name);
      const isPlanned = names.has(entry.name.slice(0, -extension.length));
      if (isPlanned || (entry.isFile() && isOurs(beginningOf(file)))) remove(file);
    }
  }
}

/** Removes reports and the word of which shard they are of; throws `unwritable`. */
export function removeReports(out: string): void {
  // First what says that a session has ended: a reader who finds it may rely on the others.
  for (const name of [...REPORT_FILES.toReversed(), RUN_FILE]) remove(join(out, name));
  remove(join(out, SHARD_FILE));
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw unwritable(path, error);
  }
}

const kinds = [
  // As `writeJournal` begins: the header comes first, and the schema first in it.
  {
    folder: "journals",
    extension: ".jsonl",
    isOurs: (text: string) => text.startsWith('{"schema":"brownout/journal/1",'),
  },
  // As `toHar` begins.
  {
    folder: "har",
    extension: ".har",
    isOurs: (text: string) =>
      text.startsWith('{"log":{"version":"1.2","creator":{"name":"brownout",'),
  },
] as const;

const BEGINNING_BYTES = 256;

/** The first characters of a file; empty when it cannot be read, since then its origin is unknown. */
function beginningOf(file: string): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "r");
    const buffer = Buffer.alloc(BEGINNING_BYTES);
    return buffer.toString("utf8", 0, readSync(descriptor, buffer));
  } catch {
    return "";
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
