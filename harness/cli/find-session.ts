/** Sessions that a person names: a number or a label of the archive, `latest`, `previous`, a results.json, or its folder. */
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Archive, readArchive } from "../reporting/archive/database.ts";
import type { Since } from "../reporting/archive/change.ts";
import { sessionFactsOf } from "../reporting/archive/session-facts.ts";
import {
  type ArchivedSession,
  type FindingName,
  sessionRecordOf,
  type SessionRecord,
} from "../reporting/archive/session-record.ts";
import { parseRunFacts, RUN_FILE } from "../reporting/model/run-facts.ts";
import { HarnessError } from "../core/errors.ts";
import { parseResults } from "../reporting/files/read-results.ts";
import { ARCHIVE_FILE } from "../reporting/archive/add-to-archive.ts";
import { archiveFolder } from "./archive-run.ts";
import { readTextFile } from "./text-file.ts";

/** A session and what to call it. */
export interface NamedSession {
  readonly called: string;
  readonly session: SessionRecord;
  /** Since when a finding of it has been there, as far as the archive knows. */
  readonly sinceOf: (finding: FindingName) => Since | undefined;
}

/** The archive of the arguments, open; `bad-usage` where there is none. */
export function archiveToRead(named: string | undefined, cwd: string): Archive {
  const folder = archiveFolder(named, cwd);
  if (folder !== undefined) return readArchive(join(folder, ARCHIVE_FILE));
  throw new HarnessError("bad-usage", "there is nothing to read in no archive", {
    place: "--archive none",
    hint: "Name the folder of the archive.",
  });
}

/** Finds a session; `bad-usage` when there is none of that name, `bad-results` for a file that is none. */
export function findSession(
  name: string,
  { archive, cwd }: { readonly archive: string | undefined; readonly cwd: string },
): NamedSession {
  const isArchived = /^#?[1-9]\d{0,8}$/.test(name) || name === "latest" || name === "previous";
  if (existsSync(resolve(cwd, name))) return ofFile(name, cwd);
  if (!isArchived && !hasArchive(archive, cwd)) return ofFile(name, cwd);
  const opened = archiveToRead(archive, cwd);
  try {
    if (isArchived) return ofArchive(name, opened);
    const labelled = opened.labelled(name);
    return labelled === undefined ? ofFile(name, cwd) : nameOf(labelled, opened);
  } finally {
    opened.close();
  }
}

function hasArchive(named: string | undefined, cwd: string): boolean {
  const folder = archiveFolder(named, cwd);
  return folder !== undefined && existsSync(join(folder, ARCHIVE_FILE));
}

function nameOf(session: ArchivedSession, archive: Archive): NamedSession {
  const label = session.label === undefined ? "" : `, ${session.label}`;
  const { job = "", branch = "" } = session.facts ?? {};
  const findings = archive.findings({ job, branch });
  return {
    called: `run ${session.id} of ${session.recordedAt}${label}`,
    session,
    sinceOf({ scenario, client, rule }) {
      const since = findings.find(
        ({ subject }) =>
          subject.scenario === scenario && subject.client === client && subject.rule === rule,
      )?.open?.since;
      // Of an occurrence that began later this session says nothing.
      return since !== undefined && since.firstSeen.id <= session.id ? since : undefined;
    },
  };
}

function ofFile(name: string, cwd: string): NamedSession {
  const path = resolve(cwd, name);
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const [file, place] = isFolder
    ? [join(path, "results.json"), join(name, "results.json")]
    : [path, name];
  const facts = join(file, "..", RUN_FILE);
  const known = existsSync(facts)
    ? sessionFactsOf(parseRunFacts(readTextFile(facts, facts), join(place, "..", RUN_FILE)))
    : undefined;
  return {
    called: place,
    session: sessionRecordOf(parseResults(readTextFile(file, place), place), known),
    sinceOf: () => undefined,
  };
}

function ofArchive(name: string, archive: Archive): NamedSession {
  const [line] = archive.lines();
  // The last two of one job: others played something else.
  const last = line === undefined ? [] : archive.heads(2, line);
  const id =
    name === "latest"
      ? last.at(-1)?.id
      : name === "previous"
        ? last.at(-2)?.id
        : Number(name.replace("#", ""));
  const named = id === undefined ? undefined : archive.session(id);
  if (named !== undefined) return nameOf(named, archive);
  const newest = archive.heads(1).at(-1)?.id;
  throw new HarnessError("bad-usage", `the archive has no run "${name}"`, {
    place: name,
    hint:
      newest === undefined
        ? "It is empty; run something."
        : `Its newest is ${newest}. What --label called a run names it too, and so does a results.json or an output folder.`,
  });
}
