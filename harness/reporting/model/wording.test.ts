import { describe, expect, it } from "vitest";
import { count, namesWithin } from "./wording.ts";

const scenarios = ["first-outage", "second-outage", "third-outage"];

describe("a list of names", () => {
  it.each([
    [41, "first-outage, second-outage, third-outage"],
    [40, "first-outage, second-outage and 1 more"],
    [30, "first-outage and 2 more"],
    [3, "first-outage and 2 more"],
  ])("within %i characters is cut with a count, and always has a name", (widthMax, text) => {
    expect(namesWithin(scenarios, widthMax)).toBe(text);
  });
});

it("counts one and many", () => {
  expect([count(1, "run"), count(0, "run"), count(2, "run")]).toEqual([
    "1 run",
    "0 runs",
    "2 runs",
  ]);
});
