/**
 * Adds a finished session to the archive and finds out what changed. If something is wrong with
 * the archive, the session is not lost: its results are in the output folder already, and a copy
 * waits beside the archive until a later session can add it.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { parseResults } from "../files/read-results.ts";
import { shortPath } from "../files/short-path.ts";
import { writeWhole } from "../files/write-whole.ts";
import type { Results } from "../model/results.ts";
import { type Archive, openArchive } from "./database.ts";
import { changesToReport, type FindingChange } from "./reported-changes.ts";
import { sessionRecordOf } from "./session-record.ts";

/** The file in the archive's folder. */
export const ARCHIVE_FILE = "runs.db";

/** How many sessions back are read to see whether a finding comes and goes. */
export const LOOK_BACK = 30;

/** The folder beside the archive for sessions that could not be added. */
const WAITING = "waiting";

/** What became of a session. */
export interface ArchivedResults {
  /** What to print about the archive itself. */
  readonly lines: readonly string[];
  /** What changed since changes were last reported. */
  readonly changes: readonly FindingChange[];
  /** Its number in the archive; absent when it waits. */
  readonly id?: number;
  /** Records that the changes were reported; returns what to print if that fails. */
  readonly markReported: () => readonly string[];
}

/** Where a session goes, and when it was recorded. */
export interface ArchiveEntry {
  /** The archive's folder, absolute. */
  readonly folder: string;
  /** The folder that printed paths are relative to, absolute. */
  readonly cwd: string;
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
  /** What the person or the CI service calls it, such as a commit. */
  readonly label?: string;
}

/** Adds a session and those that wait. Never throws: what went wrong is in `lines`. */
export function addToArchive(results: Results, entry: ArchiveEntry): ArchivedResults {
  const { folder, cwd, recordedAt, label } = entry;
  const path = join(folder, ARCHIVE_FILE);
  const when = { recordedAt, ...(label === undefined ? {} : { label }) };
  const lines: string[] = [];
  const add = (): ArchivedResults => ({
    lines,
    ...addTo(path, results, { ...entry, when, lines }),
  });
  try {
    try {
      return add();
    } catch (error) {
      if (!(error instanceof HarnessError) || error.code !== "archive-damaged") throw error;
      lines.push(setAside(path, error, { cwd, recordedAt }));
      return add();
    }
  } catch (error) {
    lines.push(...keepWaiting(error, results, { folder, when, cwd }));
    return { lines, changes: [], markReported: () => [] };
  }
}

function addTo(
  path: string,
  results: Results,
  {
    folder,
    cwd,
    when,
    lines,
  }: Pick<ArchiveEntry, "folder" | "cwd"> & Pick<Waiting, "when"> & { readonly lines: string[] },
): Omit<ArchivedResults, "lines"> {
  const archive = openArchive(path);
  try {
    lines.push(...addWaiting(archive, folder, cwd));
    const id = archive.add(sessionRecordOf({ ...results, failures: results.failures ?? [] }), when);
    // Another process may have added one since.
    const sessions = archive.last(LOOK_BACK).filter((session) => session.id <= id);
    const changes = changesToReport(sessions, archive.reportedChanges());
    return { changes, id, markReported: () => markReported(path, id, changes) };
  } finally {
    archive.close();
  }
}

/** Keeps a damaged archive under another name, since someone may repair it; returns what to print. */
function setAside(
  path: string,
  problem: HarnessError,
  { cwd, recordedAt }: Pick<ArchiveEntry, "cwd" | "recordedAt">,
): string {
  const aside = freeName(`${path}.damaged-${stamp(recordedAt)}`);
  renameSync(path, aside);
  // SQLite would take its journal for that of the new archive.
  for (const end of ["-journal", "-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
  return `Archive: ${shortPath(cwd, path)}: ${problem.message}. It is kept as ${basename(aside)}, and a new one begins.`;
}

interface Waiting {
  readonly when: Pick<ArchiveEntry, "recordedAt" | "label">;
  readonly results: unknown;
}

function addWaiting(archive: Archive, folder: string, cwd: string): readonly string[] {
  const path = join(folder, WAITING);
  const files = existsSync(path) ? readdirSync(path).filter((file) => file.endsWith(".json")) : [];
  return files.toSorted().flatMap((name) => {
    const file = join(path, name);
    try {
      const { when, results } = JSON.parse(readFileSync(file, "utf8")) as Waiting;
      // It may be there already: another process adds what waits, too, or the file could not be removed.
      const id = archive.addOnce(
        sessionRecordOf(parseResults(JSON.stringify(results), file)),
        when,
      );
      rmSync(file, { force: true });
      return id === undefined
        ? []
        : [`Archive: the run of ${when.recordedAt}, which waited, is in it now.`];
    } catch (error) {
      // If the archive itself is at fault, no other file fares better.
      if (error instanceof HarnessError && error.code.startsWith("archive-")) throw error;
      if (!existsSync(file)) return [];
      const reason = error instanceof Error ? error.message : String(error);
      return [`Archive: ${shortPath(cwd, file)} cannot be added: ${reason}.`];
    }
  });
}

function keepWaiting(
  error: unknown,
  results: Results,
  {
    folder,
    when,
    cwd,
  }: { readonly folder: string; readonly when: Waiting["when"]; readonly cwd: string },
): readonly string[] {
  const known = error instanceof HarnessError ? error : undefined;
  const reason = error instanceof Error ? error.message : String(error);
  const hint = known?.hint === undefined ? "" : ` ${known.hint}`;
  const problem = `Archive: ${shortPath(cwd, known?.place ?? folder)}: ${reason}.`;
  const file = freeName(join(folder, WAITING, stamp(when.recordedAt)), ".json");
  try {
    writeWhole(file, `${JSON.stringify({ when, results })}\n`);
    return [`${problem}${hint} This run waits in ${shortPath(cwd, file)} for the next.`];
  } catch {
    return [`${problem}${hint} This run is in its output folder alone.`];
  }
}

function markReported(
  path: string,
  id: number,
  changes: readonly FindingChange[],
): readonly string[] {
  if (changes.length === 0) return [];
  try {
    const archive = openArchive(path);
    try {
      archive.recordReported(id, changes);
    } finally {
      archive.close();
    }
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [`Archive: ${reason}; what was reported now may be reported again.`];
  }
}

/** A path at which nothing is yet: two runs may end at the same moment. */
function freeName(path: string, extension = ""): string {
  let name = `${path}${extension}`;
  for (let copy = 2; existsSync(name); copy += 1) name = `${path}-${copy}${extension}`;
  return name;
}

/** A time as a part of a file's name. */
function stamp(recordedAt: string): string {
  return recordedAt.replaceAll(/[:.]/g, "-");
}
