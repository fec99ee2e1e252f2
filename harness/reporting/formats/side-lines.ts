/** Open questions about the service in Markdown. */
import type { SideTable } from "../model/side-table.ts";
import { inline, row } from "./markdown-text.ts";

/** The section of `summary.md`; no lines where no run shows a side. */
export function sideLines(tables: readonly SideTable[]): readonly string[] {
  if (tables.length === 0) return [];
  return [
    "## What hangs on a guess",
    "",
    "No source settles these questions about the service, so more than one answer is played.",
    ...tables.flatMap(({ question, heads, rows }) => [
      "",
      `**${inline(question)}**`,
      "",
      row(...heads),
      `|${" --- |".repeat(heads.length)}`,
      ...rows.map((cells) => row(...cells)),
    ]),
  ];
}
