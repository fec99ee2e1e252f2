/** Pieces of Markdown that hold text of others. */

import { withoutControls } from "./terminal-text.ts";

/** A row of a table, of text of others. */
export function row(...cells: readonly string[]): string {
  return rowOfMarkdown(...cells.map(inline));
}

/** A row of a table, of Markdown of one's own. */
export function rowOfMarkdown(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Text of others on one line, without the marks that would turn it into a link, a tag, code that never ends or a call of a person. */
export function inline(text: string): string {
  const plain = withoutControls(text.replace(/\s+/g, " ").trim())
    .replaceAll("<", "&lt;")
    .replaceAll("](", "]\\(")
    // A word joiner: GitHub sends a message to the person whose name follows it.
    .replaceAll(/(?<![\w.])@(?=\w)/g, "@\u2060");
  const ticks = plain.match(/`+/g) ?? [];
  const isCode = ticks.length % 2 === 0 && ticks.every((run) => run.length === 1);
  return isCode ? plain : plain.replaceAll("`", "\\`");
}
