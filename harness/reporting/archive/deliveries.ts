/** Which changes were delivered to which channel: each once, and again until it was. */
import type { DatabaseSync } from "node:sqlite";
import type { Change } from "./change.ts";
import { shortHash } from "./fold-session.ts";
import { changesWhere, type JobLine } from "./ledger-tables.ts";
import type { RecordedChange } from "./ledger-state.ts";

/** A channel that has not taken anything in so many runs is reported on the others. */
const CHANNEL_DOWN_RUNS = 3;

/**
 * The changes that a channel has not taken yet, in the order in which they came about. A channel
 * that is asked for the first time gets those of the last session, and of what is still open.
 */
export function pendingChanges(
  database: DatabaseSync,
  channel: string,
  { job, branch }: JobLine,
): readonly Change[] {
  const last = lastSession(database, { job, branch });
  database
    .prepare("INSERT OR IGNORE INTO channel (job, branch, name, since) VALUES (?, ?, ?, ?)")
    .run(job, branch, channel, last);
  const changes = changesWhere(
    database,
    `JOIN channel n ON n.job = c.job AND n.branch = c.branch AND n.name = ?
       WHERE c.job = ? AND c.branch = ? AND c.settled = 0
         AND (c.session >= n.since OR c.number IN (
           SELECT max(o.number) FROM change o JOIN tracked t ON t.job = o.job AND t.branch = o.branch
             AND t.kind = 'finding' AND t.key = o.finding
             AND json_extract(t.state, '$.open.reported') IS NOT NULL
           WHERE o.finding IS NOT NULL GROUP BY o.finding))
         AND NOT EXISTS (SELECT 1 FROM delivery d
           WHERE d.change = c.id AND d.channel = ? AND d.state = 'delivered')
       ORDER BY c.number`,
    channel,
    job,
    branch,
    channel,
  );
  // A channel that is down is no news to itself.
  return changes.filter(
    ({ detail }) => detail.kind !== "channel-down" || detail.channel !== channel,
  );
}

/** Records that a channel took changes: it gets none of them again. */
export function recordDelivered(
  database: DatabaseSync,
  channel: string,
  changes: readonly Pick<Change, "id">[],
): void {
  const record = database.prepare(
    `INSERT INTO delivery VALUES (?, ?, 'delivered', 1, NULL)
       ON CONFLICT (change, channel) DO UPDATE
       SET state = 'delivered', attempts = attempts + 1, error = NULL`,
  );
  for (const { id } of changes) record.run(id, channel);
  const [first] = changes;
  if (first === undefined) return;
  database
    .prepare(
      `UPDATE channel SET failing = 0, failed_in = NULL
         WHERE name = ? AND (job, branch) = (SELECT job, branch FROM change WHERE id = ?)`,
    )
    .run(channel, first.id);
}

/** Records that a channel did not take changes. When that is so for several runs, it becomes a change itself, for the other channels. */
export function recordFailed(
  database: DatabaseSync,
  channel: string,
  { changes, error }: { readonly changes: readonly Pick<Change, "id">[]; readonly error: string },
): void {
  const record = database.prepare(
    `INSERT INTO delivery VALUES (?, ?, 'failed', 1, ?)
       ON CONFLICT (change, channel) DO UPDATE SET attempts = attempts + 1, error = excluded.error`,
  );
  for (const { id } of changes) record.run(id, channel, error);
  const [first] = changes;
  const row =
    first === undefined
      ? undefined
      : database.prepare("SELECT job, branch FROM change WHERE id = ?").get(first.id);
  if (row === undefined) return;
  const line = { job: String(row["job"]), branch: String(row["branch"]) };
  const session = lastSession(database, line);
  const named = [line.job, line.branch, channel] as const;
  // Two attempts in one run are one failure.
  database
    .prepare(
      `UPDATE channel SET failing = failing + 1, failed_in = ?
         WHERE job = ? AND branch = ? AND name = ? AND (failed_in IS NULL OR failed_in < ?)`,
    )
    .run(session, ...named, session);
  const failing = Number(
    database
      .prepare("SELECT failing FROM channel WHERE job = ? AND branch = ? AND name = ?")
      .get(...named)?.["failing"],
  );
  if (failing === CHANNEL_DOWN_RUNS) addDown(database, { line, session, channel, error });
}

function addDown(
  database: DatabaseSync,
  parts: {
    readonly line: JobLine;
    readonly session: number;
    readonly channel: string;
    readonly error: string;
  },
): void {
  const { line, session, channel, error } = parts;
  const { job, branch } = line;
  const change: RecordedChange = {
    id: shortHash([job, branch, "channel-down", channel, String(session)]),
    job,
    ...(branch === "" ? {} : { branch }),
    subject: {},
    session,
    detail: { kind: "channel-down", channel, runs: CHANNEL_DOWN_RUNS, error },
  };
  database
    .prepare(
      "INSERT OR IGNORE INTO change (id, session, job, branch, kind, data) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .run(change.id, session, job, branch, change.detail.kind, JSON.stringify(change));
}

function lastSession(database: DatabaseSync, { job, branch }: JobLine): number {
  const row = database
    .prepare("SELECT max(id) AS id FROM session WHERE job = ? AND branch = ?")
    .get(job, branch);
  return Number(row?.["id"] ?? 0);
}
