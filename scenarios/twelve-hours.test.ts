/** The flow table, row by row, as documented and as simulated, in every edition. */
import { beforeAll, describe, expect, it } from "vitest";
import { editionIds, promiseOf, type RowFlow, rowFlows } from "../harness/entra/backup/edition.ts";
import { judgeByEveryRule } from "../harness/rules/rules.ts";
import { loadClient } from "../harness/clients/registry.ts";
import { flowLines } from "../harness/reporting/formats/flow-lines.ts";
import type { ReportModel } from "../harness/reporting/model/report-model.ts";
import type { JudgedRun } from "../harness/reporting/model/results.ts";
import { runScenario } from "../harness/runner/run.ts";
import { reportOf } from "../test/support/report.ts";
import { twelveHours } from "./twelve-hours.ts";

/** Every row with every client that it is run with, in one edition. */
async function runAll(edition: (typeof editionIds)[number]): Promise<ReportModel> {
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
  return reportOf(runs);
}

describe.each(editionIds)("twelve hours without the primary, in edition %s", (edition) => {
  let model: ReportModel;
  beforeAll(async () => {
    model = await runAll(edition);
  });

  it("has a scenario for every row of the flow table", () => {
    const seen = new Set(model.results.runs.map(({ row }) => row?.flow));
    expect(rowFlows.filter((flow) => !seen.has(flow))).toEqual([]);
  });

  it("gives the documented outcome for each row", () => {
    for (const { scenario, row } of model.results.runs) {
      const { status } = promiseOf(row?.flow as RowFlow, edition);
      const isServed = status === "protected";
      expect([scenario, row?.documented, (row?.byBackup ?? 0) > 0]).toEqual([
        scenario,
        status,
        isServed,
      ]);
      // A token that was renewed early lasts, although the flow is not served.
      const hasLastingToken = scenario === "twelve-hours-daemon";
      expect([scenario, row?.got === row?.asked]).toEqual([scenario, isServed || hasLastingToken]);
    }
  });

  it("is printed without a mismatch", () => {
    const lines = flowLines(model.flows).filter((line) => line.startsWith("| "));
    expect(lines.length).toBe(model.results.runs.length + 2);
    expect(lines.filter((line) => line.includes("**"))).toEqual([]);
  });
});
