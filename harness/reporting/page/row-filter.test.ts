import { describe, expect, it } from "vitest";
import { scenarioCell, scenarioRow } from "../../../test/support/report-page.ts";
import { filterRows } from "./row-filter.ts";

const rows = [
  scenarioRow(
    "a",
    [scenarioCell(), scenarioCell({ client: "msal 1.4.18", standing: "new", rules: ["backoff"] })],
    { title: "Throttled for a minute" },
  ),
  scenarioRow("b", [scenarioCell({ standing: "known", rules: ["retry-after"] })]),
  scenarioRow("c", [], { failed: ["msal-node 7.2.1"] }),
];

const names = (filter: Partial<Parameters<typeof filterRows>[1]>): string[] =>
  filterRows(rows, { text: "", standing: "all", client: "all", ...filter }).map(
    ({ scenario }) => scenario,
  );

describe("the filter of the table of scenarios", () => {
  it("finds every word in name, title or rule", () => {
    expect(names({ text: "THROTTLED minute" })).toEqual(["a"]);
    expect(names({ text: "retry-after" })).toEqual(["b"]);
    expect(names({ text: "minute hour" })).toEqual([]);
  });

  it("combines standing and client", () => {
    expect(names({ standing: "new" })).toEqual(["a"]);
    expect(names({ standing: "new", client: "msal-node 7.2.1" })).toEqual([]);
    expect(names({ standing: "known" })).toEqual(["b"]);
    expect(names({ standing: "pass" })).toEqual(["a"]);
    expect(names({ standing: "not finished" })).toEqual(["c"]);
    expect(names({ client: "msal 1.4.18" })).toEqual(["a"]);
  });
});
