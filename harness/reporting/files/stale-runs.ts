/**
 * Journals and HAR files of earlier runs that would be left beside newer results, which do not
 * mention them. Only what Brownout wrote is removed: the contents of a file decide, not its name.
 */
import { closeSync, openSync, readdirSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Removes from `journals` and `har` in the output folder what earlier runs left, but for the runs of these names. */
export function removeStaleRuns(out: string, planned: readonly string[]): void {
  const names = new Set(planned);
  for (const { folder, extension, isOurs } of kinds) {
    const path = join(out, folder);
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(extension)) continue;
      if (names.has(entry.name.slice(0, -extension.length))) continue;
      const file = join(path, entry.name);
      if (isOurs(beginningOf(file))) rmSync(file, { force: true });
    }
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
