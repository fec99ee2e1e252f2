/**
 * The commit and the branch of a git checkout, read from its files: no program is started, since
 * a checkout's own configuration may name programs. Knows worktrees, detached heads, packed refs
 * and subfolders; the newer `reftable` storage holds nothing that can be read so.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** What a checkout says of itself. */
export interface Checkout {
  /** The folder with the working tree, absolute. */
  readonly root: string;
  /** Absent in a repository without a commit. */
  readonly commit?: string;
  /** Absent with a detached head. */
  readonly branch?: string;
}

/** The checkout that a folder is in; undefined when it is in none, or git's files cannot be read. */
export function readCheckout(folder: string): Checkout | undefined {
  const found = findCheckout(resolve(folder));
  if (found === undefined) return undefined;
  const { root, gitFolder } = found;
  const head = textOf(join(gitFolder, "HEAD"));
  if (head === undefined) return undefined;
  const [, ref] = /^ref: (refs\/\S+)$/.exec(head) ?? [];
  const commit = ref === undefined ? head : commitOf(ref, gitFolder);
  const branch = ref?.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : undefined;
  return {
    root,
    ...(commit !== undefined && isCommit(commit) ? { commit } : {}),
    // What reftable leaves in HEAD for programs that do not know it.
    ...(branch === undefined || branch === ".invalid" ? {} : { branch }),
  };
}

/** The nearest folder upwards with a `.git`, and where that leads. */
function findCheckout(
  folder: string,
): { readonly root: string; readonly gitFolder: string } | undefined {
  for (let root = folder; ; root = dirname(root)) {
    const path = join(root, ".git");
    const kind = statSync(path, { throwIfNoEntry: false });
    if (kind?.isDirectory() === true) return { root, gitFolder: path };
    if (kind?.isFile() === true) {
      // A worktree or a submodule: its folder is elsewhere.
      const [, target] = /^gitdir: (.+)$/.exec(textOf(path) ?? "") ?? [];
      return target === undefined ? undefined : { root, gitFolder: resolve(root, target) };
    }
    if (root === dirname(root)) return undefined;
  }
}

/** Of a branch: as a file of its own, else in `packed-refs`; worktrees share those of their repository. */
function commitOf(ref: string, gitFolder: string): string | undefined {
  const common = textOf(join(gitFolder, "commondir"));
  const folders = [gitFolder, ...(common === undefined ? [] : [resolve(gitFolder, common)])];
  for (const folder of folders) {
    // A name such as refs/heads/../../secret names no branch.
    const loose = ref.includes("..") ? undefined : textOf(join(folder, ...ref.split("/")));
    if (loose !== undefined) return loose;
    const packed = textOf(join(folder, "packed-refs"));
    const line = packed?.split("\n").find((one) => one.endsWith(` ${ref}`));
    if (line !== undefined) return line.split(" ")[0];
  }
  return undefined;
}

function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text);
}

/** Without the space around it; undefined when it cannot be read. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
