/**
 * The flow table of the backup system, row by row, as it came out: what the documents promise an
 * application of that flow, what it got in the outage, and what it could have got.
 */
import type { FlowOutcome } from "../../rules/model/flow-outcome.ts";
import type { RunReference } from "./run-reference.ts";

/** The table as data. */
export interface FlowTable {
  readonly title: string;
  readonly about: string;
  readonly heads: readonly string[];
  /** Which of `heads` says what was seen: the cell to mark where a row is not as documented. */
  readonly seenColumn: number;
  readonly rows: readonly FlowTableRow[];
  /** Where it is documented, one address each. */
  readonly sources: readonly string[];
  /** The dated texts of the documents that the runs went by. */
  readonly editions: string;
}

/** One run of the table. */
export interface FlowTableRow {
  readonly run: RunReference;
  /** As many as `heads`. */
  readonly cells: readonly string[];
  /** What was seen is what the documents promise. */
  readonly isAsDocumented: boolean;
}

/** The table of these rows; undefined when there is none. */
export function flowTable(
  rows: readonly { readonly run: RunReference; readonly row: FlowOutcome }[],
): FlowTable | undefined {
  if (rows.length === 0) return undefined;
  const editions = [...new Set(rows.map(({ row }) => row.edition))].join(", ");
  const heads = [
    "flow",
    "application",
    "client",
    "documented",
    "seen",
    "calls that ended well",
    "could have",
  ];
  return {
    title: "In an outage, by flow",
    about: `The primary is down, and the backup authentication system stands behind it, as the text of ${editions} has it. Calls are those that the application made in the outage. It could have had what the documents promise its flow, and also what a token that it held was still good for.`,
    heads,
    seenColumn: heads.indexOf("seen"),
    rows: rows.map(({ run, row }) => tableRow(run, row)),
    sources: [...new Set(rows.map(({ row }) => row.source))],
    editions,
  };
}

function tableRow(run: RunReference, outcome: FlowOutcome): FlowTableRow {
  const { flow, as, documented, asked, got, could } = outcome;
  const { seen, isAsDocumented } = seenOf(outcome);
  return {
    run,
    cells: [
      flow,
      as,
      run.client,
      documented === "protected" ? "protected" : `${documented} protected`,
      seen,
      share(got, asked),
      share(could, asked),
    ],
    isAsDocumented,
  };
}

/** What the backup did, in the words of the document's column. */
function seenOf({ documented, byBackup, got, asked }: FlowOutcome) {
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
