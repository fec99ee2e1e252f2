import { describe, expect, it } from "vitest";
import { closingLines } from "../formats/closing-lines.ts";
import type { Explain } from "../explain.ts";
import { groupKnown } from "./known.ts";
import type { ComparedFinding, Results, RunResult } from "./results.ts";

function finding(rule: string, baseline: "known" | "new" = "known"): ComparedFinding {
  return {
    rule,
    verdict: "fail",
    message: `${rule} was broken`,
    evidence: [1],
    source: "s",
    baseline,
  };
}

const cost = { withoutTokenMs: 0, promptsCaused: 0, callsWithheld: 0, slaBudgetShare: 0 };

function run(scenario: string, ...findings: readonly ComparedFinding[]): RunResult {
  return {
    scenario,
    client: { name: "msal-node", version: "7.2.1" },
    mount: "direct",
    verdict: "fail",
    expected: true,
    operations: { ok: 1, fail: 0, unknown: 0 },
    requests: { primary: 1, backup: 0, refused: 0 },
    simulatedMs: 1_000,
    findings,
    cost,
  };
}

const results: Results = {
  schema: "brownout/results/1",
  seed: "1",
  brownout: "0.1.0",
  totals: {
    runs: 3,
    pass: 0,
    fail: 3,
    inconclusive: 0,
    unexpected: 1,
    fixed: 0,
    simulatedMs: 3_000,
    cost,
  },
  runs: [
    run("a", finding("retry-after")),
    run("b", finding("retry-after"), finding("backoff")),
    run("c", finding("recovery", "new")),
  ],
};

const explain: Explain = {
  evidence: () => ["first", "second", "third", "fourth"],
  story: () => undefined,
  replay: () => undefined,
  file: () => undefined,
  relaunched: () => undefined,
  history: () => undefined,
  title: () => undefined,
  configuration: () => undefined,
  held: () => [],
  says: () => undefined,
  fix: () => undefined,
  reason: (_, { rule }) => (rule === "backoff" ? "It keeps no block." : "It does not read dates."),
};

describe("known findings", () => {
  it("are told once a reason, with every scenario and one example", () => {
    expect(groupKnown(results, explain)).toMatchObject([
      {
        reason: "It does not read dates.",
        rules: [{ rule: "retry-after", scenarios: ["a", "b"] }],
        example: { run: { scenario: "a" } },
      },
      {
        reason: "It keeps no block.",
        rules: [{ rule: "backoff", scenarios: ["b"] }],
        example: { run: { scenario: "b" } },
      },
    ]);
  });

  it("stand on the terminal with the beginning of their evidence, apart from what is new", () => {
    const lines = closingLines(results, explain, (_, text) => text);
    expect(lines).toContain("  msal-node 7.2.1: It does not read dates.");
    expect(lines).toContain("    retry-after: a, b");
    expect(lines).toContain("    Seen in a: retry-after was broken");
    expect(lines.filter((line) => line.trim() === "third")).toHaveLength(3);
    expect(lines.filter((line) => line.trim() === "fourth")).toHaveLength(1);
    expect(lines.indexOf("c: msal-node 7.2.1 (direct)")).toBeGreaterThan(
      lines.indexOf("    backoff: b"),
    );
  });
});
