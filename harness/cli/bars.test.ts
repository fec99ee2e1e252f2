/** Bars that a team sets for a session. */
import { describe, expect, it } from "vitest";
import { judgeByBars, readBars } from "./bars.ts";

const notes = { stale: [], overdue: [], withoutReason: [] };
const part = { family: "network", score: 80.5, runs: 2, lowest: "unreachable-1h" } as const;
const results = {
  schema: "brownout/results/1",
  seed: "1",
  brownout: "0.1.0",
  totals: {} as never,
  runs: [],
  scores: [{ client: "orders", score: 80.5, parts: [part] }],
} as const;
const model = { standing: "expected", results, entryNotes: notes } as const;

describe("--fail-under", () => {
  it("makes the exit code 1 when a score is lower, and names the parts", () => {
    expect(judgeByBars(model, readBars({ "fail-under": "80.6" }))).toEqual({
      exitCode: 1,
      lines: [
        "Below --fail-under 80.6: orders: sign-in was available for 80.5 % of the outages: network 80.5 (lowest in unreachable-1h).",
      ],
    });
    expect(judgeByBars(model, readBars({ "fail-under": "80.5" })).exitCode).toBe(0);
  });

  it("does not hide that something was not finished", () => {
    const cut = { ...model, standing: "not finished" } as const;
    expect(judgeByBars(cut, readBars({ "fail-under": "99" })).exitCode).toBe(2);
  });

  it.each(["high", "101", "-1", "80.55", "80 %"])("refuses %s", (text) => {
    expect(() => readBars({ "fail-under": text })).toThrow(
      expect.objectContaining({ code: "bad-usage" }),
    );
  });
});

describe("--fail-on-due", () => {
  const late = { ...model, entryNotes: { ...notes, overdue: ["one"] } };

  it("makes the exit code 1 when an entry is overdue, and only then", () => {
    expect(judgeByBars(late, readBars({ "fail-on-due": true })).exitCode).toBe(1);
    expect(judgeByBars(late, readBars({})).exitCode).toBe(0);
    expect(judgeByBars(model, readBars({ "fail-on-due": true })).exitCode).toBe(0);
  });
});
