/**
 * The archive: every session of runs, in one SQLite file, with a ledger of what changed from one
 * to the next. It keeps what was found, so that the next session can be compared with it.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import { HarnessError } from "../../core/errors.ts";
import { makeFolder } from "../../core/make-folder.ts";
import { asProblem, damaged } from "./archive-problem.ts";
import type { Change, SessionHead } from "./change.ts";
import { pendingChanges, recordDelivered, recordFailed } from "./deliveries.ts";
import { type JournalsOfSession, keepEvidence } from "./evidence.ts";
import { changesWhere, type FoldSettings, foldNewSessions, type JobLine } from "./ledger-tables.ts";
import { defineFunctions, migrations } from "./migrations.ts";
import { type Pruning, pruneSessions } from "./prune.ts";
import type { ArchivedSession, SessionRecord } from "./session-record.ts";
import { headsWhere, insertSession, type SessionTime, sessionsWhere } from "./session-tables.ts";
import { type TrackedFinding, trackedFindings } from "./tracked-findings.ts";

/** An open archive. Every method throws `archive-damaged`, `archive-locked` or `unwritable`. */
export interface Archive {
  /** Adds a session and goes on with the ledger; returns its id. All of it or nothing. */
  readonly add: (session: SessionRecord, when: SessionTime, settings?: FoldSettings) => number;
  /** Adds a session that may have been added before; nothing when one of that moment with those runs is there. */
  readonly addOnce: (session: SessionRecord, when: SessionTime) => number | undefined;
  /** The last so many sessions, the oldest first. */
  readonly last: (count: number) => readonly ArchivedSession[];
  /** The same without their runs, which is quick; of one job and branch when it is named. */
  readonly heads: (count: number, line?: JobLine) => readonly SessionHead[];
  /** The session of that id. */
  readonly session: (id: number) => ArchivedSession | undefined;
  /** The last session with that label. */
  readonly labelled: (label: string) => ArchivedSession | undefined;
  /** Jobs with their branches, that of the last session first. */
  readonly lines: () => readonly JobLine[];
  /** What is known of each finding of a job that was ever seen. */
  readonly findings: (line: JobLine) => readonly TrackedFinding[];
  /** The changes that a session brought. */
  readonly changesOf: (session: number) => readonly Change[];
  /** The changes of a finding, the oldest first. */
  readonly changesOfFinding: (id: string) => readonly Change[];
  /** Keeps the journals that findings need beside the archive; `folder` is the archive's. */
  readonly keepEvidence: (folder: string, line: JobLine, journals: JournalsOfSession) => void;
  /** The changes that a channel has not taken yet, the oldest first; one that is asked for the first time gets those of the last session and of what is open. */
  readonly pending: (channel: string, line: JobLine) => readonly Change[];
  /** Records that a channel took changes. */
  readonly recordDelivered: (channel: string, changes: readonly Pick<Change, "id">[]) => void;
  /** Records that a channel did not take changes, and why: it gets them again in the next run. */
  readonly recordFailed: (
    channel: string,
    changes: readonly Pick<Change, "id">[],
    error: string,
  ) => void;
  /** Removes sessions by the rule of `pruneSessions`, and gives their space back; returns how many. */
  readonly prune: (pruning: Pruning) => number;
  readonly close: () => void;
}

/** So many sessions are compared with their digests when one is added. */
const CHECKED = 30;

/** How long another process may hold the lock, real ms. Default of `lockedMaxMs`. */
const LOCKED_MAX_MS = 5_000;

/**
 * Opens the archive, creates it where there is none, and migrates an old one. Throws
 * `archive-damaged` for a file that is not a database or is broken, `archive-locked` when
 * another process holds it, `archive-newer` for one of a later version, and `unwritable`.
 */
export function openArchive(
  path: string,
  options: { readonly lockedMaxMs?: number } = {},
): Archive {
  return asProblem(path, () => {
    makeFolder(dirname(path));
    const database = new DatabaseSync(path, { timeout: options.lockedMaxMs ?? LOCKED_MAX_MS });
    try {
      checkPages(database, path);
      defineFunctions(database);
      migrate(database, path);
      checkTables(database, path);
    } catch (error) {
      database.close();
      throw error;
    }
    return archiveOf(database, path);
  });
}

/** Opens it only to read: `bad-usage` where there is none. */
export function readArchive(path: string): Archive {
  if (existsSync(path)) return openArchive(path);
  throw new HarnessError("bad-usage", "there is no archive of earlier runs", {
    place: path,
    hint: 'Every "brownout run" adds to it. Name another folder with --archive DIR.',
  });
}

/** A page that is broken would otherwise be met by some later session, or by none. */
function checkPages(database: DatabaseSync, path: string): void {
  const [found] = database.prepare("PRAGMA quick_check(1)").all();
  const problem = String(found?.["quick_check"]);
  if (problem !== "ok") throw damaged(path, problem);
}

/** The tables are those that the migrations make, column by column. */
function checkTables(database: DatabaseSync, path: string): void {
  const made = new DatabaseSync(":memory:");
  defineFunctions(made);
  for (const step of migrations) made.exec(step);
  const [wanted, found] = [columnsOf(made), columnsOf(database)];
  made.close();
  const missing = wanted.find((column) => !found.includes(column));
  if (missing !== undefined) throw damaged(path, `it has no column ${missing}`);
}

function columnsOf(database: DatabaseSync): readonly string[] {
  return database
    .prepare(
      "SELECT m.name || '.' || c.name || ' ' || c.type AS \"column\" FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'",
    )
    .all()
    .map(({ column }) => String(column));
}

function migrate(database: DatabaseSync, path: string): void {
  database.exec("PRAGMA foreign_keys = ON");
  const version = versionOf(database);
  if (version > migrations.length) {
    throw new HarnessError("archive-newer", "a later version of Brownout has written it", {
      place: path,
      hint: "Update Brownout, or name another folder with --archive DIR.",
    });
  }
  if (version === migrations.length) return;
  inTransaction(database, () => {
    // Another process may have migrated it meanwhile.
    for (const step of migrations.slice(versionOf(database))) database.exec(step);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    foldNewSessions(database, {});
  });
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function archiveOf(database: DatabaseSync, path: string): Archive {
  const guarded = <T>(work: () => T): T => asProblem(path, work);
  const change = <T>(work: () => T): T => guarded(() => inTransaction(database, work));
  const add: Archive["add"] = (session, when, settings = {}) => {
    // A session that was altered would be met by who reads it, long after.
    sessionsWhere(database, "ORDER BY id DESC LIMIT ?", CHECKED);
    const id = insertSession(database, session, when);
    foldNewSessions(database, settings);
    return id;
  };
  return {
    add: (session, when, settings) => change(() => add(session, when, settings)),
    addOnce: (session, when) =>
      change(() => {
        const there = sessionsWhere(database, "WHERE recorded_at = ?", when.recordedAt);
        return there.some((kept) => isSame(kept, session)) ? undefined : add(session, when);
      }),
    last: (count) => guarded(() => sessionsWhere(database, "ORDER BY id DESC LIMIT ?", count)),
    heads: (count, line) =>
      guarded(() =>
        line === undefined
          ? headsWhere(database, "ORDER BY id DESC LIMIT ?", count)
          : headsWhere(
              database,
              "WHERE job = ? AND branch = ? ORDER BY id DESC LIMIT ?",
              line.job,
              line.branch,
              count,
            ),
      ),
    session: (id) => guarded(() => sessionsWhere(database, "WHERE id = ?", id)[0]),
    labelled: (label) =>
      guarded(() => sessionsWhere(database, "WHERE label = ? ORDER BY id DESC LIMIT 1", label)[0]),
    lines: () =>
      guarded(() =>
        database
          .prepare("SELECT job, branch FROM session GROUP BY job, branch ORDER BY max(id) DESC")
          .all()
          .map(({ job, branch }) => ({ job: String(job), branch: String(branch) })),
      ),
    findings: (line) => guarded(() => trackedFindings(database, line)),
    changesOf: (session) =>
      guarded(() => changesWhere(database, "WHERE c.session = ? ORDER BY c.number", session)),
    changesOfFinding: (id) =>
      guarded(() => changesWhere(database, "WHERE c.finding = ? ORDER BY c.number", id)),
    keepEvidence: (folder, line, journals) =>
      change(() => keepEvidence(database, folder, { line, journals })),
    pending: (channel, line) => change(() => pendingChanges(database, channel, line)),
    recordDelivered: (channel, changes) =>
      change(() => recordDelivered(database, channel, changes)),
    recordFailed: (channel, changes, error) =>
      change(() => recordFailed(database, channel, { changes, error })),
    prune: (pruning) =>
      guarded(() => {
        const removed = inTransaction(database, () => pruneSessions(database, pruning));
        database.exec("VACUUM");
        return removed;
      }),
    close: () => database.close(),
  };
}

function isSame(kept: SessionRecord, other: SessionRecord): boolean {
  return (
    kept.brownout === other.brownout &&
    kept.seed === other.seed &&
    isDeepStrictEqual(kept.runs.map(inOrderOfRules), other.runs.map(inOrderOfRules))
  );
}

function inOrderOfRules(run: SessionRecord["runs"][number]) {
  return { ...run, findings: run.findings.toSorted((a, b) => (a.rule < b.rule ? -1 : 1)) };
}
