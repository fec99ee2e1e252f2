/**
 * Reads the project in a folder as data: its manifest, its sources and its settings. Nothing of
 * it is run, links are not followed, and what is read is bounded.
 */
import { type Dirent, lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join, posix } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { type Manifest, readManifest } from "./manifest.ts";

/** A text file of the project. */
export interface ProjectFile {
  /** Relative to the project, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** A project as far as it was read. */
export interface Project {
  /** Absolute, links resolved. */
  readonly root: string;
  readonly manifest: Manifest;
  readonly files: ReadonlyMap<string, ProjectFile>;
  /** What was not read, and why, one sentence each. */
  readonly leftOut: readonly string[];
}

/** No source that people write is longer; bundles are. */
const FILE_BYTES_MAX = 1_000_000;
const FILES_MAX = 3_000;
const ALL_BYTES_MAX = 30_000_000;
const DEPTH_MAX = 12;

/** Folders that hold no sources of the project's own. */
const NOT_READ: ReadonlySet<string> = new Set(
  "node_modules bower_components dist build out coverage target vendor tmp test-results playwright-report".split(
    " ",
  ),
);

/** Sources and settings. Of JSON and YAML only what says so by its name: data and translations may be thousands of files. */
const READ =
  /\.(?:[cm]?[jt]sx?|vue|html)$|^\.env(?:\.[\w.-]+)?$|^\.mocharc(?:\.\w+)?$|^angular\.json$|^[\w.-]{0,40}(?:config|settings?|env(?:ironment)?s?|auth|msal|entra|azure|aad)[\w.-]{0,40}\.json$/i;

/** Reads the project in `cwd`; throws `bad-usage` when there is none, or its package.json is not one. */
export function readProject(cwd: string): Project {
  const root = realpathSync(cwd);
  const manifest = readManifest(root);
  const files = new Map<string, ProjectFile>();
  const leftOut: string[] = [];
  let bytes = 0;
  const read = (folder: string, entries: readonly Dirent[], depth: number): void => {
    for (const entry of entries) {
      const path = posix.join(folder, entry.name);
      if (entry.isSymbolicLink()) {
        if (READ.test(entry.name)) leftOut.push(`${path} is a link, which is not followed.`);
      } else if (entry.isDirectory()) {
        if (!isReadFolder(entry.name) || depth === DEPTH_MAX) continue;
        const inside = unlessUnreadable(path, () => entriesOf(join(root, path)));
        if (inside !== undefined) read(path, inside, depth + 1);
      } else if (entry.isFile() && READ.test(entry.name)) {
        const text = unlessUnreadable(path, () => textOf(path));
        if (text !== undefined) files.set(path, { path, text });
      }
    }
  };
  const unlessUnreadable = <Result>(path: string, action: () => Result): Result | undefined => {
    try {
      return action();
    } catch (error) {
      // The message of the file system repeats the whole path behind the comma.
      leftOut.push(`${path} cannot be read: ${(error as Error).message.split(",", 1)[0]}.`);
      return undefined;
    }
  };
  const textOf = (path: string): string | undefined => {
    const { size } = lstatSync(join(root, path));
    if (size > FILE_BYTES_MAX) {
      leftOut.push(
        `${path} has ${megabytes(size)} MB; at most ${megabytes(FILE_BYTES_MAX)} MB of a file are read.`,
      );
      return undefined;
    }
    if (files.size >= FILES_MAX || bytes + size > ALL_BYTES_MAX) {
      if (!leftOut.includes(TOO_MANY)) leftOut.push(TOO_MANY);
      return undefined;
    }
    bytes += size;
    return readFileSync(join(root, path), "utf8");
  };
  read("", entriesOfRoot(root), 0);
  return { root, manifest, files, leftOut };
}

const TOO_MANY = `Of the sources, ${FILES_MAX} files or ${ALL_BYTES_MAX / 1_000_000} MB were read; run init in the folder of one app.`;

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0);
}

function isReadFolder(name: string): boolean {
  return !NOT_READ.has(name) && !name.startsWith(".");
}

function entriesOf(folder: string): readonly Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).toSorted((one, other) =>
    one.name < other.name ? -1 : 1,
  );
}

function entriesOfRoot(folder: string): readonly Dirent[] {
  try {
    return entriesOf(folder);
  } catch (error) {
    throw new HarnessError("bad-usage", `it cannot be read: ${(error as Error).message}`, {
      place: folder,
      hint: "Look at its permissions.",
      cause: error,
    });
  }
}
