import { expect, it } from "vitest";
import { heldGroups, knownGroups } from "./groups.ts";
import { standingOf } from "./standing.ts";
import { findingData, runData } from "../../../test/support/report-page.ts";

const known = (rule: string, reason: string) => findingData(rule, { baseline: "known", reason });
const runs = [
  runData({ scenario: "a", findings: [known("backoff", "Why."), known("screen", "So.")] }),
  runData({ scenario: "b", findings: [known("backoff", "Why."), findingData("recovery")] }),
  runData({ scenario: "c", client: "msal 1.4.18", held: ["backoff"] }),
];

it("tells one reason of one client once, with every place", () => {
  const groups = knownGroups({ runs }).map(({ reason, count, rules }) => [
    reason,
    count,
    rules.map(({ rule, runs: seen }) => `${rule}: ${seen.map(({ scenario }) => scenario).join()}`),
  ]);
  expect(groups).toEqual([
    ["Why.", 2, ["backoff: a,b"]],
    ["So.", 1, ["screen: a"]],
  ]);
});

it("tells what held by client", () => {
  expect(heldGroups({ runs }).map(({ client, rules }) => [client, rules.length])).toEqual([
    ["msal 1.4.18", 1],
  ]);
});

it.each([
  [[], "pass"],
  [[known("backoff", "Why.")], "known"],
  [[known("backoff", "Why."), findingData("recovery")], "new"],
  [[findingData("recovery", { verdict: "inconclusive" })], "open"],
  [[findingData("recovery", { quarantined: true })], "quarantined"],
] as const)("%# stands as %s", (findings, standing) => {
  expect(standingOf({ findings })).toBe(standing);
});
