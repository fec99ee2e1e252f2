/** The ledger in the tables of the archive. Every function throws what SQLite throws. */
import type { DatabaseSync } from "node:sqlite";
import type { Change, SessionHead, Since } from "./change.ts";
import { differencesBetween, inputsOf } from "./differences.ts";
import { foldSession } from "./fold-session.ts";
import type {
  EarlierOutcome,
  FindingState,
  FindingSubject,
  JobState,
  Ledger,
  Past,
  RecordedChange,
  RunState,
} from "./ledger-state.ts";
import { contentKey } from "./migrations.ts";
import { runSubjectKey } from "./missing-runs.ts";
import { fromJson, headsWhere, type Row, sessionsWhere } from "./session-tables.ts";
import { letterOf, type Span } from "./track.ts";
import type { ArchivedSession } from "./session-record.ts";

/** A job on a branch: what is followed from session to session. */
export interface JobLine {
  readonly job: string;
  /** Empty where it is not known. */
  readonly branch: string;
}

/** What sessions are folded with. */
export interface FoldSettings {
  /** As in `FoldOptions`. */
  readonly heartbeatMs?: number | undefined;
  readonly lost?: string | undefined;
}

/** Goes on with the ledger by every session that it does not have yet, the oldest first. */
export function foldNewSessions(database: DatabaseSync, settings: FoldSettings): void {
  const rows = database
    .prepare("SELECT id, job, branch FROM session WHERE folded = 0 ORDER BY id")
    .all();
  for (const row of rows) {
    const line = { job: String(row["job"]), branch: String(row["branch"]) };
    if (line.job !== "") adoptEarlier(database, line);
    const [session] = sessionsWhere(database, "WHERE id = ?", Number(row["id"]));
    if (session !== undefined) foldOne(database, session, { line, settings });
    database.prepare("UPDATE session SET folded = 1 WHERE id = ?").run(Number(row["id"]));
  }
  settleReported(database);
}

/** Sessions of before there were jobs belong to the first job that follows. */
function adoptEarlier(database: DatabaseSync, { job, branch }: JobLine): void {
  const isKnown = database
    .prepare("SELECT 1 FROM tracked WHERE job = ? AND branch = ? LIMIT 1")
    .get(job, branch);
  if (isKnown !== undefined) return;
  for (const table of ["tracked", "session", "change", "channel", "evidence"])
    database
      .prepare(`UPDATE ${table} SET job = ?, branch = ? WHERE job = '' AND branch = ''`)
      .run(job, branch);
}

function foldOne(
  database: DatabaseSync,
  session: ArchivedSession,
  { line, settings }: { readonly line: JobLine; readonly settings: FoldSettings },
): void {
  const { job, branch } = line;
  const before = readLedger(database, line);
  const { heartbeatMs, lost } = settings;
  const { ledger, changes } = foldSession(before, session, {
    job,
    ...(branch === "" ? {} : { branch }),
    past: pastOf(database, session, line),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
    ...(lost === undefined ? {} : { lost }),
  });
  writeLedger(database, line, { before, after: ledger });
  writeSpans(database, session, { line, findings: ledger.findings });
  const insert = database.prepare(
    "INSERT OR IGNORE INTO change (id, session, job, branch, kind, finding, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  for (const change of changes) {
    const { id, detail, finding } = change;
    insert.run(id, session.id, job, branch, detail.kind, finding ?? null, JSON.stringify(change));
  }
}

/** What an earlier version reported already is not reported to any channel. */
function settleReported(database: DatabaseSync): void {
  if (database.prepare("SELECT 1 FROM reported_before LIMIT 1").get() === undefined) return;
  database.exec(
    `UPDATE change SET settled = 1 WHERE kind <> 'new' OR EXISTS (
       SELECT 1 FROM reported_before WHERE reported_before.scenario = json_extract(data, '$.subject.scenario')
         AND reported_before.client = json_extract(data, '$.subject.client')
         AND reported_before.rule = json_extract(data, '$.subject.rule')
         AND reported_before.session >= change.session);
     DELETE FROM reported_before;`,
  );
}

/** What is remembered of a job on a branch. */
export function readLedger(database: DatabaseSync, { job, branch }: JobLine): Ledger {
  const rows = database
    .prepare("SELECT kind, state FROM tracked WHERE job = ? AND branch = ?")
    .all(job, branch);
  const states = (kind: string): readonly unknown[] =>
    rows.filter((row) => row["kind"] === kind).map((row) => fromJson(String(row["state"])));
  const [jobState] = states("job") as readonly JobState[];
  return {
    ...(jobState === undefined ? {} : { job: jobState }),
    runs: states("run") as readonly RunState[],
    findings: (states("finding") as readonly FindingState[]).toSorted(bySubject),
  };
}

/** In the order of scenario, client, rule and mount. */
function bySubject(a: FindingState, b: FindingState): number {
  const [one, other] = [a, b].map(({ subject: { scenario, client, mount, rule } }) =>
    JSON.stringify([scenario, client, rule, mount]),
  );
  return (one ?? "") < (other ?? "") ? -1 : 1;
}

function writeLedger(
  database: DatabaseSync,
  { job, branch }: JobLine,
  { before, after }: { readonly before: Ledger; readonly after: Ledger },
): void {
  const [old, now] = [rowsOf(before), rowsOf(after)];
  const remove = database.prepare(
    "DELETE FROM tracked WHERE job = ? AND branch = ? AND kind = ? AND key = ?",
  );
  const insert = database.prepare("INSERT OR REPLACE INTO tracked VALUES (?, ?, ?, ?, ?)");
  for (const [name, { kind, key }] of old) if (!now.has(name)) remove.run(job, branch, kind, key);
  for (const [name, { kind, key, state }] of now)
    if (old.get(name)?.state !== state) insert.run(job, branch, kind, key, state);
}

function rowsOf({ job, runs, findings }: Ledger) {
  const rows = [
    ...(job === undefined ? [] : [{ kind: "job", key: "", state: JSON.stringify(job) }]),
    ...runs.map((run) => ({
      kind: "run",
      key: runSubjectKey(run.subject),
      state: JSON.stringify(run),
    })),
    ...findings.map((finding) => ({
      kind: "finding",
      key: finding.id,
      state: JSON.stringify(finding),
    })),
  ];
  return new Map(rows.map((row) => [`${row.kind} ${row.key}`, row] as const));
}

/** What a finding did, as stretches of sessions in which it did the same. */
function writeSpans(
  database: DatabaseSync,
  session: ArchivedSession,
  { line, findings }: { readonly line: JobLine; readonly findings: readonly FindingState[] },
): void {
  const previous = database
    .prepare("SELECT max(id) AS id FROM session WHERE job = ? AND branch = ? AND id < ?")
    .get(line.job, line.branch, session.id)?.["id"];
  const goOn = database.prepare(
    "UPDATE span SET last = ? WHERE finding = ? AND last = ? AND letter = ?",
  );
  const insert = database.prepare("INSERT INTO span VALUES (?, ?, ?, ?)");
  const any = database.prepare("SELECT 1 FROM span WHERE finding = ? LIMIT 1");
  const byKey = new Map(session.runs.map((run) => [runSubjectKey(run), run]));
  for (const { id, subject } of findings) {
    const run = byKey.get(runSubjectKey(subject));
    const letter = run === undefined ? undefined : letterOf(run, subject.rule);
    if (letter === undefined) continue;
    const last = typeof previous === "number" ? previous : 0;
    if (goOn.run(session.id, id, last, letter).changes > 0) continue;
    if (any.get(id) === undefined)
      for (const span of earlierSpans(database, session, { line, subject }))
        insert.run(id, span.first, span.last, span.letter);
    insert.run(id, session.id, session.id, letter);
  }
}

/** What a rule did before its finding was first seen: it held, or could not be judged. */
function earlierSpans(
  database: DatabaseSync,
  session: ArchivedSession,
  { line, subject }: { readonly line: JobLine; readonly subject: FindingSubject },
): readonly Span[] {
  const { scenario, client, mount, rule } = subject;
  const rows = database
    .prepare(`SELECT s.id, ${HOLDS} AS holds ${OF_RUN} ORDER BY s.id`)
    .all(rule, rule, scenario, client, mount, line.job, line.branch, session.id);
  const spans: Span[] = [];
  for (const row of rows) {
    const [id, letter] = [Number(row["id"]), row["holds"] === 1 ? "." : "?"];
    const before = spans.at(-1);
    // Sessions of other jobs may lie between; the track has none of them.
    if (before?.letter === letter) spans.splice(-1, 1, { ...before, last: id });
    else spans.push({ first: id, last: id, letter });
  }
  return spans;
}

const OF_RUN = `FROM played p JOIN content c ON c.id = p.content JOIN session s ON s.id = p.session
  WHERE c.scenario = ? AND c.client = ? AND c.mount = ? AND s.job = ? AND s.branch = ? AND s.id < ?`;

const FAILS =
  "EXISTS (SELECT 1 FROM content_finding f WHERE f.content = c.id AND f.rule = ? AND f.verdict = 'fail')";

const HOLDS = `NOT EXISTS (SELECT 1 FROM content_finding f WHERE f.content = c.id AND f.rule = ?)
  AND NOT EXISTS (SELECT 1 FROM text t WHERE t.id = c.unseen AND instr(' ' || t.value || ' ', ' ' || ? || ' ') > 0)`;

/** More sessions with equal inputs than these are not looked at. */
const EQUAL_INPUTS_LOOKED_AT = 100;

/** What the archive says of sessions before this one. */
function pastOf(database: DatabaseSync, session: ArchivedSession, { job, branch }: JobLine): Past {
  const inputs = inputsOf(session);
  const key = inputs === undefined ? undefined : contentKey(inputs);
  const named = ({ scenario, client, mount }: FindingSubject) =>
    [scenario, client, mount, job, branch, session.id] as const;
  return {
    lastGood(subject) {
      const { rule } = subject;
      const row = database
        .prepare(
          `SELECT p.session, c.version ${OF_RUN} AND ${HOLDS} ORDER BY p.session DESC LIMIT 1`,
        )
        .get(...named(subject), rule, rule);
      if (row === undefined) return undefined;
      return { session: Number(row["session"]), version: String(row["version"]) };
    },
    withEqualInputs(subject) {
      if (key === undefined) return [];
      const { rule } = subject;
      return database
        .prepare(
          `SELECT s.seed, ${FAILS} AS fails, ${HOLDS} AS holds ${OF_RUN} AND s.inputs = ?
             ORDER BY s.id DESC LIMIT ${EQUAL_INPUTS_LOOKED_AT}`,
        )
        .all(rule, rule, rule, ...named(subject), key)
        .flatMap((row): readonly EarlierOutcome[] => {
          const state = row["fails"] === 1 ? "failing" : row["holds"] === 1 ? "holding" : undefined;
          return state === undefined ? [] : [{ seed: String(row["seed"]), state }];
        });
    },
  };
}

/** Changes with their sessions, in the order in which they came about. */
export function changesWhere(
  database: DatabaseSync,
  condition: string,
  ...values: readonly (number | string)[]
): readonly Change[] {
  return database
    .prepare(`SELECT c.data, c.session, c.job, c.branch FROM change c ${condition}`)
    .all(...values)
    .flatMap((row) => {
      const change = changeOf(database, row);
      return change === undefined ? [] : [change];
    });
}

function changeOf(database: DatabaseSync, row: Row): Change | undefined {
  const recorded = fromJson(String(row["data"])) as RecordedChange;
  const { since, session: _session, branch: _branch, ...rest } = recorded;
  const session = headOf(database, Number(row["session"]));
  if (session === undefined) return undefined;
  const branch = String(row["branch"]);
  const found = since === undefined ? undefined : sinceOf(database, since, recorded.subject.client);
  return {
    ...rest,
    // An adopted one was recorded without them.
    job: String(row["job"]),
    ...(branch === "" ? {} : { branch }),
    session,
    ...(found === undefined ? {} : { since: found }),
  };
}

/** Since when a finding exists and by which change; undefined when its first session was pruned. */
export function sinceOf(
  database: DatabaseSync,
  since: NonNullable<RecordedChange["since"]>,
  client: string | undefined,
): Since | undefined {
  const firstSeen = headOf(database, since.firstSeen);
  if (firstSeen === undefined) return undefined;
  const lastGood = since.lastGood === undefined ? undefined : headOf(database, since.lastGood);
  const versions =
    client === undefined || since.versions === undefined
      ? undefined
      : { name: client, ...since.versions };
  return {
    firstSeen,
    times: since.times,
    ...(lastGood === undefined
      ? {}
      : { lastGood, between: differencesBetween(lastGood, firstSeen, versions) }),
  };
}

function headOf(database: DatabaseSync, id: number): SessionHead | undefined {
  return headsWhere(database, "WHERE id = ?", id)[0];
}
