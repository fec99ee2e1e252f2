import { expect, it } from "vitest";
import { buildRun } from "../../../test/support/run-builder.ts";
import { densestWindow } from "./densest-window.ts";
import { exchangesOf } from "./exchanges.ts";

/** The seconds at which the requests of the densest ten seconds began, of requests at these seconds. */
function densestOf(...seconds: readonly number[]): readonly number[] {
  const run = buildRun();
  const startedAt = run.history().header.startedAt;
  for (const [position, second] of seconds.entries()) {
    run.after((second - (seconds[position - 1] ?? 0)) * 1_000);
    run.exchange();
  }
  const found = densestWindow(exchangesOf(run.history()), 10_000);
  return found.map(({ began }) => (began.at - startedAt) / 1_000);
}

it("the densest window has the most requests that began within less than its length", () => {
  expect(densestOf()).toEqual([]);
  expect(densestOf(3)).toEqual([3]);
  expect(densestOf(0, 4, 9, 30)).toEqual([0, 4, 9]);
  expect(densestOf(0, 30, 34, 39, 60)).toEqual([30, 34, 39]);
  // The last of them is as far away as the window is long.
  expect(densestOf(0, 4, 10)).toEqual([0, 4]);
});

it("the densest window is the first of several that are as dense", () => {
  expect(densestOf(0, 5, 20, 25)).toEqual([0, 5]);
});
