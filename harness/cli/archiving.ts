/**
 * Puts a finished session into the archive and finds out what is new. Whatever is wrong with
 * the archive, the session is not lost: its results lie in the output folder already, and a
 * copy waits beside the archive until the next session can add it.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Archive, openArchive } from "../reporting/archive/database.ts";
import { type NewsItem, newsOf } from "../reporting/archive/news.ts";
import { playedOf } from "../reporting/archive/played.ts";
import { HarnessError } from "../core/errors.ts";
import { parseResults } from "../reporting/files/read-results.ts";
import type { Results } from "../reporting/model/results.ts";
import { writeWhole } from "../reporting/files/write-whole.ts";
import type { Options } from "./arguments.ts";
import type { Io } from "./io.ts";
import { shortPath } from "../reporting/files/short-path.ts";

/** The options of commands that add to the archive. */
export const archiveOptions = {
  archive: {
    value: "DIR",
    says: 'where earlier runs are kept (default: reports/archive); "none" keeps nothing',
  },
  label: { value: "TEXT", says: "what to call this run in the archive, such as a commit" },
} as const satisfies Options;

/** The file in the archive's folder. */
export const ARCHIVE_FILE = "runs.db";

/** So many sessions back it is looked whether a finding comes and goes. */
export const LOOK_BACK = 30;

const WAITING = "waiting";

/** What became of a session. */
export interface Archived {
  /** What there is to say of the archive itself. */
  readonly lines: readonly string[];
  readonly news: readonly NewsItem[];
  /** Its number in the archive; absent when it waits. */
  readonly id?: number;
  /** To be called when the news has been told. */
  readonly remember: () => readonly string[];
}

/** The folder that `--archive` names; nothing for `none`. */
export function archiveFolder(named: string | undefined, cwd: string): string | undefined {
  if (named === "none") return undefined;
  return resolve(cwd, named ?? join("reports", "archive"));
}

/** Adds a session and those that wait; never throws. */
export function archiveSession(
  results: Results,
  { folder, io, label }: { readonly folder: string; readonly io: Io; readonly label?: string },
): Archived {
  const path = join(folder, ARCHIVE_FILE);
  const recordedAt = new Date(io.now()).toISOString();
  const when = { recordedAt, ...(label === undefined ? {} : { label }) };
  const lines: string[] = [];
  try {
    const archive = openOrSetAside(path, { io, lines, recordedAt });
    try {
      lines.push(...addWaiting(archive, folder, io.cwd));
      const id = archive.add(playedOf(readBack(results)), when);
      // Another process may have added one since.
      const sessions = archive.last(LOOK_BACK).filter((session) => session.id <= id);
      const news = newsOf(sessions, archive.told());
      return { lines, news, id, remember: () => remember(path, id, news) };
    } finally {
      archive.close();
    }
  } catch (error) {
    lines.push(...keepWaiting(error, results, { folder, when, cwd: io.cwd }));
    return { lines, news: [], remember: () => [] };
  }
}

function readBack(results: Results): ReturnType<typeof parseResults> {
  return { ...results, failures: results.failures ?? [] };
}

/** A damaged archive is kept under another name: somebody may mend it. */
function openOrSetAside(
  path: string,
  {
    io,
    lines,
    recordedAt,
  }: { readonly io: Io; readonly lines: string[]; readonly recordedAt: string },
): Archive {
  try {
    return openArchive(path);
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== "archive-damaged") throw error;
    const aside = freeName(`${path}.damaged-${stamp(recordedAt)}`);
    renameSync(path, aside);
    // Its journal would be taken for the new one's.
    for (const end of ["-journal", "-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
    lines.push(
      `Archive: ${shortPath(io.cwd, path)}: ${error.message}. It is kept as ${basename(aside)}, and a new one begins.`,
    );
    return openArchive(path);
  }
}

interface Waiting {
  readonly when: { readonly recordedAt: string; readonly label?: string };
  readonly results: unknown;
}

function addWaiting(archive: Archive, folder: string, cwd: string): readonly string[] {
  const path = join(folder, WAITING);
  const files = existsSync(path) ? readdirSync(path).filter((file) => file.endsWith(".json")) : [];
  return files.toSorted().flatMap((name) => {
    const file = join(path, name);
    try {
      const { when, results } = JSON.parse(readFileSync(file, "utf8")) as Waiting;
      // It may be there already: another process takes in what waits, too, or the file could not be removed.
      const id = archive.addOnce(playedOf(parseResults(JSON.stringify(results), file)), when);
      rmSync(file, { force: true });
      return id === undefined
        ? []
        : [`Archive: the run of ${when.recordedAt}, which waited, is in it now.`];
    } catch (error) {
      if (isOfArchive(error)) throw error;
      if (!existsSync(file)) return [];
      const reason = error instanceof Error ? error.message : String(error);
      return [`Archive: ${shortPath(cwd, file)} cannot be added: ${reason}.`];
    }
  });
}

/** Whether the fault is the archive's and not the file's: then no other file fares better. */
function isOfArchive(error: unknown): boolean {
  return error instanceof HarnessError && error.code.startsWith("archive-");
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
  const said = `Archive: ${shortPath(cwd, known?.place ?? folder)}: ${reason}.`;
  const file = freeName(join(folder, WAITING, stamp(when.recordedAt)), ".json");
  try {
    writeWhole(file, `${JSON.stringify({ when, results })}\n`);
    return [`${said}${hint} This run waits in ${shortPath(cwd, file)} for the next.`];
  } catch {
    return [`${said}${hint} This run is in its output folder alone.`];
  }
}

function remember(path: string, id: number, news: readonly NewsItem[]): readonly string[] {
  if (news.length === 0) return [];
  try {
    const archive = openArchive(path);
    try {
      archive.tell(id, news);
    } finally {
      archive.close();
    }
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [`Archive: ${reason}; what was told now may be told again.`];
  }
}

/** A path that nothing has yet: two runs may end at the same moment. */
function freeName(path: string, extension = ""): string {
  let name = `${path}${extension}`;
  for (let copy = 2; existsSync(name); copy += 1) name = `${path}-${copy}${extension}`;
  return name;
}

/** A time as a part of a file's name. */
function stamp(recordedAt: string): string {
  return recordedAt.replaceAll(/[:.]/g, "-");
}
