import { expect, it } from "vitest";
import { costLine, costText } from "./cost-text.ts";
import { buildResults } from "./build-results.ts";
import { judgedRun } from "../../../test/support/report.ts";

const free = { withoutTokenMs: 0, promptsCaused: 0, callsWithheld: 0, slaBudgetShare: 0 };

it.each([
  [{}, undefined],
  [
    { withoutTokenMs: 100, slaBudgetShare: 0 },
    "0.1s without a token (less than 1 % of what 99.99 % allows a month)",
  ],
  [
    { withoutTokenMs: 129_600, slaBudgetShare: 0.5 },
    "2m 9.6s without a token (50 % of what 99.99 % allows a month)",
  ],
  [
    { withoutTokenMs: 600_000, slaBudgetShare: 2.315 },
    "10m without a token (2.3 times what 99.99 % allows a month)",
  ],
  [
    { withoutTokenMs: 43_200_000, slaBudgetShare: 166.667 },
    "12h without a token (167 times what 99.99 % allows a month)",
  ],
  [
    { promptsCaused: 1, callsWithheld: 2 },
    "1 sign-in caused, 2 calls refused although there was a valid token",
  ],
])("%o costs %s", (cost, said) => {
  expect(costText({ ...free, ...cost })).toBe(said);
});

it.each([
  [0.009, "(less than 1 % of "],
  [0.01, "(1 % of "],
  [1, "(100 % of "],
  [1.04, "(1.0 times "],
  [10, "(10 times "],
])("a share of %d is written as %s", (slaBudgetShare, said) => {
  expect(costText({ ...free, withoutTokenMs: 1, slaBudgetShare })).toContain(said);
});

it("names the run that cost most, of several", () => {
  const session = { seed: "1", brownout: "0.1.0" };
  const one = judgedRun({});
  const again = judgedRun({}, { scenario: "longer" });
  const end = { ...again.history.events.at(-1), at: again.history.header.startedAt + 120_000 };
  const longer = {
    ...again,
    history: { ...again.history, events: [...again.history.events.slice(0, -1), end] },
  } as typeof again;
  expect(costLine(buildResults([one], [], session))).toBe(
    "Cost: 1m 1.05s without a token (24 % of what 99.99 % allows a month).",
  );
  expect(costLine(buildResults([one, longer], [], session))).toBe(
    "The highest cost of a run: 2m without a token (46 % of what 99.99 % allows a month) in longer, msal-node.",
  );
});
