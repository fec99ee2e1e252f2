import { describe, expect, it } from "vitest";
import type { FailedRun } from "../model/results.ts";
import { filterRows, matrixOf } from "./matrix-rows.ts";
import { findingData, runData } from "../../../test/support/report-page.ts";

const failed: FailedRun = {
  scenario: "c",
  client: "msal-node",
  mount: "https",
  code: "stuck",
  message: "it is stuck",
};

const report = {
  runs: [
    runData({ scenario: "a", title: "Throttled for a minute" }),
    runData({ scenario: "a", client: "msal 1.4.18", findings: [findingData("backoff")] }),
    runData({
      scenario: "b",
      findings: [findingData("retry-after", { baseline: "known" })],
    }),
  ],
  failures: [failed],
};

const { clients, rows } = matrixOf(report);
const names = (wanted: Partial<Parameters<typeof filterRows>[1]>): string[] =>
  filterRows(rows, { text: "", standing: "all", client: "all", ...wanted }).map(
    ({ scenario }) => scenario,
  );

describe("the matrix", () => {
  it("has every scenario and client, and a place for what did not finish", () => {
    expect(clients).toEqual(["msal-node 7.2.1", "msal 1.4.18"]);
    expect(rows.map(({ scenario, runs }) => [scenario, runs.length])).toEqual([
      ["a", 2],
      ["b", 1],
      ["c", 0],
    ]);
    expect(rows[2]?.failed).toEqual(["msal-node 7.2.1"]);
  });

  it("finds every word in name, title or rule", () => {
    expect(names({ text: "THROTTLED minute" })).toEqual(["a"]);
    expect(names({ text: "retry-after" })).toEqual(["b"]);
    expect(names({ text: "minute hour" })).toEqual([]);
  });

  it("goes by standing and client together", () => {
    expect(names({ standing: "new" })).toEqual(["a"]);
    expect(names({ standing: "new", client: "msal-node 7.2.1" })).toEqual([]);
    expect(names({ standing: "known" })).toEqual(["b"]);
    expect(names({ standing: "pass" })).toEqual(["a"]);
    expect(names({ standing: "not finished" })).toEqual(["c"]);
    expect(names({ client: "msal 1.4.18" })).toEqual(["a"]);
  });
});
