/** What a scenario does on purpose is expected by the scenario: the baseline has faults of clients only. */
import { describe, expect, it } from "vitest";
import { baseline } from "../test/support/library-baseline.ts";
import { library } from "./library.ts";

describe("the baseline of the library", () => {
  it("has no finding that its scenario expects", () => {
    const expecting = library.filter(({ expects = [] }) => expects.length > 0);
    expect(expecting.length).toBeGreaterThan(5);
    const both = baseline.filter(({ scenario, rule }) =>
      expecting.some(
        ({ name, expects = [] }) =>
          name === scenario && expects.some((one) => one.rule === rule && one.saying === undefined),
      ),
    );
    expect(both).toEqual([]);
  });

  it("excuses no finding as the doing of its scenario", () => {
    expect(baseline.length).toBeGreaterThan(20);
    expect(baseline.filter(({ reason }) => /on purpose|not MSAL's/i.test(reason))).toEqual([]);
  });
});
