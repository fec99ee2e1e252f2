import { describe, expect, it } from "vitest";
import { nights, type Signs } from "../../../test/support/archive.ts";
import { trendsOf } from "./finding-trends.ts";

const bad = { a: { backoff: "x" } } as const;
const good = { a: {} } as const;
const blind = { a: { backoff: "?" } } as const;
const unasked = { a: { backoff: "-" } } as const;
const other = { b: {} } as const;

describe("the trend of a finding", () => {
  it.each<[string, readonly Signs[], string, string, number | undefined]>([
    ["is steady while it is always there", [bad, bad, bad], "steady", "xxx", undefined],
    ["has appeared", [good, good, bad], "appeared", "..x", 3],
    ["has gone", [bad, good, good], "gone", "x..", 2],
    ["is gone after one bad night", [good, bad, good], "gone", ".x.", 3],
    ["has appeared again", [good, bad, good, bad], "appeared", ".x.x", 4],
    ["is gone again", [bad, good, bad, good, bad, good].slice(1), "gone", ".x.x.", 5],
    [
      "flickers from the fifth change on",
      [good, bad, good, bad, good, bad],
      "flickers",
      ".x.x.x",
      6,
    ],
    ["does not change by what sees nothing", [bad, blind, other, bad], "steady", "x  x", undefined],
    [
      "ignores rules that are not asserted and saw nothing",
      [bad, unasked],
      "steady",
      "x ",
      undefined,
    ],
    ["remembers over nights without it", [good, other, bad], "appeared", ". x", 3],
  ])("%s", (_, signs, kind, track, since) => {
    const [trend] = trendsOf(nights(...signs));
    expect([trend?.kind, trend?.track, trend?.since]).toEqual([kind, track, since]);
  });

  it("is given for each, in the order of first appearance, with the last that was seen", () => {
    const sessions = nights(
      { a: { backoff: "x" } },
      { a: { backoff: "x", "retry-after": "x" }, b: { backoff: "x" } },
    );
    const [first, second = first] = sessions;
    if (first === undefined || second === undefined) throw new Error("two nights");
    const changed = {
      ...second,
      runs: second.runs.map((run) => ({ ...run, version: "7.3.0" })),
    };
    const trends = trendsOf([first, changed]);
    expect(trends.map(({ scenario, rule }) => `${scenario} ${rule}`)).toEqual([
      "a backoff",
      "a retry-after",
      "b backoff",
    ]);
    expect(trends[0]?.last.version).toBe("7.3.0");
  });

  it("is none where nothing failed", () => {
    expect(trendsOf(nights(good, blind))).toEqual([]);
    expect(trendsOf([])).toEqual([]);
  });
});
