/**
 * Journals that are kept beside the archive, compressed: of the first session in which an open
 * finding was seen, and of the last one before it that was good. For that the last good journal
 * of each run is kept as well; equal journals are one file.
 */
import { hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { gzipSync } from "node:zlib";
import { writeWhole } from "../files/write-whole.ts";
import { isOpen } from "./fold-job.ts";
import { type JobLine, readLedger } from "./ledger-tables.ts";
import type { FindingState, RunSubject } from "./ledger-state.ts";
import { runSubjectKey } from "./missing-runs.ts";

/** The folder in the archive's folder. */
const EVIDENCE_FOLDER = "evidence";

/** What is kept at most: beyond it the last good journals of runs without a finding go first, then the evidence of the oldest findings. */
const KEPT_MAX = { files: 500, bytes: 64 * 1_048_576 } as const;

/** Journals of one session. */
export interface JournalsOfSession {
  readonly session: number;
  readonly runs: readonly RunSubject[];
  /** The path of a run's journal; undefined when there is none. */
  readonly journalOf: (run: RunSubject) => string | undefined;
}

/** Keeps what later sessions may need of this one's journals, and removes what no finding needs any more. Throws what SQLite and the file system throw. */
export function keepEvidence(
  database: DatabaseSync,
  folder: string,
  { line, journals }: { readonly line: JobLine; readonly journals: JournalsOfSession },
): void {
  const open = readLedger(database, line).findings.filter(isOpen);
  const byRun = Map.groupBy(open, ({ subject }) => runSubjectKey(subject));
  const store = evidenceStore(database, line);
  for (const run of journals.runs) {
    const path = journals.journalOf(run);
    if (path === undefined || !existsSync(path)) continue;
    const found = byRun.get(runSubjectKey(run)) ?? [];
    const fresh = found.filter((one) => one.open?.firstSeen === journals.session);
    if (found.length > 0 && fresh.length === 0) continue;
    const kept = { ...writeJournal(folder, path), session: journals.session };
    if (found.length === 0) store.keep(run, "good", "", kept);
    for (const finding of fresh) {
      const good = store.good(run);
      store.keep(run, "first-bad", finding.id, kept);
      if (good !== undefined && good.session === finding.open?.lastGood)
        store.keep(run, "last-good", finding.id, good);
    }
  }
  store.forgetFixed(open);
  for (const [role, order] of [
    ["role = 'good'", "bytes DESC"],
    ["role <> 'good'", "session"],
  ] as const)
    store.stayWithin(role, order);
  removeOthers(database, folder);
}

interface KeptJournal {
  readonly file: string;
  readonly bytes: number;
  readonly session: number;
}

function evidenceStore(database: DatabaseSync, { job, branch }: JobLine) {
  const insert = database.prepare(
    "INSERT OR REPLACE INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  return {
    keep(
      { scenario, client, mount }: RunSubject,
      role: "good" | "first-bad" | "last-good",
      finding: string,
      { file, bytes, session }: KeptJournal,
    ): void {
      insert.run(job, branch, scenario, client, mount, role, finding, session, file, bytes);
    },
    good({ scenario, client, mount }: RunSubject): KeptJournal | undefined {
      const row = database
        .prepare(
          `SELECT file, bytes, session FROM evidence WHERE job = ? AND branch = ?
             AND scenario = ? AND client = ? AND mount = ? AND role = 'good'`,
        )
        .get(job, branch, scenario, client, mount);
      if (row === undefined) return undefined;
      const { file, bytes, session } = row;
      return { file: String(file), bytes: Number(bytes), session: Number(session) };
    },
    forgetFixed(open: readonly FindingState[]): void {
      database
        .prepare(
          `DELETE FROM evidence WHERE job = ? AND branch = ? AND finding <> ''
             AND finding NOT IN (SELECT value FROM json_each(?))`,
        )
        .run(job, branch, JSON.stringify(open.map(({ id }) => id)));
    },
    /** Removes rows of that kind, in that order, until everything is within its bound. */
    stayWithin(which: string, order: string): void {
      const rows = database
        .prepare(`SELECT DISTINCT file FROM evidence WHERE ${which} ORDER BY ${order}`)
        .all();
      const remove = database.prepare(`DELETE FROM evidence WHERE file = ? AND ${which}`);
      for (const { file } of rows) {
        const kept = database
          .prepare(
            "SELECT count(*) AS files, sum(bytes) AS bytes FROM (SELECT DISTINCT file, bytes FROM evidence)",
          )
          .get();
        const isWithin =
          Number(kept?.["files"]) <= KEPT_MAX.files && Number(kept?.["bytes"]) <= KEPT_MAX.bytes;
        if (isWithin) return;
        remove.run(String(file));
      }
    },
  };
}

/** Compresses a journal into a file that is named by its contents. */
function writeJournal(folder: string, path: string): Omit<KeptJournal, "session"> {
  const text = readFileSync(path);
  const file = `${hash("sha256", text, "hex").slice(0, 16)}.jsonl.gz`;
  const target = join(folder, EVIDENCE_FOLDER, file);
  if (existsSync(target)) return { file, bytes: statSync(target).size };
  const bytes = gzipSync(text, { level: 1 });
  writeWhole(target, bytes);
  return { file, bytes: bytes.length };
}

function removeOthers(database: DatabaseSync, folder: string): void {
  const path = join(folder, EVIDENCE_FOLDER);
  if (!existsSync(path)) return;
  const named = new Set(
    database
      .prepare("SELECT DISTINCT file FROM evidence")
      .all()
      .map(({ file }) => String(file)),
  );
  for (const name of readdirSync(path))
    if (/^[\da-f]{16}\.jsonl\.gz$/.test(name) && !named.has(name))
      rmSync(join(path, name), { force: true });
}

/** The files of a finding, relative to the archive's folder. */
export interface FindingEvidence {
  readonly firstBad?: string;
  readonly lastGood?: string;
}

/** The journals that are kept of a finding. */
export function evidenceOf(database: DatabaseSync, finding: string): FindingEvidence {
  const rows = database.prepare("SELECT role, file FROM evidence WHERE finding = ?").all(finding);
  const fileOf = (role: string): string | undefined => {
    const file = rows.find((row) => row["role"] === role)?.["file"];
    return file === undefined ? undefined : `${EVIDENCE_FOLDER}/${String(file)}`;
  };
  const [firstBad, lastGood] = [fileOf("first-bad"), fileOf("last-good")];
  return {
    ...(firstBad === undefined ? {} : { firstBad }),
    ...(lastGood === undefined ? {} : { lastGood }),
  };
}
