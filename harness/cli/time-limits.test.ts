import { describe, expect, it } from "vitest";
import { readTimeLimits } from "./time-limits.ts";

describe("limits of real time", () => {
  it("are the usual ones, or as the options say", () => {
    expect(readTimeLimits({})).toEqual({});
    expect(readTimeLimits({ "scenario-timeout": "90s", "time-limit": "1h 30m" })).toEqual({
      runMs: 90_000,
      sessionMs: 5_400_000,
    });
  });

  it.each(["0s", "25d", "soon", "5", "-1m", ""])("are not %j", (text) => {
    for (const option of ["scenario-timeout", "time-limit"])
      expect(() => readTimeLimits({ [option]: text })).toThrow(
        expect.objectContaining({ code: "bad-usage", place: `--${option}` }),
      );
  });
});
