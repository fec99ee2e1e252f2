import { describe, expect, it } from "vitest";
import { buildRun } from "../../../test/support/run-builder.ts";
import { faultSpansOf, lastFaultsCleared, outageSpansOf, totalOutagesAt } from "./fault-windows.ts";

describe("the fault windows of a history", () => {
  it("merge overlapping faults, up to the end of the history when one never ends", () => {
    const run = buildRun();
    const endFirst = run.fault({ id: "first" });
    run.at("00:01:00");
    const endSecond = run.fault({ id: "second" });
    run.at("00:02:00");
    endFirst();
    run.at("00:03:00");
    endSecond();
    run.cleared();
    const { startedAt } = run.history().header;
    expect(outageSpansOf(run.history())).toEqual([{ from: startedAt, to: startedAt + 180_000 }]);
    expect(lastFaultsCleared(run.history())?.index).toBe(4);
    run.at("00:05:00");
    run.fault({ id: "third" });
    run.at("00:06:00");
    run.exchange();
    expect(outageSpansOf(run.history())[1]).toEqual({
      from: startedAt + 300_000,
      to: startedAt + 360_000,
    });
    expect(faultSpansOf(run.history()).at(-1)).not.toHaveProperty("endedAt");
    expect(lastFaultsCleared(run.history())).toBeUndefined();
  });
});

describe("an outage for everyone", () => {
  it.each([
    [{}, 1],
    [{ preflights: "take" }, 1],
    [{ preflights: "only" }, 0],
    [{ first: 1 }, 0],
  ] as const)("is a window with %o: %i", (changes, count) => {
    const run = buildRun();
    run.fault({ id: "window", ...changes });
    const history = run.history();
    expect(totalOutagesAt(history, history.header.startedAt)).toHaveLength(count);
  });
});
