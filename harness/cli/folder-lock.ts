/**
 * One session at a time writes into an output folder: of two, each would remove what the other
 * has written, and both would exit with 0. The lock is a file there that names its process.
 */
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { HarnessError } from "../core/errors.ts";
import { schema } from "../core/validation.ts";

/** The name of the lock in the output folder. */
export const LOCK_FILE = ".brownout.lock";

/** A session says so often that it still runs, and on another machine is held to be over when it has not for so long. Real ms. */
const BEAT_EVERY_MS = 10_000;
const SILENT_MAX_MS = 60_000;

const holderSchema = schema((z) =>
  z.object({ process: z.int().positive(), host: z.string(), startedAt: z.string() }),
);

/**
 * Does `work` while no other session may write into the folder, which exists; throws `bad-usage`
 * when one does. `now` is real time, ms.
 */
export async function whileLocked<T>(
  folder: string,
  now: () => number,
  work: () => Promise<T>,
): Promise<T> {
  const path = join(folder, LOCK_FILE);
  takeLock(path, { folder, now });
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

function takeLock(
  path: string,
  { folder, now }: { readonly folder: string; readonly now: () => number },
): void {
  const own = {
    process: process.pid,
    host: hostname(),
    startedAt: new Date(now()).toISOString(),
  };
  const write = (): void => writeFileSync(path, `${JSON.stringify(own)}\n`, { flag: "wx" });
  try {
    write();
  } catch (error) {
    if (!isThere(error)) throw unwritable(folder, error);
    const holder = readHolder(path);
    if (runs(holder, path, now)) throw taken(folder, path, holder);
    // It was killed. Of two that find that out at once, one makes the new lock.
    rmSync(path, { force: true });
    try {
      write();
    } catch (second) {
      if (!isThere(second)) throw unwritable(folder, second);
      throw taken(folder, path, readHolder(path));
    }
  }
}

interface Holder {
  readonly process: number;
  readonly host: string;
  readonly startedAt: string;
}

/** The session that holds the lock; nothing while it has not yet written its name, or for another's file. */
function readHolder(path: string): Holder | undefined {
  try {
    return holderSchema().safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

function runs(holder: Holder | undefined, path: string, now: () => number): boolean {
  if (holder?.host === hostname()) return holder.process !== process.pid && isAlive(holder.process);
  const saidAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return now() - saidAt < SILENT_MAX_MS;
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
      : `: process ${holder.process} on ${holder.host}, since ${holder.startedAt}`;
  return new HarnessError("bad-usage", `another session writes there${who}`, {
    place: folder,
    hint: `Name another folder with --out, or wait for its end. If it has ended, remove ${path}.`,
  });
}

function unwritable(folder: string, cause: unknown): HarnessError {
  const reason = cause instanceof Error ? cause.message : "";
  return new HarnessError("unwritable", `it cannot be written: ${reason}`, {
    place: folder,
    hint: "Name another folder with --out.",
    cause,
  });
}
