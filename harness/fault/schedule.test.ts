import { describe, expect, it } from "vitest";
import { createFaultSchedule } from "./schedule.ts";
import { aWindow, STARTED_AT } from "./testing.ts";

describe("the schedule of a plan", () => {
  it("lists begins and ends in time, ends first, and clears once after the last end", () => {
    const plan = [
      aWindow({ kind: "reset" }, { id: "late", from: 100, for: 100 }),
      aWindow({ kind: "reset" }, { id: "early", from: 0, for: 100 }),
      aWindow({ kind: "reset" }, { id: "twin", from: 100, for: 100 }),
    ];
    const { instants, lastFaultEndsAt } = createFaultSchedule({ plan, startedAt: STARTED_AT });
    const told = instants.map((instant) =>
      [
        instant.at - STARTED_AT,
        instant.kind,
        ...(instant.kind === "cleared" ? [] : [instant.window.id]),
      ].join(" "),
    );
    expect(told).toEqual([
      "0 began early",
      "100 ended early",
      "100 began late",
      "100 began twin",
      "200 ended late",
      "200 ended twin",
      "200 cleared",
    ]);
    expect(lastFaultEndsAt).toBe(STARTED_AT + 200);
  });

  it("has nothing to tell of a plan that never breaks anything", () => {
    const never = [aWindow({ kind: "reset" }, { for: 0 })];
    for (const plan of [[], never]) {
      expect(createFaultSchedule({ plan, startedAt: STARTED_AT })).toEqual({ instants: [] });
    }
  });
});
