import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration } from "./duration.ts";
import { parseDuration } from "./parse-duration.ts";

describe("a duration in words", () => {
  it.each([
    ["90s", 90_000],
    ["2h", 7_200_000],
    ["1h 30m", 5_400_000],
    [" 3d ", 259_200_000],
    ["250ms", 250],
    ["1.5h", 5_400_000],
    ["0s", 0],
    [1_234, 1_234],
  ])("%j is %d ms", (text, ms) => {
    expect(parseDuration(text, "advance")).toBe(ms);
  });

  it.each([
    ["", "expected a duration, got an empty text"],
    ["90", '"90" in "90" has no unit'],
    ["2 h", '"2" in "2 h" has no unit'],
    ["2hours", '"hours" in "2hours" is not a unit'],
    ["2H", '"H" in "2H" is not a unit'],
    ["-5m", '"-5m" in "-5m" is not a number with a unit'],
    ["30m 1h", '"30m 1h" has a larger unit after a smaller one'],
    ["1h 1h", '"1h 1h" has the unit h twice'],
    ["0.0001s", '"0.0001s" is not a whole number of milliseconds'],
    [-1, "-1 is not a whole number of milliseconds from 0 on"],
    [Number.NaN, "NaN is not a whole number of milliseconds from 0 on"],
    [Infinity, "Infinity is not a whole number of milliseconds from 0 on"],
    [undefined as never, "expected a duration, got nothing"],
  ])("%j is refused by name, with what to write", (text, message) => {
    expect(() => parseDuration(text, "advance")).toThrow(
      expect.objectContaining({
        code: "bad-usage",
        message,
        place: "advance",
        hint: expect.stringMatching(/^Write "90s"/),
      }),
    );
  });

  it("reads what formatDuration writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * 86_400_000 }), (ms) => {
        expect(parseDuration(formatDuration(ms), "")).toBe(ms);
      }),
      { seed: 7 },
    );
  });
});
