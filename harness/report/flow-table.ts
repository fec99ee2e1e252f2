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
  const sources = [...new Set(rows.map((run) => inline(run.row.source)))];
  return [
    "## In an outage, by flow",
    "",
    `The primary is down, and the backup authentication system stands behind it, as the text of ${editions} has it. Calls are those that the application made in the outage. It could have had what the documents promise its flow, and besides whatever a token that it held was still good for.`,
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
    `Documented in ${sources.join(" and ")}, as of ${editions}; the addresses show today's text.`,
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
  return `${part} of ${whole} (${percent(part / whole)} %)`;
}

/** With one decimal; only all is 100, and only nothing is 0. */
function percent(share: number): number {
  const rounded = Math.round(share * 1_000) / 10;
  if (share < 1 && rounded === 100) return 99.9;
  return share > 0 && rounded === 0 ? 0.1 : rounded;
}
