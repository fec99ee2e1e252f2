import { describe, expect, it } from "vitest";
import { buildRun } from "../../../test/support/run-builder.ts";
import {
  faultSpansOf,
  isTotalOutage,
  lastFaultsCleared,
  outageSpansOf,
  tokenFaultIdsOf,
  tokenFaultsAt,
  totalOutagesAt,
} from "./fault-windows.ts";

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
    [{ after: 1 }, 0],
    [{ chance: 0.5 }, 0],
    [{ ramp: { from: 0, to: 1 } }, 0],
    [{ where: { user: "ada" } }, 0],
    [{ on: ["keys"] }, 0],
    [{ at: "backup" }, 0],
  ] as const)("is a window with %o: %i", (changes, count) => {
    const run = buildRun();
    run.fault({ id: "window", ...changes });
    const history = run.history();
    expect(totalOutagesAt(history, history.header.startedAt)).toHaveLength(count);
    const [span] = faultSpansOf(history);
    expect(span && isTotalOutage(span.window)).toBe(count === 1);
  });
});

it("a fault window is open from its first moment until the one at which it ends", () => {
  const run = buildRun();
  run.at("00:01:00");
  const end = run.fault({ id: "window" });
  run.at("00:02:00");
  end();
  const history = run.history();
  const openAt = (seconds: number): number =>
    tokenFaultsAt(history, history.header.startedAt + seconds * 1_000).length;
  expect([59, 60, 119, 120].map(openAt)).toEqual([0, 1, 1, 0]);
});

it("fault windows that follow one another at once are one outage", () => {
  const run = buildRun();
  for (const id of ["first", "second"]) {
    const end = run.fault({ id });
    run.after(60_000);
    end();
  }
  expect(outageSpansOf(run.history())).toHaveLength(1);
});

it("the faults of the token endpoint are those that requests for tokens meet", () => {
  const run = buildRun();
  run.fault({ id: "token" });
  run.fault({ id: "all", on: "all" });
  run.fault({ id: "keys", on: ["keys"] });
  expect(tokenFaultIdsOf(run.history())).toEqual(new Set(["token", "all"]));
});
