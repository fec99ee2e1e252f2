/**
 * Adds a finished session to the archive and finds out what changed. If something is wrong with
 * the archive, the session is not lost: its results are in the output folder already, and a copy
 * waits beside the archive until a later session can add it.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { parseResults, type ReadResults } from "../files/read-results.ts";
import { shortPath } from "../files/short-path.ts";
import { writeWhole } from "../files/write-whole.ts";
import type { Change, SessionFacts, Since } from "./change.ts";
import { type Archive, openArchive } from "./database.ts";
import type { JournalsOfSession } from "./evidence.ts";
import type { FindingSubject } from "./ledger-state.ts";
import type { JobLine } from "./ledger-tables.ts";
import { sessionRecordOf } from "./session-record.ts";

/** The file in the archive's folder. */
export const ARCHIVE_FILE = "runs.db";

/** The folder beside the archive for sessions that could not be added. */
const WAITING = "waiting";

/** What became of a session. */
export interface ArchivedResults {
  /** What to print about the archive itself. */
  readonly lines: readonly string[];
  /** What this session changed. */
  readonly changes: readonly Change[];
  /** Its number in the archive; absent when it is not there. */
  readonly id?: number;
  /** Why it is neither in the archive nor waits for the next session, as on a full disk: what it found is compared with nothing, and no channel hears of it. */
  readonly problem?: HarnessError;
  /** What channels have not taken yet; absent when the session waits. */
  readonly channels?: Channels;
  /** Since when a finding of it is there; undefined for one that began with it and has no earlier run to compare with, and while the session waits. */
  readonly sinceOf: (finding: FindingSubject) => Since | undefined;
}

/** Deliveries of one job. No method throws: one that fails returns what to print. */
export interface Channels {
  /** What a channel has not taken yet, the oldest first; nothing when the archive cannot be read. */
  readonly pending: (channel: string) => readonly Change[];
  readonly recordDelivered: (channel: string, changes: readonly Change[]) => readonly string[];
  readonly recordFailed: (
    channel: string,
    changes: readonly Change[],
    error: string,
  ) => readonly string[];
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
  /** What is known of it beside its results. Default: nothing, so that it belongs to no job. */
  readonly facts?: SessionFacts;
  /** The path of a run's journal, which is kept while one of its findings is open. Default: none is kept. */
  readonly journalOf?: JournalsOfSession["journalOf"];
  /** After so long without a change, one says that the job is alive, ms; default: never. */
  readonly heartbeatMs?: number;
}

/** What is archived of a session; one that came to nothing has no runs. */
export type ResultsToArchive = Omit<ReadResults, "failures"> &
  Partial<Pick<ReadResults, "failures">>;

/** Adds a session and those that wait. Never throws: what went wrong is in `lines`. */
export function addToArchive(results: ResultsToArchive, entry: ArchiveEntry): ArchivedResults {
  const { folder, cwd, recordedAt, label, facts } = entry;
  const path = join(folder, ARCHIVE_FILE);
  const when = { recordedAt, ...(label === undefined ? {} : { label }) };
  const waiting: Waiting = { when, results, ...(facts === undefined ? {} : { facts }) };
  const lines: string[] = [];
  const add = (): ArchivedResults => ({ lines, ...addTo(path, waiting, { ...entry, lines }) });
  try {
    try {
      return add();
    } catch (error) {
      if (!(error instanceof HarnessError) || error.code !== "archive-damaged") throw error;
      lines.push(setAside(path, error, { cwd, recordedAt }));
      return add();
    }
  } catch (error) {
    const kept = keepWaiting(error, waiting, { folder, cwd });
    lines.push(...kept.lines);
    const lost = kept.problem === undefined ? {} : { problem: kept.problem };
    return { lines, changes: [], sinceOf: () => undefined, ...lost };
  }
}

function addTo(
  path: string,
  { when, results, facts }: Waiting,
  {
    folder,
    cwd,
    lines,
    heartbeatMs,
    journalOf,
  }: Pick<ArchiveEntry, "folder" | "cwd" | "heartbeatMs" | "journalOf"> & {
    readonly lines: string[];
  },
): Omit<ArchivedResults, "lines"> {
  const archive = openArchive(path);
  try {
    // That it was damaged is known to an empty archive from what stands beside it.
    const lost = archive.heads(1).length === 0 ? damagedBeside(folder) : undefined;
    lines.push(...addWaiting(archive, folder, cwd));
    const record = sessionRecordOf({ ...results, failures: results.failures ?? [] }, facts);
    const id = archive.add(record, when, { heartbeatMs, lost });
    const line = { job: facts?.job ?? "", branch: facts?.branch ?? "" };
    if (journalOf !== undefined) {
      const journals = { session: id, runs: record.runs, journalOf };
      lines.push(...keepJournals(() => archive.keepEvidence(folder, line, journals)));
    }
    return {
      changes: archive.changesOf(id),
      id,
      channels: channelsOf(path, line),
      sinceOf: sinceIn(archive, id, line),
    };
  } finally {
    archive.close();
  }
}

function sinceIn(archive: Archive, session: number, line: JobLine): ArchivedResults["sinceOf"] {
  const keyOf = ({ scenario, client, mount, rule }: FindingSubject): string =>
    JSON.stringify([scenario, client, mount, rule]);
  const known = new Map(
    archive.findings(line).flatMap(({ subject, open }) => {
      const since = open?.since;
      // That it was seen now is no news to a reader of this session.
      if (since === undefined) return [];
      if (since.firstSeen.id === session && since.lastGood === undefined) return [];
      return [[keyOf(subject), since] as const];
    }),
  );
  return (finding) => known.get(keyOf(finding));
}

/** The session is in the archive, with or without its journals. */
function keepJournals(keep: () => void): readonly string[] {
  try {
    keep();
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [`Archive: no journals of this run are kept: ${reason}.`];
  }
}

/** The archive before this one that was set aside last. */
function damagedBeside(folder: string): string | undefined {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${ARCHIVE_FILE}.damaged-`))
    .toSorted()
    .at(-1);
}

/** The deliveries of a job. Each call opens the archive for itself: between them a receiver may take its time. */
export function channelsOf(path: string, line: JobLine): Channels {
  const withArchive = <T>(work: (archive: Archive) => T): T => {
    const archive = openArchive(path);
    try {
      return work(archive);
    } finally {
      archive.close();
    }
  };
  const record = (work: (archive: Archive) => void): readonly string[] => {
    try {
      withArchive(work);
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [`Archive: ${reason}; what was reported now may be reported again.`];
    }
  };
  return {
    pending(channel) {
      try {
        return withArchive((archive) => archive.pending(channel, line));
      } catch {
        return [];
      }
    },
    recordDelivered: (channel, changes) =>
      record((archive) => archive.recordDelivered(channel, changes)),
    recordFailed: (channel, changes, error) =>
      record((archive) => archive.recordFailed(channel, changes, error)),
  };
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
  readonly results: ResultsToArchive;
  readonly facts?: SessionFacts;
}

function addWaiting(archive: Archive, folder: string, cwd: string): readonly string[] {
  const path = join(folder, WAITING);
  const files = existsSync(path) ? readdirSync(path).filter((file) => file.endsWith(".json")) : [];
  return files.toSorted().flatMap((name) => {
    const file = join(path, name);
    try {
      const { when, results, facts } = JSON.parse(readFileSync(file, "utf8")) as Waiting;
      // It may be there already: another process adds what waits, too, or the file could not be removed.
      const id = archive.addOnce(
        sessionRecordOf(parseResults(JSON.stringify(results), file), facts),
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
  waiting: Waiting,
  { folder, cwd }: Pick<ArchiveEntry, "folder" | "cwd">,
): Pick<ArchivedResults, "lines" | "problem"> {
  const known = error instanceof HarnessError ? error : undefined;
  const reason = error instanceof Error ? error.message : String(error);
  const hint = known?.hint === undefined ? "" : ` ${known.hint}`;
  const problem = `Archive: ${shortPath(cwd, known?.place ?? folder)}: ${reason}.`;
  const file = freeName(join(folder, WAITING, stamp(waiting.when.recordedAt)), ".json");
  try {
    writeWhole(file, `${JSON.stringify(waiting)}\n`);
    return { lines: [`${problem}${hint} This run waits in ${shortPath(cwd, file)} for the next.`] };
  } catch {
    const message = `this run is in its output folder alone: ${reason}`;
    const place = known?.place ?? folder;
    return {
      lines: [],
      problem: new HarnessError("unwritable", message, {
        place,
        hint: known?.hint ?? "Name another folder with --archive DIR.",
        cause: error,
      }),
    };
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
