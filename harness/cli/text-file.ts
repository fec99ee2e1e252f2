/** Reads a text file that a person named. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { gunzipSync } from "node:zlib";
import { HarnessError, suggestNames } from "../core/errors.ts";

/** A text that is longer when it is unpacked is no journal of ours, bytes. */
const UNPACKED_MAX = 512 * 1_048_576;

/** The text of the file at `path`, in UTF-8, or in UTF-16 with a byte order mark, as Windows PowerShell writes it, and of `.gz` what is packed in it; `bad-usage` about `named` when it is not there or cannot be read. */
export function readTextFile(path: string, named: string): string {
  return reading(path, named, () => {
    const stored = readFileSync(path);
    const bytes = isPacked(path) ? gunzipSync(stored, { maxOutputLength: UNPACKED_MAX }) : stored;
    const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
    return new TextDecoder(isUtf16 ? "utf-16le" : "utf-8").decode(bytes);
  });
}

/** The first kilobyte of the file at `path`; fails as `readTextFile` does. */
export function beginningOf(path: string, named: string): string {
  if (isPacked(path)) return readTextFile(path, named).slice(0, 1_024);
  return reading(path, named, () => {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(1_024);
      return bytes.toString("utf8", 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  });
}

function isPacked(path: string): boolean {
  return path.endsWith(".gz");
}

/**
 * What is at `path` if it is neither a file nor a folder, such as "a named pipe": reading it may
 * never end. What a shell hands over as `/dev/stdin` or `/dev/fd/63` ends with its program.
 */
export function specialFileAt(path: string): string | undefined {
  if (/^\/(dev\/(stdin|fd\/)|proc\/self\/fd\/)/.test(path)) return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile() || found.isDirectory()) return undefined;
  if (found.isFIFO()) return "a named pipe";
  return found.isSocket() ? "a socket" : "a device";
}

function reading(path: string, named: string, read: () => string): string {
  try {
    const special = specialFileAt(path);
    if (special !== undefined) {
      throw new HarnessError("bad-usage", `it is ${special}`, {
        place: named,
        hint: "Name a file. What a program writes can be read from /dev/stdin.",
      });
    }
    return read();
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EISDIR") {
      throw new HarnessError("bad-usage", "it is a folder", {
        place: named,
        hint: "Name a file in it.",
        cause: error,
      });
    }
    if (code !== "ENOENT" && code !== "ENOTDIR") {
      const reason = error instanceof Error ? error.message : String(error);
      throw new HarnessError("bad-usage", `it cannot be read: ${reason}`, {
        place: named,
        hint: "Look at its permissions.",
        cause: error,
      });
    }
    throw new HarnessError("bad-usage", "there is no such file", {
      place: named,
      hint: suggestNames(
        basename(path),
        neighbours(dirname(path)),
        "Look at the spelling of its path.",
      ),
      cause: error,
    });
  }
}

function neighbours(folder: string): readonly string[] {
  // What is named as a folder may be a file.
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? readdirSync(folder) : [];
}
