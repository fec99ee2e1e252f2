/** The table of scenarios by clients: where each run stands. */
import type { RunReport, ScenarioTable } from "./report-model.ts";
import type { FailedRun } from "./results.ts";
import { given, referenceTo } from "./run-report.ts";
import { standings } from "./standing.ts";

/** Scenarios and clients in the order in which they ran; what did not finish has its place, too. */
export function scenarioTable(
  runs: readonly RunReport[],
  failures: readonly FailedRun[],
): ScenarioTable {
  // A run that failed may not know the version of its client: then it stands in the first column of that name.
  const names = [...new Set(runs.map(({ client }) => client))];
  const columnOf = (client: string): string =>
    names.find((name) => name === client || name.startsWith(`${client} `)) ?? client;
  const clients = [...new Set([...names, ...failures.map(({ client }) => columnOf(client))])];
  const scenarios = [...new Set([...runs, ...failures].map(({ scenario }) => scenario))];
  const byScenario = Map.groupBy(runs, ({ scenario }) => scenario);
  return {
    clients: clients.map((client) => ({ client, counts: countsOf(runs, client) })),
    rows: scenarios.map((scenario) => {
      const own = byScenario.get(scenario) ?? [];
      return {
        scenario,
        ...given("title", own.find((run) => run.title !== undefined)?.title),
        runs: own.map((run) => ({
          ...referenceTo(run),
          mount: run.mount,
          standing: run.standing,
          rules: run.findings.map(({ rule }) => rule),
        })),
        failed: failures
          .filter((failure) => failure.scenario === scenario)
          .map(({ client }) => columnOf(client)),
      };
    }),
  };
}

/** `87 pass, 3 known`, the best first. */
function countsOf(runs: readonly RunReport[], client: string): string {
  const own = runs.filter((run) => run.client === client);
  return standings
    .toReversed()
    .map((standing) => ({ standing, count: own.filter((one) => one.standing === standing).length }))
    .filter(({ count }) => count > 0)
    .map(({ standing, count }) => `${count} ${standing}`)
    .join(", ");
}
