/**
 * One session at a time writes into an output folder: of two, each would remove what the other
 * has written, and both would exit with 0. The lock is a file there that says who holds it, what
 * for, and since when.
 */
import {
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, uptime } from "node:os";
import { join } from "node:path";
import { HarnessError } from "../core/errors.ts";
import { unwritable } from "../reporting/files/write-whole.ts";
import { schema, type TypeOf } from "../core/validation.ts";

/** The name of the lock in the output folder. */
export const LOCK_FILE = ".brownout.lock";

/** A session says so often that it still runs, and on another machine is held to be over when it has not for so long. Real ms. */
const BEAT_EVERY_MS = 10_000;
const SILENT_MAX_MS = 60_000;

const holderSchema = schema((z) =>
  z.object({
    process: z.int().positive(),
    host: z.string(),
    startedAt: z.string(),
    command: z.string().default(""),
  }),
);

/** Who takes a lock. */
export interface LockTaker {
  /** Such as `brownout run`, which a second session reports. */
  readonly command: string;
  /** Real time, ms. */
  readonly now: () => number;
}

/**
 * Does `work` while no other session may write into the folder, which exists; throws `bad-usage`
 * when one does.
 */
export async function whileLocked<T>(
  folder: string,
  taker: LockTaker,
  work: () => Promise<T>,
): Promise<T> {
  const path = join(folder, LOCK_FILE);
  const { now } = taker;
  takeLock(path, folder, taker);
  const beat = setInterval(() => {
    try {
      utimesSync(path, new Date(now()), new Date(now()));
    } catch {
      // Somebody has removed it: there is nothing left to keep.
    }
  }, BEAT_EVERY_MS).unref();
  const unlock = (): void => rmSync(path, { force: true });
  // A second Ctrl-C ends the process in the middle of `work`.
  process.once("exit", unlock);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off("exit", unlock);
    unlock();
  }
}

/** Whether a session that still runs holds the folder; `now` is real time, ms. */
export function isHeld(folder: string, now: () => number): boolean {
  const path = join(folder, LOCK_FILE);
  return existsSync(path) && runs(readHolder(path), path, now);
}

function takeLock(path: string, folder: string, { command, now }: LockTaker): void {
  const own = {
    process: process.pid,
    host: hostname(),
    startedAt: new Date(now()).toISOString(),
    command,
  };
  const write = (): void => {
    try {
      writeFileSync(path, `${JSON.stringify(own)}\n`, { flag: "wx" });
    } catch (error) {
      // On a full disk it is there, and empty.
      if (!isThere(error)) rmSync(path, { force: true });
      throw error;
    }
  };
  try {
    write();
  } catch (error) {
    if (!isThere(error)) throw unwritable(folder, error);
    const holder = readHolder(path);
    if (runs(holder, path, now)) throw taken(folder, path, holder);
    // It was killed.
    if (!removeStale(path, holder)) throw taken(folder, path, readHolder(path));
    try {
      write();
    } catch (second) {
      if (!isThere(second)) throw unwritable(folder, second);
      throw taken(folder, path, readHolder(path));
    }
  }
}

/** Removes the lock of a session that has ended; false when another has taken it in this moment. */
function removeStale(path: string, stale: Holder | undefined): boolean {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    const isSame = JSON.stringify(readHolder(aside)) === JSON.stringify(stale);
    if (!isSame) linkSync(aside, path);
    return isSame;
  } catch (error) {
    // Somebody else has removed it, or has put another there.
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  } finally {
    rmSync(aside, { force: true });
  }
}

type Holder = TypeOf<typeof holderSchema>;

/** The session that holds the lock; nothing while it has not yet written its name, or for another's file. */
function readHolder(path: string): Holder | undefined {
  try {
    return holderSchema().safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

function runs(holder: Holder | undefined, path: string, now: () => number): boolean {
  if (holder?.host === hostname()) {
    if (holder.process === process.pid || isOfEarlierBoot(holder, now)) return false;
    return isAlive(holder.process);
  }
  const saidAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return now() - saidAt < SILENT_MAX_MS;
}

/** By how much the clock of a machine may be set after its start, ms. */
const CLOCK_ERROR_MS = 60_000;

/** The machine was started since: another process may have the number now. */
function isOfEarlierBoot({ startedAt }: Holder, now: () => number): boolean {
  const bootedAt = now() - uptime() * 1_000;
  return Date.parse(startedAt) < bootedAt - CLOCK_ERROR_MS;
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // The process of another user may not be asked, and is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function isThere(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "EEXIST";
}

function taken(folder: string, path: string, holder: Holder | undefined): HarnessError {
  const who =
    holder === undefined
      ? ""
      : `: process ${holder.process} on ${holder.host}, since ${holder.startedAt}${holder.command === "" ? "" : ` (${holder.command})`}`;
  return new HarnessError("bad-usage", `another session writes there${who}`, {
    place: folder,
    hint: `Name another folder with --out, or wait for its end. If it has ended, remove ${path}.`,
  });
}
