/**
 * Temporary folders that bear the number of their process, so that a later process can remove
 * what one has left that was killed and could clean nothing up.
 */
import { createHash } from "node:crypto";
import { lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

/** What a folder is for; it is part of its name. */
export type TemporaryPurpose = "children" | "arc" | "browser" | "sandbox" | "driver" | "time";

let hasLooked = false;

/** Makes an empty folder of this process, after it has once removed those of processes that are dead. */
export function makeTemporaryFolder(purpose: TemporaryPurpose): string {
  if (!hasLooked) removeLeftovers();
  hasLooked = true;
  return mkdtempSync(join(tmpdir(), `brownout-${purpose}-${placeOfProcesses()}-${process.pid}-`));
}

/** Removes the folders that `makeTemporaryFolder` made for processes of this user that have ended. */
export function removeLeftovers(): void {
  for (const name of namesIn(tmpdir())) {
    const [, place, pid] = OURS.exec(name) ?? [];
    if (place !== placeOfProcesses() || isAlive(Number(pid))) continue;
    const path = join(tmpdir(), name);
    try {
      const { uid } = lstatSync(path);
      if (uid === (process.getuid?.() ?? uid)) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another process was quicker, or something in it cannot be removed: it harms no one.
    }
  }
}

const OURS =
  /^brownout-(?:children|arc|browser|sandbox|driver|time)-([0-9a-f]{8})-(\d{1,10})-[A-Za-z0-9]{6}$/;

let known: string | undefined;

/** What process numbers count in: on Linux containers may share a folder, and not their processes. */
function placeOfProcesses(): string {
  known ??= createHash("sha256").update(`${hostname()} ${namespaceOfProcesses()}`).digest("hex");
  return known.slice(0, 8);
}

function namespaceOfProcesses(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One of another user cannot be signalled, but lives.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
