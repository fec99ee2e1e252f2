/**
 * The files by which Arc lets a program prove that it runs on the machine. Clients accept one
 * folder of the real file system and no other, so this is the one thing of the simulator that
 * is written to disk; it is deleted at the end of the run.
 */
import { mkdirSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { HarnessError } from "../errors.ts";
import type { Random } from "../random.ts";

export interface KeyFiles {
  /** Writes a new file for a machine; returns its path. Throws `bad-usage` where the folder cannot be written. */
  readonly write: (machine: string) => string;
  /** Whether this is the content of a file of that machine; true once. */
  readonly take: (machine: string, content: string) => boolean;
  /** Deletes what is left, and the folders that were made. */
  readonly close: () => void;
}

export interface KeyFileOptions {
  readonly random: Random;
  /** Default: where the clients of this platform look. */
  readonly folder?: string;
  /** Default: `.key`. */
  readonly extension?: string;
}

/** Where clients look, with a separator at its end; `entra.md` G.2. */
export function keyFolder(): string {
  return process.platform === "win32"
    ? `${process.env["ProgramData"] ?? ""}\\AzureConnectedMachineAgent\\Tokens\\`
    : "/var/opt/azcmagent/tokens/";
}

let written = 0;

/** No file yet. */
export function createKeyFiles(options: KeyFileOptions): KeyFiles {
  const { random, folder = keyFolder(), extension = ".key" } = options;
  const contents = new Map<string, string>();
  let madeFolder: string | undefined;

  const prepare = (): void => {
    try {
      madeFolder ??= mkdirSync(folder, { recursive: true });
    } catch (cause) {
      throw unwritable(folder, cause);
    }
  };

  const remove = (key: string): void => {
    const path = contents.get(key);
    contents.delete(key);
    if (path !== undefined) rmSync(path, { force: true });
  };

  return {
    write(machine) {
      prepare();
      // Runs of several processes share the folder.
      const path = `${folder}brownout-${process.pid}-${(written += 1)}${extension}`;
      const content = random.uuid();
      try {
        writeFileSync(path, content, { mode: 0o600 });
      } catch (cause) {
        throw unwritable(folder, cause);
      }
      contents.set(`${machine} ${content}`, path);
      return path;
    },
    take(machine, content) {
      const key = `${machine} ${content}`;
      if (!contents.has(key)) return false;
      remove(key);
      return true;
    },
    close() {
      for (const key of contents.keys()) remove(key);
      if (madeFolder !== undefined) removeEmpty(folder, madeFolder);
    },
  };
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

function unwritable(folder: string, cause: unknown): HarnessError {
  return new HarnessError("bad-usage", `cannot write the key files of Azure Arc to ${folder}`, {
    place: folder,
    hint: `Clients of Arc read them there and nowhere else. Run once: sudo install -d -o "$USER" ${folder}`,
    cause,
  });
}
