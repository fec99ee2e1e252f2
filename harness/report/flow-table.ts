/**
 * The flow table of the backup system, row by row, as it came out: what the documents
 * promise an application of that flow, what it got in the outage, and what it could have.
 */
import { inline, row } from "./markdown.ts";
import type { Results, RunResult } from "./results.ts";

/** The section of `summary.md`; nothing when no run stands for a row. */
export function flowTable({ runs }: Results): string[] {
  const rows = runs.filter(hasRow);
  if (rows.length === 0) return [];
  const editions = [...new Set(rows.map((run) => run.row.edition))].join(", ");
  const sources = new Set(rows.map((run) => run.row.source));
  return [
    "## In an outage, by flow",
    "",
    `The primary is down, and the backup authentication system stands behind it, as the text of ${editions} has it. Calls are those that the application made in the outage.`,
    "",
    row(
      "flow",
      "application",
      "client",
      "documented",
      "seen",
      "calls that ended well",
      "could have",
    ),
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows.map(tableRow),
    "",
    ...[...sources].map((source) => `Documented: ${inline(source)}`),
  ];
}

type Row = RunResult & Required<Pick<RunResult, "row">>;

function hasRow(run: RunResult): run is Row {
  return run.row !== undefined;
}

function tableRow({ row: outcome, client }: Row): string {
  const { flow, as, documented, asked, got, could } = outcome;
  return row(
    flow,
    as,
    `${client.name} ${client.version}`,
    documented === "protected" ? "protected" : `${documented} protected`,
    seenOf(outcome),
    share(got, asked),
    share(could, asked),
  );
}

/** What the backup did, in the words of the document's column; a mismatch says so. */
function seenOf({ documented, byBackup, got, asked }: Row["row"]): string {
  const isServed = byBackup > 0;
  const seen = isServed ? (got === asked ? "served" : "served in part") : "not served";
  const isAsDocumented = documented === "protected" ? seen === "served" : !isServed;
  return isAsDocumented ? seen : `**${seen}**`;
}

function share(part: number, whole: number): string {
  return `${part} of ${whole} (${Math.floor((part / whole) * 1_000) / 10} %)`;
}
