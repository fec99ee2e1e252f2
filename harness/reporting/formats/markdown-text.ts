/** Pieces of Markdown that hold text of others. */

/** A row of a table, of text of others. */
export function row(...cells: readonly string[]): string {
  return rowOfMarkdown(...cells.map(inline));
}

/** A row of a table, of Markdown of one's own. */
export function rowOfMarkdown(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Text of others on one line, without the marks that would turn it into a link or a tag. */
export function inline(text: string): string {
  return text.replace(/\s+/g, " ").trim().replaceAll("<", "&lt;").replaceAll("](", "]\\(");
}
