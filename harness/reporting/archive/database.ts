/**
 * The archive: every session of runs, in one SQLite file. It keeps what was found, so that the
 * next session can be compared with it.
 */
import { hash } from "node:crypto";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import { HarnessError } from "../../core/errors.ts";
import { makeFolder } from "../../core/make-folder.ts";
import { migrations } from "./migrations.ts";
import type { ReportedChange } from "./reported-changes.ts";
import type { FindingRecord, RunRecord, SessionRecord } from "./session-record.ts";
import type { ArchivedSession } from "./finding-trends.ts";

/** An open archive. Every method throws `archive-damaged`, `archive-locked` or `unwritable`. */
export interface Archive {
  /** Adds a session; returns its id. All of it or nothing. */
  readonly add: (
    session: SessionRecord,
    when: { readonly recordedAt: string; readonly label?: string },
  ) => number;
  /** Adds a session that may have been added before; nothing when one of that moment with those runs is there. */
  readonly addOnce: (
    session: SessionRecord,
    when: { readonly recordedAt: string; readonly label?: string },
  ) => number | undefined;
  /** The last so many sessions, the oldest first. */
  readonly last: (count: number) => readonly ArchivedSession[];
  /** The session of that id. */
  readonly session: (id: number) => ArchivedSession | undefined;
  /** The last session with that label. */
  readonly labelled: (label: string) => ArchivedSession | undefined;
  /** The changes that were reported, the oldest first. */
  readonly reportedChanges: () => readonly ReportedChange[];
  /** Records which changes of a session were reported. */
  readonly recordReported: (session: number, changes: readonly ReportedChange[]) => void;
  readonly close: () => void;
}

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

function damaged(path: string, problem: string, cause?: unknown): HarnessError {
  return new HarnessError("archive-damaged", `it is damaged, or not an archive: ${problem}`, {
    place: path,
    hint: "Move it away, or restore it from a copy.",
    ...(cause === undefined ? {} : { cause }),
  });
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
  return {
    add: (session, when) =>
      guarded(() => inTransaction(database, () => addSession(database, session, when))),
    addOnce: (session, when) =>
      guarded(() =>
        inTransaction(database, () =>
          sessionsWhere(database, "WHERE recorded_at = ?", when.recordedAt).some((kept) =>
            isSame(kept, session),
          )
            ? undefined
            : addSession(database, session, when),
        ),
      ),
    last: (count) => guarded(() => sessionsWhere(database, "ORDER BY id DESC LIMIT ?", count)),
    session: (id) => guarded(() => sessionsWhere(database, "WHERE id = ?", id)[0]),
    labelled: (label) =>
      guarded(() => sessionsWhere(database, "WHERE label = ? ORDER BY id DESC LIMIT 1", label)[0]),
    reportedChanges: () =>
      guarded(() =>
        database
          .prepare("SELECT scenario, client, rule, kind FROM told ORDER BY session")
          .all()
          .map((row) => ({ ...row }) as unknown as ReportedChange),
      ),
    recordReported: (session, changes) =>
      guarded(() =>
        inTransaction(database, () => {
          const insert = database.prepare("INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?)");
          for (const { scenario, client, rule, kind } of changes)
            insert.run(session, scenario, client, rule, kind);
        }),
      ),
    close: () => database.close(),
  };
}

function addSession(
  database: DatabaseSync,
  { brownout, seed, runs }: SessionRecord,
  { recordedAt, label }: { readonly recordedAt: string; readonly label?: string },
): number {
  const id = Number(
    database
      .prepare("INSERT INTO session (recorded_at, label, brownout, seed) VALUES (?, ?, ?, ?)")
      .run(recordedAt, label ?? null, brownout, seed).lastInsertRowid,
  );
  const insertRun = database.prepare(
    `INSERT INTO run (session, place, scenario, client, version, mount, verdict,
       without_token_ms, prompts_caused, calls_withheld, unseen)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertFinding = database.prepare(
    `INSERT INTO finding (session, place, rule, verdict, message, baseline, quarantined)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  runs.forEach((run, place) => {
    const { scenario, client, version, mount, verdict, cost, unseen } = run;
    const { withoutTokenMs, promptsCaused, callsWithheld } = cost;
    const rest = [Math.round(withoutTokenMs), promptsCaused, callsWithheld, unseen.join(" ")];
    insertRun.run(id, place, scenario, client, version, mount, verdict, ...rest);
    for (const { rule, verdict: found, message, baseline, quarantined } of run.findings)
      insertFinding.run(id, place, rule, found, message, baseline, quarantined === true ? 1 : 0);
  });
  const [written] = database.prepare("SELECT * FROM session WHERE id = ?").all(id);
  if (written !== undefined)
    database
      .prepare("UPDATE session SET digest = ? WHERE id = ?")
      .run(digestOf(readSession(database, written)), id);
  return id;
}

function sessionsWhere(
  database: DatabaseSync,
  condition: string,
  value: number | string,
): readonly ArchivedSession[] {
  return database
    .prepare(`SELECT * FROM session ${condition}`)
    .all(value)
    .map((row) => sessionOf(database, row))
    .toSorted((a, b) => a.id - b.id);
}

function isSame(kept: SessionRecord, other: SessionRecord): boolean {
  return (
    kept.brownout === other.brownout &&
    kept.seed === other.seed &&
    isDeepStrictEqual(kept.runs, other.runs)
  );
}

type Row = Readonly<Record<string, unknown>>;

/** The session, as it was added; throws for one that was altered since. */
function sessionOf(database: DatabaseSync, row: Row): ArchivedSession {
  const session = readSession(database, row);
  const { digest } = row;
  if (digest !== null && digest !== digestOf(session))
    throw new AlteredSession(`run ${session.id} is not what was added`);
  return session;
}

/** The database is whole, and what is in it is not what we wrote. */
class AlteredSession extends Error {}

function digestOf(session: ArchivedSession): string {
  return hash("sha256", JSON.stringify(session), "hex");
}

function readSession(database: DatabaseSync, row: Row): ArchivedSession {
  const id = Number(row["id"]);
  const found = Map.groupBy(
    database.prepare("SELECT * FROM finding WHERE session = ? ORDER BY place, rule").all(id),
    ({ place }) => place,
  );
  return {
    id,
    recordedAt: String(row["recorded_at"]),
    ...(typeof row["label"] === "string" ? { label: row["label"] } : {}),
    brownout: String(row["brownout"]),
    seed: String(row["seed"]),
    runs: database
      .prepare("SELECT * FROM run WHERE session = ? ORDER BY place")
      .all(id)
      .map((run) => runOf(run, found.get(run["place"]) ?? [])),
  };
}

function runOf(row: Row, findings: readonly Row[]): RunRecord {
  return {
    scenario: String(row["scenario"]),
    client: String(row["client"]),
    version: String(row["version"]),
    mount: String(row["mount"]),
    verdict: row["verdict"] as RunRecord["verdict"],
    cost: {
      withoutTokenMs: Number(row["without_token_ms"]),
      promptsCaused: Number(row["prompts_caused"]),
      callsWithheld: Number(row["calls_withheld"]),
    },
    findings: findings.map((finding): FindingRecord => ({
      rule: String(finding["rule"]),
      verdict: finding["verdict"] as FindingRecord["verdict"],
      message: String(finding["message"]),
      baseline: finding["baseline"] as FindingRecord["baseline"],
      ...(finding["quarantined"] === 1 ? { quarantined: true as const } : {}),
    })),
    unseen: String(row["unseen"])
      .split(" ")
      .filter((rule) => rule !== ""),
  };
}

/** SQLite's result codes: https://sqlite.org/rescode.html */
const codes = { busy: 5, locked: 6 };

/** No permission, memory, read-only, full, cannot be opened, a row that is refused, no access: the file may be whole. */
const codesOfWhole: readonly number[] = [3, 7, 8, 13, 14, 19, 23];

/** Turns what SQLite throws into a `HarnessError` with a code. */
function asProblem<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    // The low byte is the kind; the others are details.
    const errcode = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
    const reason = error instanceof Error ? error.message : String(error);
    if (errcode === codes.busy || errcode === codes.locked) {
      throw new HarnessError("archive-locked", "another process keeps it locked", {
        place: path,
        hint: "Let one run at a time write to one archive, or give each its own: --archive DIR.",
        cause: error,
      });
    }
    const isBroken = errcode !== 0 && !codesOfWhole.includes(errcode);
    if (isBroken || error instanceof AlteredSession || hasBrokenHeader(path))
      throw damaged(path, reason, error);
    throw new HarnessError("unwritable", `it cannot be written: ${reason}`, {
      place: path,
      hint: "Name another folder with --archive DIR.",
      cause: error,
    });
  }
}

/** SQLite takes a database whose header asks for a later version for one that it may only read. */
function hasBrokenHeader(path: string): boolean {
  try {
    const file = openSync(path, "r");
    try {
      const header = Buffer.alloc(20);
      if (readSync(file, header) < header.length) return false;
      const versions = [header[18] ?? 0, header[19] ?? 0];
      return versions.some((version) => version < 1 || version > 2);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
