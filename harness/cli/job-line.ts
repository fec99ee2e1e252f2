/** The jobs of an archive, as people name them. */
import { HarnessError, suggestNames } from "../core/errors.ts";
import type { JobLine } from "../reporting/archive/ledger-tables.ts";
import type { Options } from "./arguments.ts";

/** The option of commands that read the history of one job. */
export const jobOption = {
  job: { value: "NAME", says: "the job to read about (default: that of the last run)" },
} as const satisfies Options;

/** The job of that name, on the branch that ran last; `NAME@BRANCH` names the branch, too. Undefined for an archive without sessions; throws `bad-usage` with the nearest names. */
export function findLine(
  lines: readonly JobLine[],
  named: string | undefined,
): JobLine | undefined {
  const found = lines.find(
    (line) => named === undefined || line.job === named || lineText(line) === named,
  );
  if (found !== undefined || named === undefined) return found;
  const names = lines.map(lineText);
  throw new HarnessError("bad-usage", `the archive has no job "${named}"`, {
    place: "--job",
    hint: suggestNames(named, names, `It has ${names.join(", ")}.`),
  });
}

/** `nightly@main`; the name alone where no branch is known, or where the name has it. */
export function lineText({ job, branch }: JobLine): string {
  return branch === "" || job.startsWith(`${branch} `) ? job : `${job}@${branch}`;
}
