/** What the table of flows says of rows that came out as documented, and of those that did not. */
import { describe, expect, it } from "vitest";
import type { FlowOutcome } from "../../rules/model/flow-outcome.ts";
import { flowLines } from "../formats/flow-lines.ts";
import { flowTable } from "./flow-table.ts";
import { nativeRefreshRow } from "../../../test/support/flow-row.ts";

const served: FlowOutcome = {
  ...nativeRefreshRow,
  asked: 24,
  got: 24,
  could: 24,
  byBackup: 10,
};

const run = { id: "a--msal-node", scenario: "a", client: "msal-node 7.2.1" };

function linesOf(...outcomes: readonly FlowOutcome[]): readonly string[] {
  return flowLines(flowTable(outcomes.map((row) => ({ run, row }))));
}

function cells(outcome: FlowOutcome): readonly string[] {
  const line = linesOf(outcome).find((text) => text.includes(outcome.as)) ?? "";
  return line.split("|").map((cell) => cell.trim());
}

describe("the table of flows", () => {
  it("says what was got and what could have been", () => {
    const row = cells({ ...served, documented: "not", byBackup: 0, got: 1, could: 2 });
    expect(row.slice(4, 8)).toEqual([
      "not protected",
      "not served",
      "1 of 24 (4.2 %)",
      "2 of 24 (8.3 %)",
    ]);
  });

  it.each([
    [served, "served"],
    [{ ...served, got: 23 }, "**served in part**"],
    [{ ...served, got: 3, byBackup: 0 }, "**not served**"],
    [{ ...served, documented: "not" }, "**served**"],
    [{ ...served, documented: "never", byBackup: 0 }, "not served"],
  ] as const)("marks what is not as documented", (outcome, seen) => {
    expect(cells(outcome)[5]).toBe(seen);
  });

  it("never rounds a loss away", () => {
    const row = cells({ ...served, asked: 10_000, got: 9_999, could: 1, documented: "not" });
    expect(row.slice(6, 8)).toEqual(["9999 of 10000 (99.9 %)", "1 of 10000 (0.1 %)"]);
  });

  it("names its editions and sources once", () => {
    const text = linesOf(served, served).join("\n");
    expect(text.match(/as the text of 2026-03 has it/g)).toHaveLength(1);
    expect(text.match(/https:\/\/learn\.microsoft\.com\//g)).toHaveLength(1);
  });

  it("is not there when no run stands for a row", () => {
    expect(flowTable([])).toBeUndefined();
    expect(flowLines(undefined)).toEqual([]);
  });
});
