/** Versions that play the same scenarios, compared by the verdicts of rules. */
import { describe, expect, it } from "vitest";
import type { Verdict } from "../../rules/rule.ts";
import {
  buildMatrix,
  isChance,
  toPlayAgain,
  type PlayedVersion,
  writeMatrix,
} from "./version-matrix.ts";
import { matrixLines, matrixPage } from "./matrix-text.ts";
import type { VersionResult } from "./version-result.ts";

const verdicts = { p: "pass", f: "fail", i: "inconclusive" } as const;

/** A result of a scenario: for each rule `p`, `f` or `i`, in capitals where the scenario asserts it. */
function played(
  scenario: string,
  says: Readonly<Record<string, string>>,
  felt: {
    readonly failed?: number;
    readonly prompts?: number;
    readonly withoutTokenMs?: number;
  } = {},
): VersionResult {
  const rules = Object.entries(says).map(([rule, letter]) => {
    const verdict = verdicts[letter.toLowerCase() as keyof typeof verdicts];
    const asserted = letter === letter.toLowerCase() ? {} : { asserted: true as const };
    return { rule, verdict, message: `${rule} says ${verdict} of ${scenario}.`, ...asserted };
  });
  const { failed = 0, prompts = 0, withoutTokenMs = 0 } = felt;
  const operations = { ok: 10 - failed, fail: failed, unknown: 0 };
  const cost = { withoutTokenMs, promptsCaused: prompts, callsWithheld: 0, slaBudgetShare: 0 };
  const failing = rules.some(({ verdict }) => verdict === "fail");
  const verdict: Verdict = failing ? "fail" : "pass";
  return {
    scenario,
    result: {
      scenario,
      client: { name: "msal-node", version: "" },
      mount: "https",
      verdict,
      expected: false,
      operations,
      requests: { primary: 0, backup: 0, refused: 0 },
      simulatedMs: 0,
      findings: [],
      cost,
    },
    verdicts: rules,
    kinds: rules
      .filter(({ verdict: one }) => one === "fail")
      .map(({ rule }) => ({ rule, kind: rule })),
    felt: { operations, cost },
    journal: `${scenario}.jsonl`,
  };
}

function part(version: string, ...runs: readonly VersionResult[]): PlayedVersion {
  return { client: "msal-node", version, results: runs, skipped: [], failures: [] };
}

const build = (parts: readonly PlayedVersion[], again: readonly PlayedVersion[] = []) =>
  buildMatrix(parts, again, { brownout: "0", seed: "1", again: "2" });

/** Each change in short. */
const changesOf = (...args: Parameters<typeof build>) =>
  build(...args).steps.map(
    ({ rule, direction, from, to, changes }) =>
      `${rule} ${direction} ${from} ${to}: ${changes.map(({ scenario }) => scenario).join(" ")}`,
  );

describe("what changed", () => {
  it.each([
    ["f", "p", ["rule better 1 2: a"]],
    ["p", "f", ["rule worse 1 2: a"]],
    ["i", "f", ["rule appeared 1 2: a"]],
    ["f", "i", ["rule gone 1 2: a"]],
    ["I", "P", ["rule seen 1 2: a"]],
    ["P", "I", ["rule unseen 1 2: a"]],
    ["i", "p", []],
    ["p", "i", []],
    ["f", "f", []],
    ["P", "P", []],
  ] as const)("from %s to %s", (before, after, changes) => {
    expect(
      changesOf([
        part("1", played("a", { rule: before })),
        part("2", played("a", { rule: after })),
      ]),
    ).toEqual(changes);
  });

  it("names the first version in which it was so, each time it changed, with all scenarios together", () => {
    const runs = ["pp", "pp", "fp", "ff", "pf"].map((letters, index) =>
      part(
        String(index + 1),
        ...["a", "b"].map((scenario, place) => played(scenario, { rule: letters[place] ?? "" })),
      ),
    );
    expect(changesOf(runs)).toEqual([
      "rule worse 2 3: a",
      "rule worse 3 4: b",
      "rule better 4 5: a",
    ]);
    expect(
      changesOf([
        part("1", played("a", { rule: "p" }), played("b", { rule: "p" })),
        part("2", played("a", { rule: "f" }), played("b", { rule: "f" })),
      ]),
    ).toEqual(["rule worse 1 2: a b"]);
  });

  it("is compared with the last version that played the scenario", () => {
    const runs = [
      part("1", played("a", { rule: "p" })),
      part("2"),
      part("3", played("a", { rule: "f" }), played("b", { rule: "f" })),
    ];
    expect(changesOf(runs)).toEqual(["rule worse 1 3: a"]);
  });

  it("shows both sides, and what people noticed", () => {
    const matrix = build([
      part("1", played("a", { rule: "p" }, { failed: 1, withoutTokenMs: 60_000 }), played("b", {})),
      part("2", played("a", { rule: "f" }, { failed: 4, prompts: 2, withoutTokenMs: 3_600_000 })),
    ]);
    expect(matrix.steps[0]?.changes[0]).toMatchObject({
      before: {
        version: "1",
        verdict: "pass",
        message: "rule says pass of a.",
        journal: "a.jsonl",
      },
      after: {
        version: "2",
        verdict: "fail",
        felt: { cost: { promptsCaused: 2 }, operations: { fail: 4 } },
      },
    });
    expect(matrix.clients[0]?.upgrades).toMatchObject([
      {
        from: "1",
        to: "2",
        shared: 1,
        before: { operations: { ok: 9, fail: 1 }, cost: { withoutTokenMs: 60_000 } },
        after: {
          operations: { ok: 6, fail: 4 },
          cost: { withoutTokenMs: 3_600_000, promptsCaused: 2 },
        },
        changes: [{ scenario: "a" }],
      },
    ]);
    const page = matrixPage(matrix);
    expect(page).toContain("# Versions compared: 1 verdict changed, 1 worse, 0 better");
    expect(page).toContain("| msal-node 1 → 2 | rule (1) |  |  | 1 → 4 | 1m → 1h |");
    expect(page).toContain("- 1: rule says pass of a. ([journal](a.jsonl))");
    expect(page).toContain("`brownout bisect a --rule rule msal-node@1..2`");
    expect(page).toContain(
      "- a: calls failed 1 → 4 of 10, sign-ins caused 0 → 2, without a token 1m → 1h",
    );
    expect(matrixLines(matrix)).toContain(
      "msal-node 1 → 2: calls failed 1 → 4, without a token 1m → 1h, in 1 scenario",
    );
  });
});

describe("kinds of failure", () => {
  const shows = (scenario: string, ...kinds: readonly string[]): VersionResult => ({
    ...played(scenario, {}),
    kinds: kinds.map((kind) => ({ rule: "call-duration", kind })),
  });
  const matrix = build([
    part("1", shows("a", "never-ends"), shows("b", "never-ends", "ends-late")),
    part("2", shows("a"), shows("b", "ends-late")),
    part("3", shows("a", "shared-hung-request"), shows("b")),
  ]);

  it("are named with the versions and scenarios in which each occurs", () => {
    expect(matrix.kinds.map(({ kind, versions }) => [kind, versions])).toEqual([
      ["never-ends", [{ version: "1", scenarios: ["a", "b"] }]],
      ["shared-hung-request", [{ version: "3", scenarios: ["a"] }]],
      [
        "ends-late",
        [
          { version: "1", scenarios: ["b"] },
          { version: "2", scenarios: ["b"] },
        ],
      ],
    ]);
  });

  it("are a table of the page and lines of the terminal", () => {
    const page = matrixPage(matrix);
    expect(page).toContain("## Kinds of failure, and the versions in which each occurs");
    expect(page).toContain("| kinds of failure of msal-node | rule | 1 | 2 | 3 |");
    expect(page).toContain(
      "| calls that share a hung request of another call | call-duration |  |  | 1 |",
    );
    expect(page).toContain("| calls that end too late | call-duration | 1 | 1 |  |");
    expect(matrixLines(matrix)).toContain("  calls that end too late: 1, 2");
  });

  it("are no section where nothing failed", () => {
    expect(matrixPage(build([part("1", shows("a"))]))).not.toContain("Kinds of failure");
  });
});

describe("with another seed", () => {
  const first = [
    part("1", played("a", { rule: "p", other: "p" }), played("same", { rule: "p" })),
    part("2", played("a", { rule: "f", other: "f" }), played("same", { rule: "p" })),
  ];
  const matrix = build(first, [
    part("1", played("a", { rule: "p", other: "p" })),
    part("2", played("a", { rule: "f", other: "p" })),
  ]);

  it("both sides of each difference are played again, and nothing else", () => {
    expect([...toPlayAgain(first)]).toEqual([first[0]?.results[0], first[1]?.results[0]]);
  });

  it("what is not so again is chance: listed, and not counted", () => {
    const repeats = matrix.steps.map(({ rule, changes }) => [rule, changes[0]?.repeats]);
    expect(repeats).toEqual([
      ["rule", true],
      ["other", false],
    ]);
    expect(matrix.steps.map(({ changes }) => changes.some(isChance))).toEqual([false, true]);
    const page = matrixPage(matrix);
    expect(page).toContain("1 verdict changed");
    expect(page).toContain(
      "## Chance\n\nWith seed 2 these differ otherwise or not at all, so they are not counted:\n\n- msal-node 2: other in a",
    );
    expect(page).not.toContain("other (1)");
  });

  it("what was so before, too, is chance as well", () => {
    const always = build(first, [
      part("1", played("a", { rule: "f", other: "p" })),
      part("2", played("a", { rule: "f", other: "f" })),
    ]);
    expect(always.steps.map(({ changes }) => changes.some(isChance))).toEqual([true, false]);
  });

  it("what was not played again stays as it is", () => {
    expect(build(first).steps[0]?.changes[0]).not.toHaveProperty("repeats");
  });
});

describe("what could not be compared", () => {
  it("is listed: scenarios that a version does not know, and runs that were not finished", () => {
    const failure = {
      scenario: "c",
      client: "msal-node@2",
      mount: "https",
      code: "stuck",
      message: "It hung.",
    };
    const matrix = build([
      {
        ...part("1"),
        skipped: [
          { scenario: "a", why: "it does not know x" },
          { scenario: "b", why: "it does not know x" },
        ],
      },
      { ...part("2", played("a", {})), failures: [failure] },
    ]);
    const page = matrixPage(matrix);
    expect(page).toContain("- msal-node 1, as it does not know x: a, b");
    expect(page).toContain("- msal-node@2, c: It hung.");
    expect(page).toContain("no rule says anything else");
    expect(page).toContain("1 run not finished.");
  });

  it("is listed for runs with the other seed, too", () => {
    const failure = { scenario: "a", client: "b", mount: "https", code: "stuck", message: "c" };
    const matrix = build([part("1")], [{ ...part("1"), failures: [failure] }]);
    expect(matrix.clients[0]?.versions[0]?.failures).toEqual([failure]);
  });

  it("is everything, where there is one version", () => {
    expect(matrixPage(build([part("1", played("a", { rule: "f" }))]))).toContain(
      "nothing to compare",
    );
  });
});

it("matrix.json is the same for the same runs, and says what it is", () => {
  const parts = [part("1", played("a", { rule: "p" })), part("2", played("a", { rule: "f" }))];
  expect(writeMatrix(build(parts))).toBe(writeMatrix(build(structuredClone(parts))));
  expect(build(parts)).toMatchObject({ schema: "brownout/matrix/1", seed: "1", again: "2" });
});
