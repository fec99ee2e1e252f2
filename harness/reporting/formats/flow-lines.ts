/** The flow table of the backup system in Markdown. */
import type { FlowTable } from "../model/flow-table.ts";
import { inline, row } from "./markdown-text.ts";

/** The section of `summary.md`; no lines without a table. */
export function flowLines(table: FlowTable | undefined): readonly string[] {
  if (table === undefined) return [];
  const { title, about, heads, seenColumn, rows, sources, editions } = table;
  return [
    `## ${title}`,
    "",
    about,
    "",
    row(...heads),
    `|${" --- |".repeat(heads.length)}`,
    ...rows.map(({ cells, isAsDocumented }) =>
      row(
        ...cells.map((cell, column) =>
          column === seenColumn && !isAsDocumented ? `**${cell}**` : cell,
        ),
      ),
    ),
    "",
    `Documented in ${sources.map(inline).join(" and ")}, as of ${editions}; the addresses show today's text.`,
  ];
}
