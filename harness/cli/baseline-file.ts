/** Finds the baseline of a command: the file of its option, else that of the project, else the packaged one. */
import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rules } from "../rules/rules.ts";
import { HarnessError } from "../core/errors.ts";
import { type BaselineEntry, lacksReason, parseBaseline } from "../reporting/model/baseline.ts";
import { specialFileAt } from "./text-file.ts";

export interface BaselineFile {
  /** The known findings: the file's own entries, and those of the package for scenarios that the file does not name. */
  readonly entries: readonly BaselineEntry[];
  /** Entries of the file whose reason no one has written yet: they accept nothing, and are not among the others. */
  readonly withoutReason: readonly BaselineEntry[];
  /** The entries from the package; they are not copied to a project's file. */
  readonly packaged: readonly BaselineEntry[];
  /** Where `--update-baseline` writes. Absolute. */
  readonly writeTo: string;
}

/** Reads the baseline; `bad-baseline` when it is malformed, or when it was named and is not there. */
export function readBaselineFile(options: {
  readonly named?: string | undefined;
  readonly cwd: string;
  /** The file may be missing: it is about to be written. */
  readonly forUpdate?: true;
}): BaselineFile {
  const { named, cwd, forUpdate } = options;
  // What is updated keeps them, and asks for their reason again.
  const sorted = (all: readonly BaselineEntry[]) =>
    forUpdate === true
      ? { entries: all, withoutReason: [] }
      : {
          entries: all.filter((entry) => !lacksReason(entry)),
          withoutReason: all.filter(lacksReason),
        };
  const own = resolve(cwd, named ?? join("reports", "baseline.json"));
  if (named !== undefined) {
    if (existsSync(own)) return { ...sorted(readEntries(own, cwd)), packaged: [], writeTo: own };
    if (forUpdate === true) return { entries: [], withoutReason: [], packaged: [], writeTo: own };
    throw new HarnessError("bad-baseline", "there is no such file", {
      place: named,
      hint: "Write [] into it, or let --update-baseline write it.",
    });
  }
  const packagedFile = fileURLToPath(new URL("../../reports/baseline.json", import.meta.url));
  const kept = existsSync(own) ? readEntries(own, cwd) : [];
  const known = new Set(kept.map(({ scenario }) => scenario));
  const packaged =
    existsSync(packagedFile) && packagedFile !== own
      ? readEntries(packagedFile, cwd).filter(({ scenario }) => !known.has(scenario))
      : [];
  const { entries, withoutReason } = sorted(kept);
  return { entries: [...entries, ...packaged], withoutReason, packaged, writeTo: own };
}

function readEntries(path: string, cwd: string): readonly BaselineEntry[] {
  const inside = relative(cwd, path);
  const place = inside.startsWith("..") ? path : inside;
  let text: string;
  try {
    const special = specialFileAt(path);
    if (special !== undefined) throw new Error(`it is ${special}`);
    text = readFileSync(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HarnessError("bad-baseline", `it cannot be read: ${reason}`, {
      place,
      hint: "Name a file with --baseline.",
      cause: error,
    });
  }
  return parseBaseline(text, { place, rules: rules.map(({ id }) => id) });
}
