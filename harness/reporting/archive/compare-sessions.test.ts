import { describe, expect, it } from "vitest";
import { compareSessions } from "./compare-sessions.ts";
import { session } from "../../../test/support/archive.ts";

const names = (findings: readonly { readonly scenario: string; readonly rule: string }[]) =>
  findings.map(({ scenario, rule }) => `${scenario} ${rule}`);

describe("two sessions", () => {
  it("differ in nothing when they are equal", () => {
    const one = session({ a: { backoff: "x" }, b: {} });
    expect(compareSessions(one, one)).toEqual({
      appeared: [],
      gone: [],
      unseen: [],
      stayed: 1,
      changed: [],
      versions: [],
      differences: { packages: [] },
      onlyFirst: [],
      onlySecond: [],
      costs: [],
      scores: [],
    });
  });

  it("list what appeared, what is gone, and what was not seen", () => {
    const before = session({
      a: { backoff: "x", "retry-storm": "k" },
      b: { backoff: "x" },
      c: { backoff: "x" },
      d: { backoff: "x" },
      f: { backoff: "x" },
      open: { backoff: "?" },
    });
    const after = session({
      a: { "retry-storm": "k", "retry-after": "x" },
      b: { backoff: "?" },
      d: { backoff: "x" },
      open: { backoff: "x" },
      e: { backoff: "x" },
      f: { backoff: "-" },
    });
    const found = compareSessions(before, after);
    expect(names(found.appeared)).toEqual(["a retry-after", "open backoff", "e backoff"]);
    expect(names(found.gone)).toEqual(["a backoff"]);
    expect(names(found.unseen)).toEqual(["b backoff", "c backoff", "f backoff"]);
    expect(found.stayed).toBe(2);
    expect([found.onlyFirst, found.onlySecond]).toEqual([["c msal-node"], ["e msal-node"]]);
  });

  it("list which findings stayed with another message", () => {
    const before = session({ a: { backoff: "x", "retry-storm": "x" } });
    const after = {
      ...before,
      runs: before.runs.map((run) => ({
        ...run,
        findings: run.findings.map((one) =>
          one.rule === "backoff" ? { ...one, message: "Worse." } : one,
        ),
      })),
    };
    const found = compareSessions(before, after);
    expect(found.stayed).toBe(2);
    expect(found.changed).toMatchObject([
      { from: { rule: "backoff", message: "backoff in a" }, to: { message: "Worse." } },
    ]);
  });

  it("have the same runs though a version changed, which is listed", () => {
    const after = session({ a: { backoff: "x" } }, { version: "7.3.0" });
    const found = compareSessions(session({ a: { backoff: "x" } }), after);
    expect(found.versions).toEqual([{ client: "msal-node", from: "7.2.1", to: "7.3.0" }]);
    expect([found.stayed, found.appeared]).toEqual([1, []]);
    const other = session({ a: { backoff: "x" } }, { client: "msal-browser" });
    expect(compareSessions(session({ a: {} }), other).versions).toEqual([]);
    expect(names(compareSessions(session({ a: { backoff: "x" } }), other).appeared)).toEqual([
      "a backoff",
    ]);
  });

  it("list costs, the greatest change first", () => {
    const costing = (...ms: readonly number[]) => {
      const { runs, ...rest } = session({ a: {}, b: {}, c: {} });
      return {
        ...rest,
        runs: runs.map((run, index) => ({
          ...run,
          cost: { ...run.cost, withoutTokenMs: ms[index] ?? 0 },
        })),
      };
    };
    const { costs } = compareSessions(costing(10, 500, 7), costing(30, 100, 7));
    expect(costs).toEqual([
      { scenario: "b", client: "msal-node", fromMs: 500, toMs: 100 },
      { scenario: "a", client: "msal-node", fromMs: 10, toMs: 30 },
    ]);
  });

  it("have no costs of a run that was inconclusive: it is not known to be better", () => {
    const cost = { withoutTokenMs: 240_000, promptsCaused: 0, callsWithheld: 0 };
    const before = session({ a: {} }, { cost });
    const after = session({ a: { backoff: "?" } }, { verdict: "inconclusive" });
    expect(compareSessions(before, after).costs).toEqual([]);
  });

  it("say which packages and commits differ", () => {
    const of = (commit: string, version: string) => ({
      ...session({}),
      facts: {
        job: "j",
        outcome: "finished",
        commit,
        clients: [{ name: "msal", version }],
      } as const,
    });
    expect(compareSessions(of("a", "6"), of("b", "7")).differences).toEqual({
      packages: [{ name: "msal", from: "6", to: "7" }],
      commits: { from: "a", to: "b" },
    });
  });
});
