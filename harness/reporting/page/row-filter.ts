/** Which rows of the table of scenarios the reader wants to see. */
import type { ScenarioRow } from "../model/report-model.ts";

/** What is looked for; `all` stands for everything. */
export interface RowFilter {
  readonly text: string;
  readonly standing: string;
  readonly client: string;
}

/** The rows with a run that matches the whole filter: every word, in name, title or rule. */
export function filterRows(
  rows: readonly ScenarioRow[],
  { text, standing, client }: RowFilter,
): readonly ScenarioRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ scenario, title = "", runs, failed }) => {
    const own = runs.filter((run) => client === "all" || run.client === client);
    const isFailed = failed.some((name) => client === "all" || name === client);
    if (own.length === 0 && !isFailed) return false;
    const matches = standing === "all" || own.some((run) => run.standing === standing);
    if (!matches && !(standing === "not finished" && isFailed)) return false;
    const rules = own.flatMap((run) => run.rules);
    const searched = [scenario, title, ...rules].join(" ").toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}
