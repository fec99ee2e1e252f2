import { expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import { screenSpansOf } from "./screens.ts";

/** What each screen shows, for how many ms, and whether it was brief. */
function spansOf(
  run: RunBuilder,
): readonly (readonly [shows: string, ms: number, isBrief: boolean])[] {
  return screenSpansOf(run.history()).map(({ event, from, to, isBrief }) => [
    event.shows,
    to - from,
    isBrief,
  ]);
}

it("a screen is visible until the next one of its tab, and brief for less than a second", () => {
  const run = buildRun();
  run.sees("blank");
  run.after(999);
  run.sees("spinner");
  run.sees("error", "tab-2");
  run.after(1_000);
  run.sees("content");
  expect(spansOf(run)).toEqual([
    ["blank", 999, true],
    ["spinner", 1_000, false],
    ["error", 1_000, false],
    // The end of the history replaces nothing.
    ["content", 0, false],
  ]);
});

it("a screen is visible until its tab is closed or the browser ends, and not until other changes", () => {
  const until = (happens: (run: RunBuilder) => void) => {
    const run = buildRun();
    run.sees("error");
    run.after(500);
    happens(run);
    run.after(500);
    run.cleared();
    return spansOf(run)[0];
  };
  expect(until((run) => run.tab("closed"))).toEqual(["error", 500, true]);
  expect(until((run) => run.browserRestarted())).toEqual(["error", 500, true]);
  expect(until((run) => run.browserRestarted("cache", "app-2"))).toEqual(["error", 1_000, false]);
  expect(until((run) => run.tab("closed", "tab-2"))).toEqual(["error", 1_000, false]);
  expect(until((run) => run.tab("reloaded"))).toEqual(["error", 1_000, false]);
  expect(until((run) => run.restarted())).toEqual(["error", 1_000, false]);
});

it("screens of several tabs are in the order in which they appeared", () => {
  const run = buildRun();
  run.sees("blank", "tab-1");
  run.sees("spinner", "tab-2");
  run.tab("closed", "tab-2");
  expect(spansOf(run).map(([shows]) => shows)).toEqual(["blank", "spinner"]);
});
