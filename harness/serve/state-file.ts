/**
 * The state of a served simulation in a file: what the service has issued and what was changed in
 * its world, so that programs go on with it after a restart. Each change is written at once, so
 * that it is there also after a SIGKILL. A file that cannot be read is set aside, never overwritten.
 */
import { chmodSync, existsSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { HarnessError } from "../core/errors.ts";
import { makeFolder } from "../core/make-folder.ts";
import type { StateStore } from "../core/state-store.ts";

/** The state in a file, opened for one simulation. */
export interface StateFile extends StateStore {
  /** The seed of the simulation that began it. */
  readonly seed: string;
  /** How far the simulator's time has come; ms since the Unix epoch, 0 at the beginning. */
  readonly reachedMs: number;
  /** Remembers that its time has come so far. */
  readonly reach: (nowMs: number) => void;
  readonly close: () => void;
}

export interface StateFileOptions {
  /** The seed of a state that begins, or that it must have. */
  readonly seed: string | undefined;
  /** The seed of a state that begins when none is asked for. */
  readonly otherwise: string;
  /** Called with a file that was set aside, and once when the file can no longer be written. */
  readonly onProblem: (error: HarnessError) => void;
}

/** Of the tables below; another number is of another version of Brownout. */
const VERSION = 1;

const TABLES = `
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE kept (
    map TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (map, key)
  ) STRICT;
  PRAGMA user_version = ${VERSION};
`;

/** Opens it, creates it where there is none, and sets aside one that is damaged. Throws `bad-usage` when another simulation uses it or its seed is another, `unwritable`. */
export function openStateFile(path: string, options: StateFileOptions): StateFile {
  const database = openOrSetAside(path, options.onProblem);
  try {
    return stateIn(database, path, options);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Removes what is in it. */
export function clearStateFile(path: string): void {
  const database = attempt(path, () => new DatabaseSync(path));
  try {
    attempt(path, () => database.exec("DELETE FROM kept; DELETE FROM facts;"));
  } finally {
    database.close();
  }
}

function openOrSetAside(path: string, onProblem: StateFileOptions["onProblem"]): DatabaseSync {
  try {
    return open(path);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    const aside = freeName(path);
    attempt(path, () => {
      renameSync(path, aside);
      for (const more of ["-wal", "-shm"])
        if (existsSync(path + more)) renameSync(path + more, aside + more);
    });
    onProblem(
      new HarnessError(
        "bad-usage",
        `it is damaged, or no state of Brownout (${error.message}): it is now ${aside}, and the state begins anew`,
        { place: path, cause: error },
      ),
    );
    return open(path);
  }
}

/** The file is there, and is not what we wrote. */
class Damaged extends Error {}

function open(path: string): DatabaseSync {
  const database = attempt(path, () => {
    makeFolder(dirname(path));
    return new DatabaseSync(path);
  });
  try {
    attempt(path, () => {
      // No second simulation may write to it.
      database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;");
      database.exec("BEGIN IMMEDIATE; COMMIT;");
      // It has refresh tokens and sessions in it.
      chmodSync(path, 0o600);
      const found = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
      if (found !== "ok") throw new Damaged(String(found));
      const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
      const tables = database.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"];
      if (version === 0 && tables === 0) database.exec(TABLES);
      else if (version !== VERSION) throw new Damaged(`it has version ${version}`);
      for (const { key, value } of database.prepare("SELECT key, value FROM kept").all())
        if (!isJson(value)) throw new Damaged(`${String(key).slice(0, 12)}… is no JSON`);
    });
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

function isJson(value: unknown): boolean {
  try {
    JSON.parse(String(value));
    return true;
  } catch {
    return false;
  }
}

function freeName(path: string): string {
  for (let count = 1; ; count += 1) {
    const name = `${path}.damaged-${count}`;
    if (!existsSync(name)) return name;
  }
}

function stateIn(database: DatabaseSync, path: string, options: StateFileOptions): StateFile {
  const facts = factsIn(database);
  const before = facts.get("seed");
  if (before !== undefined && options.seed !== undefined && before !== options.seed) {
    throw new HarnessError("bad-usage", `its state was begun with the seed "${before}"`, {
      place: path,
      hint: "Leave out --seed, or name another file with --state.",
    });
  }
  const seed = before ?? options.seed ?? options.otherwise;
  const starts = Number(facts.get("starts") ?? 0);
  attempt(path, () => {
    facts.set("seed", seed);
    facts.set("starts", `${starts + 1}`);
  });
  let isLost = false;
  const write = (work: () => void): void => {
    if (isLost) return;
    try {
      attempt(path, work);
    } catch (error) {
      isLost = true;
      options.onProblem(error as HarnessError);
    }
  };
  return {
    seed,
    starts,
    reachedMs: Number(facts.get("now") ?? 0),
    reach: (nowMs) => write(() => facts.set("now", `${nowMs}`)),
    map: <Value>(name: string) => new KeptMap<Value>(database, name, write),
    close: () => {
      isLost = true;
      database.close();
    },
  };
}

function factsIn(database: DatabaseSync) {
  const get = database.prepare("SELECT value FROM facts WHERE name = ?");
  const set = database.prepare("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)");
  return {
    get: (name: string) => get.get(name)?.["value"] as string | undefined,
    set: (name: string, value: string) => void set.run(name, value),
  };
}

/** A map whose changes are written; what it has at first is read now, in the order in which it came. */
class KeptMap<Value> extends Map<string, Value> {
  readonly #name: string;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #write: (work: () => void) => void;

  constructor(database: DatabaseSync, name: string, write: (work: () => void) => void) {
    super();
    this.#name = name;
    this.#put = database.prepare(
      "INSERT INTO kept (map, key, value) VALUES (?, ?, ?) ON CONFLICT (map, key) DO UPDATE SET value = excluded.value",
    );
    this.#remove = database.prepare("DELETE FROM kept WHERE map = ? AND key = ?");
    this.#write = write;
    const rows = database.prepare("SELECT key, value FROM kept WHERE map = ? ORDER BY rowid");
    for (const { key, value } of rows.all(name))
      super.set(String(key), JSON.parse(String(value)) as Value);
  }

  override set(key: string, value: Value): this {
    this.#write(() => void this.#put.run(this.#name, key, JSON.stringify(value)));
    return super.set(key, value);
  }

  override delete(key: string): boolean {
    this.#write(() => void this.#remove.run(this.#name, key));
    return super.delete(key);
  }
}

/** SQLite's result codes: https://sqlite.org/rescode.html */
const LOCKED: readonly number[] = [5, 6];
const DAMAGED: readonly number[] = [11, 24, 26];

/** Turns what SQLite and the file system throw into a `HarnessError` or `Damaged`. */
function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof HarnessError || error instanceof Damaged) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
    if (DAMAGED.includes(code)) throw new Damaged(reason, { cause: error });
    if (LOCKED.includes(code)) {
      throw new HarnessError("bad-usage", "another simulation uses this state", {
        place: path,
        hint: "End it, or name another file with --state.",
        cause: error,
      });
    }
    throw new HarnessError("unwritable", `it cannot be written: ${reason}`, {
      place: path,
      hint: "Name another file with --state.",
      cause: error,
    });
  }
}
