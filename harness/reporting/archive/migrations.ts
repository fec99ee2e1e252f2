/**
 * The tables of the archive, as the steps by which they came about: a database says in
 * `user_version` how many it has taken, and takes the others when it is opened. A step that
 * was ever released is never changed.
 */

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
];
