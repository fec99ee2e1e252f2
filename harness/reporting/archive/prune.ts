/** What is removed from an archive, and what stays: pure but for the database that it is given. */
import type { DatabaseSync } from "node:sqlite";
import { readLedger } from "./ledger-tables.ts";

/** Which sessions stay: the last so many of each job, or those recorded since then (ISO 8601). */
export type Pruning = { readonly keep: number } | { readonly since: string };

/**
 * Removes sessions, with the changes that they brought. Of each job stay the sessions that
 * `pruning` names, the last one, and for each open finding the first session in which it was
 * seen and the last good one; what is known of findings stays. Returns how many were removed.
 */
export function pruneSessions(database: DatabaseSync, pruning: Pruning): number {
  const lines = database.prepare("SELECT DISTINCT job, branch FROM session").all();
  const stays = new Set<number>();
  for (const { job, branch } of lines) {
    const line = { job: String(job), branch: String(branch) };
    const sessions = database
      .prepare("SELECT id, recorded_at FROM session WHERE job = ? AND branch = ? ORDER BY id DESC")
      .all(line.job, line.branch);
    sessions.forEach((row, index) => {
      const isNamed =
        "keep" in pruning ? index < pruning.keep : String(row["recorded_at"]) >= pruning.since;
      if (isNamed || index === 0) stays.add(Number(row["id"]));
    });
    for (const { open } of readLedger(database, line).findings) {
      if (open === undefined) continue;
      stays.add(open.firstSeen);
      if (open.lastGood !== undefined) stays.add(open.lastGood);
    }
  }
  const kept = JSON.stringify([...stays]);
  const { changes } = database
    .prepare("DELETE FROM session WHERE id NOT IN (SELECT value FROM json_each(?))")
    .run(kept);
  database.exec(
    `DELETE FROM content WHERE id NOT IN (SELECT content FROM played);
     DELETE FROM text WHERE id NOT IN (SELECT unseen FROM content)
       AND id NOT IN (SELECT message FROM content_finding);
     DELETE FROM span WHERE last < (SELECT coalesce(min(id), 0) FROM session);`,
  );
  return Number(changes);
}
