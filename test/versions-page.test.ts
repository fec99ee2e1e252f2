/** `docs/versions.md` is what `docs/data/versions.json` says, and the data are what was played. */
import { describe, expect, it } from "vitest";
import type { Matrix, RuleStep } from "../harness/reporting/client-versions/version-matrix.ts";
import {
  type BisectResult,
  stepsToBisect,
  versionsDataOf,
  type VersionsData,
  versionsPage,
} from "../scripts/site/versions-page.ts";
import { readPage } from "./support/guides.ts";

/** Without what the formatter adds to tables. */
const plain = (page: string): string => page.replace(/-{3,}/g, "---").replace(/ +/g, " ");

describe("docs/versions.md", () => {
  const data = JSON.parse(readPage("docs/data/versions.json")) as VersionsData;

  it("equals what the data generate", () => {
    expect(plain(readPage("docs/versions.md"))).toBe(plain(versionsPage(data)));
  });

  it("is about every major that was asked for, in its newest version", () => {
    const majors = data.clients.map(
      ({ client, versions }) =>
        `${client}@${versions.map(({ version }) => version.split(".")[0]).join(",")}`,
    );
    const asked = data.asked.flatMap((args) => args.split(" ").filter((arg) => /@\d/.test(arg)));
    expect(majors).toEqual(asked);
  });

  it.each([
    "never-ends",
    "shared-hung-request",
    "evicted-token",
    "user-lost-at-discovered-host",
    "second-instance",
    "other-scopes",
  ])("names the majors of MSAL Node that show %s", (kind) => {
    const found = data.kinds.find((one) => one.client === "msal-node" && one.kind === kind);
    expect(found?.versions.length).toBeGreaterThan(0);
  });
});

describe("data from a matrix", () => {
  const felt = (fail: number) => ({
    operations: { ok: 1, fail, unknown: 1 },
    cost: { withoutTokenMs: 0, promptsCaused: 0, callsWithheld: 0, slaBudgetShare: 0 },
  });
  const step = (
    rule: string,
    direction: RuleStep["direction"],
    ...repeats: readonly boolean[]
  ): RuleStep => ({
    client: "msal-node",
    rule,
    from: "1.0.0",
    to: "2.0.0",
    direction,
    changes: repeats.map((again, index) => ({
      scenario: `s${index}`,
      before: { version: "1.0.0", verdict: "pass", message: "", felt: felt(0), journal: "" },
      after: { version: "2.0.0", verdict: "fail", message: "", felt: felt(0), journal: "" },
      repeats: again,
    })),
  });
  const kinds = [
    {
      client: "msal-node",
      rule: "backoff",
      kind: "backoff",
      says: "backoff is broken",
      versions: [{ version: "2.0.0", scenarios: ["s0", "s1"] }],
    },
  ];
  const version = (name: string) => ({
    version: name,
    totals: { runs: 2, pass: 1, fail: 1, inconclusive: 0 },
    skipped: [],
    failures:
      name === "1.0.0"
        ? []
        : [
            {
              scenario: "s9",
              client: "msal-node@2.0.0",
              mount: "https",
              code: "stuck",
              message: "It hung.",
            },
          ],
  });
  const upgrade = { from: "1.0.0", to: "2.0.0", shared: 2, before: felt(3), after: felt(5) };
  const matrix: Matrix = {
    schema: "brownout/matrix/1",
    brownout: "0.1.0",
    seed: "1",
    again: "2",
    clients: [
      {
        client: "msal-node",
        versions: [version("1.0.0"), version("2.0.0")],
        upgrades: [{ ...upgrade, changes: [] }],
      },
    ],
    steps: [
      step("recovery", "worse", false, true),
      step("backoff", "worse", true, true),
      step("screen", "better", false),
      step("metadata", "appeared", true, true, true),
    ],
    kinds,
  };
  const found: BisectResult = {
    client: "msal-node",
    rule: "backoff",
    scenario: "s0",
    kind: "found",
    before: "1.4.0",
    after: "1.5.1",
    between: ["1.5.0"],
    tried: [
      { version: "1.4.0", verdict: "pass", message: "It waited." },
      { version: "1.5.0" },
      { version: "1.5.1", verdict: "fail", message: "It did not wait." },
    ],
  };
  const data = versionsDataOf(
    [matrix],
    [found, { client: "msal-node", rule: "recovery", scenario: "s1", kind: "same", tried: [] }],
    { date: "2026-11-29", asked: ["msal-node@1,2"] },
  );

  it("counts scenarios in which a rule changed, but for chance", () => {
    expect(data.upgrades).toMatchObject([
      {
        worse: [
          { rule: "backoff", scenarios: 2 },
          { rule: "recovery", scenarios: 1 },
        ],
        better: [],
        failed: { before: 4, after: 6 },
      },
    ]);
    expect(data).toMatchObject({ runs: 4, unfinished: ["msal-node@2.0.0 s9"] });
  });

  it("says for each difference that was bisected which version brought it", () => {
    expect(data.changes).toMatchObject([
      { before: { version: "1.4.0" }, after: { version: "1.5.1" }, between: ["1.5.0"] },
    ]);
    const page = versionsPage(data);
    expect(page).toContain(
      "- **msal-node 1.5.1**, or one before it that could not be played (1.5.0) breaks backoff, in s0:",
    );
    expect(page).toContain("  - 1.4.0, pass: It waited.\n  - 1.5.1, fail: It did not wait.");
    expect(page).toContain("| msal-node 1.0.0 → 2.0.0 | backoff (2), recovery (1) |  | 4 → 6 |");
    expect(page).toContain("| backoff is broken | backoff |  | 2 |");
    expect(page).toContain("Not finished, and not counted: msal-node@2.0.0 s9.");
  });

  it("bisects what got worse or better, not by chance, the widest first", () => {
    const steps = stepsToBisect([matrix], 5);
    expect(steps.map(({ rule, scenario }) => `${rule} ${scenario}`)).toEqual([
      "backoff s0",
      "recovery s1",
    ]);
    expect(stepsToBisect([matrix], 1)).toHaveLength(1);
  });
});
