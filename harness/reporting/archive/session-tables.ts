/** Sessions in the tables of the archive. Every function throws what SQLite throws. */
import { hash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { AlteredArchive } from "./archive-problem.ts";
import type { SessionFacts, SessionHead } from "./change.ts";
import { inputsOf } from "./differences.ts";
import { contentKey } from "./migrations.ts";
import type { ArchivedSession, FindingRecord, RunRecord, SessionRecord } from "./session-record.ts";

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** When a session was recorded, and what it is called. */
export interface SessionTime {
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
  readonly label?: string;
}

/** Adds a session; returns its number. */
export function insertSession(
  database: DatabaseSync,
  { brownout, seed, runs, failures, facts }: SessionRecord,
  { recordedAt, label }: SessionTime,
): number {
  const inputs = inputsOf({ brownout, ...(facts === undefined ? {} : { facts }) });
  const id = Number(
    database
      .prepare(
        `INSERT INTO session (recorded_at, label, brownout, seed, job, branch, facts, failures, inputs)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        recordedAt,
        label ?? null,
        brownout,
        seed,
        facts?.job ?? "",
        facts?.branch ?? "",
        facts === undefined ? null : JSON.stringify(facts),
        failures === undefined ? null : JSON.stringify(failures),
        inputs === undefined ? null : contentKey(inputs),
      ).lastInsertRowid,
  );
  const insertPlayed = database.prepare("INSERT INTO played VALUES (?, ?, ?)");
  const insertContent = contentInserter(database);
  runs.forEach((run, place) => insertPlayed.run(id, place, insertContent(run)));
  const [written] = database.prepare("SELECT * FROM session WHERE id = ?").all(id);
  if (written !== undefined)
    database
      .prepare("UPDATE session SET digest = ? WHERE id = ?")
      .run(digestOf(sessionOf(database, written)), id);
  return id;
}

/** Returns the number of what a run came to, and adds it where it is new. */
function contentInserter(database: DatabaseSync): (run: RunRecord) => number {
  const find = database.prepare("SELECT id FROM content WHERE key = ?");
  const findText = database.prepare("SELECT id FROM text WHERE value = ?");
  const insertText = database.prepare("INSERT INTO text (value) VALUES (?)");
  const textId = (value: string): number =>
    Number(findText.get(value)?.["id"] ?? insertText.run(value).lastInsertRowid);
  const insert = database.prepare(
    `INSERT INTO content (key, scenario, client, version, mount, verdict,
       without_token_ms, prompts_caused, calls_withheld, unseen, shape)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertFinding = database.prepare(
    "INSERT INTO content_finding VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  return (run) => {
    const { scenario, client, version, mount, verdict, cost, unseen, shape, findings } = run;
    const costs = [Math.round(cost.withoutTokenMs), cost.promptsCaused, cost.callsWithheld];
    const named = [scenario, client, version, mount, verdict];
    const found = findings.map((one) => [
      one.rule,
      one.verdict,
      one.message,
      one.baseline,
      one.quarantined === true ? 1 : 0,
      one.cause ?? null,
    ]);
    const key = contentKey(JSON.stringify([...named, ...costs, unseen, shape ?? null, found]));
    const known = find.get(key)?.["id"];
    if (known !== undefined) return Number(known);
    const rest = [...costs, textId(unseen.join(" ")), shape ?? null];
    const id = Number(insert.run(key, ...named, ...rest).lastInsertRowid);
    for (const one of findings)
      insertFinding.run(
        id,
        one.rule,
        one.verdict,
        textId(one.message),
        one.baseline,
        one.quarantined === true ? 1 : 0,
        one.cause ?? null,
      );
    return id;
  };
}

/** Sessions, the oldest first; throws for one that was altered since it was added. */
export function sessionsWhere(
  database: DatabaseSync,
  condition: string,
  ...values: readonly (number | string)[]
): readonly ArchivedSession[] {
  return database
    .prepare(`SELECT * FROM session ${condition}`)
    .all(...values)
    .map((row) => checkedSession(database, row))
    .toSorted((a, b) => a.id - b.id);
}

/** Heads of sessions, the oldest first: they are read without their runs, and not checked. */
export function headsWhere(
  database: DatabaseSync,
  condition: string,
  ...values: readonly (number | string)[]
): readonly SessionHead[] {
  return database
    .prepare(`SELECT id, recorded_at, label, brownout, seed, facts FROM session ${condition}`)
    .all(...values)
    .map(headOf)
    .toSorted((a, b) => a.id - b.id);
}

function checkedSession(database: DatabaseSync, row: Row): ArchivedSession {
  const session = sessionOf(database, row);
  const { digest } = row;
  if (digest !== null && digest !== digestOf(session))
    throw new AlteredArchive(`run ${session.id} is not what was added`);
  return session;
}

function digestOf(session: ArchivedSession): string {
  return hash("sha256", JSON.stringify(session), "hex");
}

function sessionOf(database: DatabaseSync, row: Row): ArchivedSession {
  const { id, facts, ...head } = headOf(row);
  const found = Map.groupBy(
    database
      .prepare(
        `SELECT DISTINCT f.content, f.rule, f.verdict, t.value AS message, f.baseline, f.quarantined, f.cause
           FROM played p JOIN content_finding f ON f.content = p.content JOIN text t ON t.id = f.message
           WHERE p.session = ? ORDER BY f.content, f.rule`,
      )
      .all(id),
    ({ content }) => content,
  );
  const runs = database
    .prepare(
      `SELECT c.*, t.value AS unseen_rules FROM played p JOIN content c ON c.id = p.content
         JOIN text t ON t.id = c.unseen WHERE p.session = ? ORDER BY p.place`,
    )
    .all(id)
    .map((run) => runOf(run, found.get(run["id"]) ?? []));
  const failures = row["failures"];
  // The order of the fields is part of the digest.
  return {
    id,
    ...head,
    runs,
    ...(typeof failures === "string"
      ? { failures: fromJson(failures) as NonNullable<SessionRecord["failures"]> }
      : {}),
    ...(facts === undefined ? {} : { facts }),
  };
}

function headOf(row: Row): SessionHead {
  const facts = row["facts"];
  return {
    id: Number(row["id"]),
    recordedAt: String(row["recorded_at"]),
    ...(typeof row["label"] === "string" ? { label: row["label"] } : {}),
    brownout: String(row["brownout"]),
    seed: String(row["seed"]),
    ...(typeof facts === "string" ? { facts: fromJson(facts) as SessionFacts } : {}),
  };
}

/** What we wrote ourselves; anything else was altered. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AlteredArchive("a text in it is not what was written");
  }
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
    findings: findings.map(findingOf),
    unseen: String(row["unseen_rules"])
      .split(" ")
      .filter((rule) => rule !== ""),
    ...(typeof row["shape"] === "string" ? { shape: row["shape"] } : {}),
  };
}

function findingOf(row: Row): FindingRecord {
  return {
    rule: String(row["rule"]),
    verdict: row["verdict"] as FindingRecord["verdict"],
    message: String(row["message"]),
    baseline: row["baseline"] as FindingRecord["baseline"],
    ...(row["quarantined"] === 1 ? { quarantined: true as const } : {}),
    ...(typeof row["cause"] === "string" ? { cause: row["cause"] } : {}),
  };
}
