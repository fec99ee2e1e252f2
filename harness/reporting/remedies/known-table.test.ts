/** The table of all known findings. */
import { expect, it } from "vitest";
import { knownLines, knownTable } from "./known-table.ts";
import { type RemediesOfRun, type Tried, triedOf } from "./remedies-report.ts";
import type { Figures, Trial } from "./trial.ts";

const figures: Figures = {
  withoutTokenMs: 600_000,
  promptsCaused: 0,
  callsWithheld: 0,
  callsFailed: 10,
  requests: 20,
  requestsIn: { before: 5, during: 10, after: 5 },
  prompts: 0,
  longestCallMs: 0,
  longestCallAtMs: 0,
  fromBackup: 0,
};

function trial(
  use: { readonly remedy: Trial["uses"][number]["remedy"]; readonly acts: number } | undefined,
  failing: readonly string[],
  other: Partial<Figures> = {},
): Trial {
  return {
    remedies: use === undefined ? [] : [use.remedy],
    uses: use === undefined ? [] : [{ ...use, calls: use.acts }],
    figures: { ...figures, ...other },
    failing: failing.map((rule) => ({ rule, message: `${rule} is broken | at 5m.` })),
    passing: [],
    journal: "x.jsonl",
  };
}

const before = trial(undefined, ["backoff", "availability"]);
const run: RemediesOfRun = {
  scenario: "server-error-html",
  client: { name: "msal-node", version: "7.2.1" },
  mount: "direct",
  before,
  alone: [
    triedOf(before, trial({ remedy: "jittered-backoff", acts: 3 }, ["availability", "recovery"])),
    // Its figures are better by chance.
    triedOf(before, trial({ remedy: "single-flight", acts: 0 }, [], { withoutTokenMs: 0 })),
    { kind: "failed", remedies: ["bounded-wait"], message: "it never ended" } satisfies Tried,
  ],
  together: triedOf(
    before,
    trial({ remedy: "last-good-token", acts: 1 }, [], { withoutTokenMs: 0, callsFailed: 0 }),
  ),
};

const findings = [
  { scenario: "server-error-html", client: "msal-node@7", rule: "backoff" },
  { scenario: "server-error-html", client: "msal-node@7", rule: "availability" },
  { scenario: "server-error-html", client: "msal-node@7", rule: "retry-storm" },
  { scenario: "server-error-html", client: "msal-node@6", rule: "backoff" },
];

it("has a row for each finding, with what fixes it, and what that makes worse", () => {
  const table = knownTable(findings, [run], () => "no such run can be played here");
  expect(table.rows).toEqual([
    {
      ...findings[0],
      fixedBy: ["jittered-backoff"],
      fixedTogether: true,
      withoutTokenMs: { before: 600_000, together: 0 },
      worse: { "jittered-backoff": ["recovery fails now: recovery is broken | at 5m."] },
    },
    {
      ...findings[1],
      fixedBy: [],
      fixedTogether: true,
      withoutTokenMs: { before: 600_000, together: 0 },
      worse: {},
    },
  ]);
  expect(table.remedies).toEqual([
    { remedy: "jittered-backoff", fixes: 1, acted: 1, worse: 1, notCalled: 0 },
    { remedy: "single-flight", fixes: 0, acted: 0, worse: 0, notCalled: 1 },
    { remedy: "bounded-wait", fixes: 0, acted: 0, worse: 0, notCalled: 0 },
  ]);
  expect(table.unplayed).toEqual([
    { ...findings[2], why: "the rule does not fail in the run" },
    { ...findings[3], why: "no such run can be played here" },
  ]);
});

it("is a table of Markdown, in which no message breaks a row", () => {
  const lines = knownLines(knownTable(findings, [run], () => "no such run can be played here"));
  expect(lines[0]).toBe(
    "Of 2 known findings, 1 is fixed by a remedy alone, and 2 by all together.",
  );
  expect(lines).toContain(
    "| server-error-html | msal-node@7 | backoff | jittered-backoff (worse: recovery fails) | fixed | 10m → none |",
  );
  expect(lines).toContain(
    "- no such run can be played here: server-error-html (msal-node@6, backoff).",
  );
});
