/** The rows of the matrix, and which of them are wanted. */
import type { ReportData, RunData } from "../html/report-data.ts";
import { standingOf } from "./standing.ts";

export interface MatrixRow {
  readonly scenario: string;
  readonly title?: string;
  readonly runs: readonly RunData[];
  /** Clients with which it did not come to its end. */
  readonly failed: readonly string[];
}

/** What is looked for; `all` is no wish. */
export interface Wanted {
  readonly text: string;
  readonly standing: string;
  readonly client: string;
}

/** Scenarios and clients in the order in which they ran; what did not finish has its place, too. */
export function matrixOf({ runs, failures }: Pick<ReportData, "runs" | "failures">): {
  readonly clients: readonly string[];
  readonly rows: readonly MatrixRow[];
} {
  // A run that failed may know no version of its client: then it stands with those of the name.
  const names = [...new Set(runs.map(({ client }) => client))];
  const columnOf = (client: string): string =>
    names.find((name) => name === client || name.startsWith(`${client} `)) ?? client;
  const clients = [...new Set([...names, ...failures.map(({ client }) => columnOf(client))])];
  const scenarios = [...new Set([...runs, ...failures].map(({ scenario }) => scenario))];
  const byScenario = Map.groupBy(runs, ({ scenario }) => scenario);
  return {
    clients,
    rows: scenarios.map((scenario) => {
      const own = byScenario.get(scenario) ?? [];
      const title = own.find((run) => run.title !== undefined)?.title;
      return {
        scenario,
        ...(title === undefined ? {} : { title }),
        runs: own,
        failed: failures
          .filter((failure) => failure.scenario === scenario)
          .map(({ client }) => columnOf(client)),
      };
    }),
  };
}

/** The rows with a run that has everything that is wanted: every word, in name, title or rule. */
export function filterRows(rows: readonly MatrixRow[], wanted: Wanted): readonly MatrixRow[] {
  const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
  const { client, standing } = wanted;
  return rows.filter(({ scenario, title = "", runs, failed }) => {
    const mine = runs.filter((run) => client === "all" || run.client === client);
    const isFailed = failed.some((name) => client === "all" || name === client);
    const isWanted = standing === "all" || mine.some((run) => standingOf(run) === standing);
    if (mine.length === 0 && !isFailed) return false;
    if (!isWanted && !(standing === "not finished" && isFailed)) return false;
    const rules = mine.flatMap((run) => run.findings.map(({ rule }) => rule));
    const text = [scenario, title, ...rules].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
