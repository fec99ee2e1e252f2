import { describe, expect, it } from "vitest";
import type { Finding } from "../../rules/rules.ts";
import { quarantineLines } from "./quarantine-seen.ts";
import { buildResults } from "./build-results.ts";
import { judgedRun } from "../../../test/support/report.ts";

const entry = {
  scenario: "token-throttled",
  client: "msal-node",
  rule: "backoff",
  reason: "Its cause is unknown.",
};
const build = (verdicts: Readonly<Record<string, Finding["verdict"]>>, quarantine = [entry]) =>
  buildResults([judgedRun(verdicts)], [], { seed: "1", brownout: "0.1.0", quarantine });

describe("what is in quarantine", () => {
  it.each([
    ["failed", { backoff: "fail" }],
    ["held", { backoff: "pass" }],
    // No scenario asserts it: that it is not a finding does not mean that it held.
    ["open", { backoff: "inconclusive" }],
  ] as const)("is shown as what it did: %s", (seen, verdicts) => {
    expect(build(verdicts).quarantine).toEqual([{ ...entry, seen }]);
  });

  it("is open also where a scenario asserts it, and was not run where there was no such run", () => {
    const asserted = { ...entry, rule: "retry-after" };
    expect(build({ "retry-after": "inconclusive" }, [asserted]).quarantine).toEqual([
      { ...asserted, seen: "open" },
    ]);
    const other = { ...entry, client: "msal-node@5" };
    expect(quarantineLines(build({ backoff: "fail" }, [other]))).toEqual([
      "token-throttled, msal-node@5: backoff was not run. Its cause is unknown.",
    ]);
  });

  it("turns nothing red, and is not counted as fixed of the baseline", () => {
    expect(build({ backoff: "fail" }).totals).toMatchObject({ fail: 1, unexpected: 0 });
    const known = { ...entry, client: "msal-node@7", verdict: "fail" as const };
    const held = buildResults([judgedRun({ backoff: "pass" })], [known], {
      seed: "1",
      brownout: "0.1.0",
      quarantine: [entry],
    });
    expect(held.totals.fixed).toBe(0);
  });
});
