/** What a project accepts, with what decides whether it is still needed. */
import { resolve } from "node:path";
import { listScenarios } from "../../scenarios/find-scenario.ts";
import type { ProjectEntries } from "../reporting/model/entry-notes.ts";
import type { QuarantineEntry } from "../reporting/model/quarantine.ts";
import type { BaselineFile } from "./baseline-file.ts";
import type { Io } from "./io.ts";
import { ownScenarioFiles } from "./scenario-files.ts";

/** The entries of a project, of whose scenarios these files were run; relative paths are those of the folder. */
export function projectEntries(
  {
    entries,
    withoutReason,
    packaged,
  }: Pick<BaselineFile, "entries" | "withoutReason" | "packaged">,
  {
    quarantine,
    files,
    io,
  }: {
    readonly quarantine: readonly QuarantineEntry[];
    readonly files: readonly string[];
    readonly io: Pick<Io, "cwd" | "now">;
  },
): ProjectEntries {
  const run = new Set(files.map((file) => resolve(io.cwd, file)));
  // Only who loads a file knows what its scenario is called.
  const isLeftOut = ownScenarioFiles(io.cwd).some((file) => !run.has(resolve(io.cwd, file)));
  const library = new Set(listScenarios().map(({ name }) => name));
  return {
    baseline: entries.filter((entry) => !packaged.includes(entry)),
    quarantine,
    withoutReason,
    mayExist: (scenario) => isLeftOut || library.has(scenario),
    today: new Date(io.now()).toISOString().slice(0, "2027-01-31".length),
  };
}
