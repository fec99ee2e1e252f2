/** What should be done about entries of the baseline and the quarantine. */
import { describe, expect, it } from "vitest";
import { judgedRun, reportOf } from "../../../test/support/report.ts";
import type { BaselineEntry } from "./baseline.ts";
import type { ProjectEntries } from "./entry-notes.ts";

const entry: BaselineEntry = {
  scenario: "token-throttled",
  client: "msal-node@7",
  rule: "retry-after",
  verdict: "fail",
  reason: "It is so.",
};
const failing = [judgedRun({ "retry-after": "fail" })];

function notesOf(entries: Partial<ProjectEntries>, runs = failing) {
  const none = { quarantine: [], withoutReason: [], mayExist: () => false, today: "2026-11-30" };
  const all = { ...none, baseline: [], ...entries };
  return reportOf(runs, { entries: all, baseline: all.baseline }).entryNotes;
}

describe("an entry is stale", () => {
  it.each<[string, Partial<BaselineEntry>, typeof failing, RegExp]>([
    ["whose scenario does not exist", { scenario: "old" }, failing, /there is no scenario/],
    [
      "of a version that did not run",
      { client: "msal-node@6" },
      failing,
      /it ran with msal-node 7/,
    ],
    [
      "whose rule had nothing to judge",
      { rule: "backoff" },
      [judgedRun({ backoff: "inconclusive" })],
      /had nothing to judge/,
    ],
    ["whose rule says something else", { message: "Old." }, failing, /something else now/],
    ["whose rule has another verdict", { verdict: "inconclusive" }, failing, /says fail now/],
  ])("%s", (_, change, runs, why) => {
    expect(notesOf({ baseline: [{ ...entry, ...change }] }, runs).stale).toEqual([
      expect.stringMatching(why),
    ]);
  });

  it("also in the quarantine", () => {
    const { scenario, client, rule, reason } = { ...entry, scenario: "old" };
    expect(notesOf({ quarantine: [{ scenario, client, rule, reason }] }).stale).toEqual([
      "old, msal-node@7: retry-after, in the quarantine: there is no scenario of that name.",
    ]);
  });

  it.each<[string, Partial<ProjectEntries>]>([
    ["when its finding is there", { baseline: [entry] }],
    [
      "when its scenario may exist and did not run",
      {
        baseline: [{ ...entry, scenario: "other" }],
        mayExist: () => true,
      },
    ],
    ["when another client was chosen", { baseline: [{ ...entry, client: "orders" }] }],
  ])("but not %s", (_, entries) => {
    expect(notesOf(entries).stale).toEqual([]);
  });

  it("but not when it is fixed, which is reported as such", () => {
    expect(notesOf({ baseline: [entry] }, [judgedRun({ "retry-after": "pass" })]).stale).toEqual(
      [],
    );
  });
});

describe("an entry is overdue", () => {
  const due = {
    ...entry,
    due: "2026-11-29",
    owner: "identity team",
    link: "https://ci.example/12",
  };

  it("from the day after its due day on, and says who and where", () => {
    expect(notesOf({ baseline: [due] }).overdue).toEqual([
      "token-throttled, msal-node@7: retry-after, in the baseline: due 2026-11-29 (identity team). It is so. https://ci.example/12",
    ]);
    expect(notesOf({ baseline: [due], today: "2026-11-29" }).overdue).toEqual([]);
  });
});
