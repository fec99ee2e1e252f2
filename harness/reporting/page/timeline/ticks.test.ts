import { expect, it } from "vitest";
import { ticksOf } from "./ticks.ts";

it.each([
  [0, 12 * 3_600_000, 960, ["+0s", "+2h", "+4h"]],
  [0, 300_000, 960, ["+0s", "+30s", "+1m"]],
  [61_000, 61_040, 500, ["+1m 1s", "+1m 1.01s", "+1m 1.02s"]],
])("counts in steps that people count in: %d to %d", (from, to, widthPx, first) => {
  const ticks = ticksOf({ from, to }, widthPx);
  expect(ticks.slice(0, 3).map(({ label }) => label)).toEqual(first);
  expect(ticks.length).toBeLessThanOrEqual(widthPx / 96 + 1);
});

it("has an answer for a year, too", () => {
  expect(ticksOf({ from: 0, to: 365 * 86_400_000 }, 300).length).toBeLessThanOrEqual(4);
});
