/**
 * The key files of Azure Arc, with which a program proves that it runs on the machine. Clients
 * accept a single folder of the real file system, so these files are the only thing that
 * the simulator writes to disk; they are deleted at the end of the run. Where that folder is not
 * writable, they are in a temporary one, and reads of this process are redirected there.
 */
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { makeTemporaryFolder } from "../../core/temporary-folder.ts";
import { makeFolder } from "../../core/make-folder.ts";
import type { Random } from "../../core/random.ts";
import { redirectReads } from "./file-redirect.ts";

export interface KeyFiles {
  /** Writes a new file for a machine; returns the path at which clients find it. */
  readonly write: (machine: string) => string;
  /** Whether this is the content of a file of that machine; true once for each file. */
  readonly take: (machine: string, content: string) => boolean;
  /** Deletes the remaining files and the folders that were created. */
  readonly close: () => void;
}

export interface KeyFileOptions {
  readonly random: Random;
  /** With a separator at its end; default: the folder that clients of this platform accept. */
  readonly folder?: string;
}

/** The folder that clients accept, with a separator at its end; `docs/sources.md#g2`. */
export function keyFolder(): string {
  return process.platform === "win32"
    ? `${process.env["ProgramData"] ?? ""}\\AzureConnectedMachineAgent\\Tokens\\`
    : "/var/opt/azcmagent/tokens/";
}

let written = 0;

/** Key files of a run, none at first. */
export function createKeyFiles(options: KeyFileOptions): KeyFiles {
  const { random, folder = keyFolder() } = options;
  const files = new Map<string, string>();
  let place: Place | undefined;

  const remove = (key: string): void => {
    const path = files.get(key);
    files.delete(key);
    if (path !== undefined) rmSync(path, { force: true });
  };

  return {
    write(machine) {
      place ??= prepare(folder);
      // Runs of several processes share the folder, and the last one to end deletes it.
      makeFolder(place.folder);
      const name = `brownout-${process.pid}-${(written += 1)}.key`;
      const content = random.uuid();
      writeFileSync(place.folder + name, content, { mode: 0o600 });
      files.set(`${machine} ${content}`, place.folder + name);
      return folder + name;
    },
    take(machine, content) {
      const key = `${machine} ${content}`;
      const isKnown = files.has(key);
      remove(key);
      return isKnown;
    },
    close() {
      for (const key of files.keys()) remove(key);
      place?.leave();
      place = undefined;
    },
  };
}

/** The folder where the files really are. */
interface Place {
  readonly folder: string;
  readonly leave: () => void;
}

function prepare(folder: string): Place {
  try {
    const made = makeFolder(folder);
    const probe = mkdtempSync(folder);
    rmdirSync(probe);
    return { folder, leave: () => made !== undefined && removeEmpty(folder, made) };
  } catch {
    // Only administrators may write there.
    const own = makeTemporaryFolder("arc") + sep;
    const restore = redirectReads(folder, own);
    return {
      folder: own,
      leave: () => {
        restore();
        rmdirSync(own);
      },
    };
  }
}

/** Deletes empty folders from `folder` up to `highest`; another process may still have a file there. */
function removeEmpty(folder: string, highest: string): void {
  try {
    rmdirSync(folder);
  } catch {
    return;
  }
  if (resolve(folder) !== resolve(highest)) removeEmpty(dirname(resolve(folder)), highest);
}
