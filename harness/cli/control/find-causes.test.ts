import { describe, expect, it } from "vitest";
import type { Verdict } from "../../rules/rule.ts";
import { findCauses } from "./find-causes.ts";

/** The causes that are found when exactly these sets make the rule fail, and how often it was played. */
async function causesWhen(
  windows: readonly string[],
  failing: readonly (readonly string[])[],
  otherwise: Verdict = "pass",
) {
  let plays = 0;
  const found = await findCauses(windows, async (kept) => {
    plays += 1;
    const fails = failing.some((set) => set.every((one) => kept.includes(one)));
    return Promise.resolve(fails ? "fail" : otherwise);
  });
  return { found, plays };
}

describe("the causes of a finding", () => {
  it("are none when the rule fails without any fault, which takes one run", async () => {
    expect(await causesWhen(["a", "b"], [[]])).toEqual({ found: { kind: "none" }, plays: 1 });
  });

  it("are the one window that is enough", async () => {
    const { found } = await causesWhen(["a", "b", "c"], [["b"]]);
    expect(found).toEqual({ kind: "found", causes: [["b"]], without: "pass" });
  });

  it("say when the rule has nothing to judge without them", async () => {
    const { found } = await causesWhen(["a"], [["a"]], "inconclusive");
    expect(found).toEqual({ kind: "found", causes: [["a"]], without: "inconclusive" });
  });

  it("are all windows that are enough by themselves", async () => {
    const { found } = await causesWhen(["a", "b", "c"], [["a"], ["c"]]);
    expect(found).toEqual({ kind: "found", causes: [["a"], ["c"]], without: "pass" });
  });

  it("are a pair when no window is enough, and say when others cause it as well", async () => {
    const { found } = await causesWhen(
      ["a", "b", "c", "d"],
      [
        ["a", "d"],
        ["b", "c"],
      ],
    );
    expect(found).toMatchObject({ kind: "found", without: "fail" });
    expect(found.kind === "found" && found.causes[0]).toHaveLength(2);
  });

  it("are one of many windows in few runs", async () => {
    const windows = Array.from({ length: 64 }, (_, index) => `w${index}`);
    const { found, plays } = await causesWhen(windows, [["w37"]]);
    expect(found).toEqual({ kind: "found", causes: [["w37"]], without: "pass" });
    expect(plays).toBeLessThan(20);
  });

  it("are a smallest set among many windows, for every pair", async () => {
    const windows = Array.from({ length: 12 }, (_, index) => `w${index}`);
    for (const one of windows) {
      for (const other of windows.filter((name) => name > one)) {
        const { found } = await causesWhen(windows, [[one, other]]);
        expect(found.kind === "found" && found.causes[0]?.toSorted()).toEqual(
          [one, other].toSorted(),
        );
      }
    }
  });
});
