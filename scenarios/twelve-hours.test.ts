/** The flow table as the documents have it, and as it comes out: row by row, in every edition. */
import { beforeAll, describe, expect, it } from "vitest";
import { editionIds, promiseOf, type RowFlow, rowFlows } from "../harness/entra/backup/edition.ts";
import { judgeByEveryRule } from "../harness/rules/rules.ts";
import { loadClient } from "../harness/clients/registry.ts";
import { flowTable } from "../harness/reporting/flow-table.ts";
import { buildResults, type JudgedRun, type Results } from "../harness/reporting/results.ts";
import { runScenario } from "../harness/runner/run.ts";
import { twelveHours } from "./twelve-hours.ts";

/** Every row with every client that it is run with, by one edition. */
async function runAll(edition: (typeof editionIds)[number]): Promise<Results> {
  const runs: JudgedRun[] = [];
  for (const scenario of twelveHours) {
    for (const named of scenario.clients ?? [undefined]) {
      const client = await loadClient(typeof named === "string" ? named : named?.name, scenario);
      const settings = { ...scenario.settings, backup: edition };
      const { history, simulatedMs } = await runScenario(
        { ...scenario, settings },
        { client, mount: "direct", seed: "1" },
      );
      runs.push({ history, simulatedMs, findings: judgeByEveryRule(history) });
    }
  }
  return buildResults(runs, [], { seed: "1", brownout: "test" });
}

describe.each(editionIds)("twelve hours without the primary, by the text of %s", (edition) => {
  let results: Results;
  beforeAll(async () => {
    results = await runAll(edition);
  });

  it("has every row of the table", () => {
    const seen = new Set(results.runs.map(({ row }) => row?.flow));
    expect(rowFlows.filter((flow) => !seen.has(flow))).toEqual([]);
  });

  it("comes out as documented, row by row", () => {
    for (const { scenario, row } of results.runs) {
      const { status } = promiseOf(row?.flow as RowFlow, edition);
      const isServed = status === "protected";
      expect([scenario, row?.documented, (row?.byBackup ?? 0) > 0]).toEqual([
        scenario,
        status,
        isServed,
      ]);
      expect([scenario, row?.got === row?.asked]).toEqual([scenario, isServed]);
    }
  });

  it("is printed without a mismatch", () => {
    const lines = flowTable(results).filter((line) => line.startsWith("| "));
    expect(lines.length).toBe(results.runs.length + 2);
    expect(lines.filter((line) => line.includes("**"))).toEqual([]);
  });
});
