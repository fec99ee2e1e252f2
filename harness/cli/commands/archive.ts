/** `brownout archive`: removes old runs from the archive, exports it, and adds results to it. */
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import { parseDuration } from "../../core/time/parse-duration.ts";
import { addToArchive } from "../../reporting/archive/add-to-archive.ts";
import type { Archive } from "../../reporting/archive/database.ts";
import type { Pruning } from "../../reporting/archive/prune.ts";
import { sessionFactsOf } from "../../reporting/archive/session-facts.ts";
import { parseResults } from "../../reporting/files/read-results.ts";
import { shortPath } from "../../reporting/files/short-path.ts";
import { csvHead, csvLines, writeArchivedCtrf } from "../../reporting/formats/archive-export.ts";
import { changeLines } from "../../reporting/formats/change-text.ts";
import { parseRunFacts, RUN_FILE } from "../../reporting/model/run-facts.ts";
import { count } from "../../reporting/model/wording.ts";
import { archiveFolder, archiveOptions } from "../archive-run.ts";
import type { Arguments, Options } from "../arguments.ts";
import { archiveToRead } from "../find-session.ts";
import { findLine } from "../job-line.ts";
import type { Io } from "../io.ts";
import { readTextFile } from "../text-file.ts";

/** The options of `brownout archive`. */
export const archiveCommandOptions = {
  archive: archiveOptions.archive,
  job: { value: "NAME", says: "the job to export, or to add results to" },
  keep: { value: "N", says: "prune: the last so many runs of each job stay" },
  "older-than": { value: "DURATION", says: "prune: runs stay that are younger, such as 180d" },
  csv: { says: "export: a line for each finding of every run, as CSV" },
  ctrf: { says: "export: the last run in the Common Test Report Format" },
  label: { value: "TEXT", says: "add: what to call the run" },
} as const satisfies Options;

type Given = Arguments<typeof archiveCommandOptions>;

const actions = { prune, export: exportArchive, add } as const;

/** Does what the first name says; resolves to 0. */
export function archiveCommand(given: Given, io: Io): number {
  const [action = "", ...names] = given.positionals;
  const known = Object.keys(actions);
  if (!Object.hasOwn(actions, action)) {
    throw new HarnessError("bad-usage", `archive does not know "${action}"`, {
      hint: suggestNames(action, known, `It knows ${known.join(", ")}.`),
    });
  }
  actions[action as keyof typeof actions]({ ...given, positionals: names }, io);
  return 0;
}

function prune({ values, positionals }: Given, io: Io): void {
  refuseNames("prune", positionals);
  const pruning = readPruning(values, io);
  const removed = withArchive(values, io, (archive) => archive.prune(pruning));
  io.stdout.write(
    `${count(removed, "run")} removed. What is known of findings stays, and so do the first and the last good run of each that is open.\n`,
  );
}

function readPruning(values: Given["values"], io: Io): Pruning {
  const { keep, "older-than": olderThan } = values;
  if ((keep === undefined) === (olderThan === undefined)) {
    throw new HarnessError("bad-usage", "prune needs to know which runs stay", {
      hint: "Write one of --keep 365 and --older-than 180d.",
    });
  }
  if (olderThan !== undefined) {
    const since = io.now() - parseDuration(olderThan, "--older-than");
    return { since: new Date(since).toISOString() };
  }
  if (keep !== undefined && /^[1-9]\d{0,5}$/.test(keep)) return { keep: Number(keep) };
  throw new HarnessError("bad-usage", `--keep is "${keep}"`, {
    hint: "Write how many runs, such as --keep 365.",
  });
}

function exportArchive({ values, positionals }: Given, io: Io): void {
  refuseNames("export", positionals);
  if ((values.csv === undefined) === (values.ctrf === undefined)) {
    throw new HarnessError("bad-usage", "export needs a format", {
      hint: "Write one of --csv and --ctrf; it is printed: brownout archive export --csv > runs.csv.",
    });
  }
  withArchive(values, io, (archive) => {
    const line = findLine(archive.lines(), values.job);
    const heads = line === undefined ? [] : archive.heads(Number.MAX_SAFE_INTEGER, line);
    const [last] = heads.slice(-1).flatMap(({ id }) => archive.session(id) ?? []);
    if (values.ctrf !== undefined) {
      if (line === undefined || last === undefined)
        throw new HarnessError("bad-usage", "the archive is empty", { hint: "Run something." });
      io.stdout.write(writeArchivedCtrf(last, archive.findings(line)));
      return;
    }
    io.stdout.write(csvHead());
    // One at a time: a year of runs need not fit into memory.
    for (const { id } of heads) {
      const session = archive.session(id);
      if (session !== undefined) io.stdout.write(csvLines(session));
    }
  });
}

function add({ values, positionals }: Given, io: Io): void {
  const folder = archiveFolder(values.archive, io.cwd);
  if (positionals.length === 0 || folder === undefined) {
    throw new HarnessError("bad-usage", "add needs results and an archive", {
      hint: "Name a results.json, or the folder that has it: brownout archive add reports/out.",
    });
  }
  for (const named of positionals) {
    const path = resolve(io.cwd, named);
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    const [file, place] = isFolder
      ? [join(path, "results.json"), join(named, "results.json")]
      : [path, named];
    const results = parseResults(readTextFile(file, place), place);
    const known = factsBeside(file, place);
    const label = values.label ?? known?.label;
    const { id, lines, changes, problem } = addToArchive(results, {
      folder,
      cwd: io.cwd,
      recordedAt: known?.startedAt ?? new Date(io.now()).toISOString(),
      ...(label === undefined ? {} : { label }),
      facts: {
        ...(known === undefined
          ? { outcome: results.failures.length === 0 ? "finished" : "failed" }
          : sessionFactsOf(known)),
        job: values.job ?? known?.job ?? "added",
      },
    });
    if (problem !== undefined) throw problem;
    if (id !== undefined) io.stdout.write(`${place} is in ${shortPath(io.cwd, folder)}.\n`);
    for (const line of [...lines, ...changeLines(changes)]) io.stdout.write(`${line}\n`);
  }
}

/** The `run.json` that stands beside a `results.json`. */
function factsBeside(file: string, place: string) {
  const path = join(file, "..", RUN_FILE);
  if (!existsSync(path)) return undefined;
  const named = join(place, "..", RUN_FILE);
  return parseRunFacts(readTextFile(path, named), named);
}

function refuseNames(action: string, names: readonly string[]): void {
  if (names.length === 0) return;
  throw new HarnessError("bad-usage", `${action} takes no names, found "${names.join(" ")}"`, {
    hint: 'See "brownout archive --help".',
  });
}

function withArchive<T>(values: Given["values"], io: Io, work: (archive: Archive) => T): T {
  const archive = archiveToRead(values.archive, io.cwd);
  try {
    return work(archive);
  } finally {
    archive.close();
  }
}
