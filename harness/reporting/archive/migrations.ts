/**
 * The tables of the archive, as the steps by which they came about: a database says in
 * `user_version` how many it has taken, and takes the others when it is opened. A step that
 * was ever released is never changed.
 */
import { hash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";

/** Each brings a database from the version that is its index to the next. */
export const migrations: readonly string[] = [
  `CREATE TABLE session (
     id INTEGER PRIMARY KEY,
     recorded_at TEXT NOT NULL,
     label TEXT,
     brownout TEXT NOT NULL,
     seed TEXT NOT NULL
   ) STRICT;
   CREATE TABLE run (
     session INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
     place INTEGER NOT NULL,
     scenario TEXT NOT NULL,
     client TEXT NOT NULL,
     version TEXT NOT NULL,
     mount TEXT NOT NULL,
     verdict TEXT NOT NULL,
     PRIMARY KEY (session, place)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE finding (
     session INTEGER NOT NULL,
     place INTEGER NOT NULL,
     rule TEXT NOT NULL,
     verdict TEXT NOT NULL,
     message TEXT NOT NULL,
     baseline TEXT NOT NULL,
     PRIMARY KEY (session, place, rule),
     FOREIGN KEY (session, place) REFERENCES run(session, place) ON DELETE CASCADE
   ) STRICT, WITHOUT ROWID;`,
  // What runs cost, what is in quarantine, and which changes were reported.
  `ALTER TABLE run ADD COLUMN without_token_ms INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE run ADD COLUMN prompts_caused INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE run ADD COLUMN calls_withheld INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE finding ADD COLUMN quarantined INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE told (
     session INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
     scenario TEXT NOT NULL,
     client TEXT NOT NULL,
     rule TEXT NOT NULL,
     kind TEXT NOT NULL,
     PRIMARY KEY (session, scenario, client, rule)
   ) STRICT, WITHOUT ROWID;`,
  // Rules that had nothing to judge, by their ids with blanks between.
  "ALTER TABLE run ADD COLUMN unseen TEXT NOT NULL DEFAULT ''",
  // The SHA-256 of a session, so that one that was altered is noticed; sessions of before have none.
  "ALTER TABLE session ADD COLUMN digest TEXT",
  // What a run came to is kept once however many nights it stays the same, and each text once.
  // Sessions have a job and what is known of them beside their results; the ledger, what was
  // delivered to which channel, and which journals are kept.
  `CREATE TABLE text (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE) STRICT;
   INSERT INTO text (value) SELECT message FROM finding UNION SELECT unseen FROM run;
   CREATE TABLE content (
     id INTEGER PRIMARY KEY,
     key TEXT NOT NULL UNIQUE,
     scenario TEXT NOT NULL,
     client TEXT NOT NULL,
     version TEXT NOT NULL,
     mount TEXT NOT NULL,
     verdict TEXT NOT NULL,
     without_token_ms INTEGER NOT NULL,
     prompts_caused INTEGER NOT NULL,
     calls_withheld INTEGER NOT NULL,
     unseen INTEGER NOT NULL REFERENCES text(id),
     shape TEXT
   ) STRICT;
   CREATE INDEX content_of_run ON content (scenario, client, mount);
   CREATE TABLE content_finding (
     content INTEGER NOT NULL REFERENCES content(id) ON DELETE CASCADE,
     rule TEXT NOT NULL,
     verdict TEXT NOT NULL,
     message INTEGER NOT NULL REFERENCES text(id),
     baseline TEXT NOT NULL,
     quarantined INTEGER NOT NULL,
     cause TEXT,
     PRIMARY KEY (content, rule)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE played (
     session INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
     place INTEGER NOT NULL,
     content INTEGER NOT NULL REFERENCES content(id),
     PRIMARY KEY (session, place)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX played_content ON played (content, session);
   CREATE TABLE moved AS SELECT r.session, r.place, brownout_key(json_array(
       r.scenario, r.client, r.version, r.mount, r.verdict,
       r.without_token_ms, r.prompts_caused, r.calls_withheld, r.unseen,
       (SELECT json_group_array(json_array(f.rule, f.verdict, f.message, f.baseline, f.quarantined))
          FROM finding f WHERE f.session = r.session AND f.place = r.place)
     )) AS key FROM run r;
   INSERT INTO content (key, scenario, client, version, mount, verdict,
       without_token_ms, prompts_caused, calls_withheld, unseen)
     SELECT m.key, r.scenario, r.client, r.version, r.mount, r.verdict,
       r.without_token_ms, r.prompts_caused, r.calls_withheld, t.id
     FROM moved m JOIN run r ON r.session = m.session AND r.place = m.place
       JOIN text t ON t.value = r.unseen
     GROUP BY m.key;
   INSERT INTO content_finding
     SELECT c.id, f.rule, f.verdict, t.id, f.baseline, f.quarantined, NULL
     FROM content c JOIN moved m ON m.key = c.key
       JOIN finding f ON f.session = m.session AND f.place = m.place
       JOIN text t ON t.value = f.message
     GROUP BY c.id, f.rule;
   INSERT INTO played SELECT m.session, m.place, c.id FROM moved m JOIN content c ON c.key = m.key;
   DROP TABLE moved;
   DROP TABLE finding;
   DROP TABLE run;
   ALTER TABLE told RENAME TO reported_before;
   ALTER TABLE session ADD COLUMN job TEXT NOT NULL DEFAULT '';
   ALTER TABLE session ADD COLUMN branch TEXT NOT NULL DEFAULT '';
   ALTER TABLE session ADD COLUMN facts TEXT;
   ALTER TABLE session ADD COLUMN failures TEXT;
   ALTER TABLE session ADD COLUMN inputs TEXT;
   ALTER TABLE session ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX session_of_job ON session (job, branch, id);
   CREATE TABLE tracked (
     job TEXT NOT NULL,
     branch TEXT NOT NULL,
     kind TEXT NOT NULL,
     key TEXT NOT NULL,
     state TEXT NOT NULL,
     PRIMARY KEY (job, branch, kind, key)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE span (
     finding TEXT NOT NULL,
     first INTEGER NOT NULL,
     last INTEGER NOT NULL,
     letter TEXT NOT NULL,
     PRIMARY KEY (finding, first)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE change (
     number INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     session INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
     job TEXT NOT NULL,
     branch TEXT NOT NULL,
     kind TEXT NOT NULL,
     finding TEXT,
     data TEXT NOT NULL,
     settled INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE INDEX change_of_session ON change (session);
   CREATE TABLE channel (
     job TEXT NOT NULL,
     branch TEXT NOT NULL,
     name TEXT NOT NULL,
     since INTEGER NOT NULL,
     failing INTEGER NOT NULL DEFAULT 0,
     failed_in INTEGER,
     PRIMARY KEY (job, branch, name)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE delivery (
     change TEXT NOT NULL REFERENCES change(id) ON DELETE CASCADE,
     channel TEXT NOT NULL,
     state TEXT NOT NULL,
     attempts INTEGER NOT NULL,
     error TEXT,
     PRIMARY KEY (change, channel)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE evidence (
     job TEXT NOT NULL,
     branch TEXT NOT NULL,
     scenario TEXT NOT NULL,
     client TEXT NOT NULL,
     mount TEXT NOT NULL,
     role TEXT NOT NULL,
     finding TEXT NOT NULL,
     session INTEGER NOT NULL,
     file TEXT NOT NULL,
     bytes INTEGER NOT NULL,
     PRIMARY KEY (job, branch, scenario, client, mount, role, finding)
   ) STRICT, WITHOUT ROWID;`,
];

/** Functions that the steps call. */
export function defineFunctions(database: DatabaseSync): void {
  database.function("brownout_key", { deterministic: true }, (text) => contentKey(String(text)));
}

/** What a run came to, as a key. */
export function contentKey(text: string): string {
  return hash("sha256", text, "hex").slice(0, 32);
}
