/**
 * The flow table of the backup system, row by row, as it came out: what the documents
 * promise an application of that flow, what it got in the outage, and what it could have.
 */
import { inline, row } from "./markdown.ts";
import type { Results, RunResult } from "./results.ts";

/** The table as data, for whoever prints it. */
export interface FlowTable {
  readonly title: string;
  readonly about: string;
  readonly heads: readonly string[];
  readonly rows: readonly FlowTableRow[];
  /** Where it is documented, one address each. */
  readonly sources: readonly string[];
  readonly editions: string;
}

export interface FlowTableRow {
  readonly run: RunResult;
  /** As many as `heads`. */
  readonly cells: readonly string[];
  /** What was seen is what the documents promise. */
  readonly isAsDocumented: boolean;
}

/** Nothing when no run stands for a row. */
export function flowRows({ runs }: Results): FlowTable | undefined {
  const rows = runs.filter(hasRow);
  if (rows.length === 0) return undefined;
  const editions = [...new Set(rows.map((run) => run.row.edition))].join(", ");
  return {
    title: "In an outage, by flow",
    about: `The primary is down, and the backup authentication system stands behind it, as the text of ${editions} has it. Calls are those that the application made in the outage. It could have had what the documents promise its flow, and besides whatever a token that it held was still good for.`,
    heads: [
      "flow",
      "application",
      "client",
      "documented",
      "seen",
      "calls that ended well",
      "could have",
    ],
    rows: rows.map(tableRow),
    sources: [...new Set(rows.map((run) => run.row.source))],
    editions,
  };
}

/** The section of `summary.md`; nothing when no run stands for a row. */
export function flowTable(results: Results): string[] {
  const table = flowRows(results);
  if (table === undefined) return [];
  const { title, about, heads, rows, sources, editions } = table;
  return [
    `## ${title}`,
    "",
    about,
    "",
    row(...heads),
    `|${" --- |".repeat(heads.length)}`,
    ...rows.map(({ cells, isAsDocumented }) =>
      row(
        ...cells.map((cell, column) => (column === SEEN && !isAsDocumented ? `**${cell}**` : cell)),
      ),
    ),
    "",
    `Documented in ${sources.map(inline).join(" and ")}, as of ${editions}; the addresses show today's text.`,
  ];
}

/** The column whose mismatch with the documents is made to stand out. */
const SEEN = 4;

type Row = RunResult & Required<Pick<RunResult, "row">>;

function hasRow(run: RunResult): run is Row {
  return run.row !== undefined;
}

function tableRow(run: Row): FlowTableRow {
  const { row: outcome, client } = run;
  const { flow, as, documented, asked, got, could } = outcome;
  const { seen, isAsDocumented } = seenOf(outcome);
  return {
    run,
    cells: [
      flow,
      as,
      `${client.name} ${client.version}`,
      documented === "protected" ? "protected" : `${documented} protected`,
      seen,
      share(got, asked),
      share(could, asked),
    ],
    isAsDocumented,
  };
}

/** What the backup did, in the words of the document's column. */
function seenOf({ documented, byBackup, got, asked }: Row["row"]) {
  const isServed = byBackup > 0;
  const seen = isServed ? (got === asked ? "served" : "served in part") : "not served";
  const isAsDocumented = documented === "protected" ? seen === "served" : !isServed;
  return { seen, isAsDocumented };
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
