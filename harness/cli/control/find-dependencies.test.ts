import { describe, expect, it } from "vitest";
import type { Verdict } from "../../rules/rule.ts";
import type { ValuedGuess } from "../../runner/guesses.ts";
import { findDependencies } from "./find-dependencies.ts";

/** What is found when the rule says this of values; and how often it was played. */
async function found(
  guess: Omit<ValuedGuess, "at" | "because">,
  verdictOf: (value: never, all: Readonly<Record<string, unknown>>) => Verdict | undefined,
) {
  let plays = 0;
  const [dependency] = await findDependencies(
    [{ at: "settings.x", because: "no one says", ...guess }],
    async (values) => {
      plays += 1;
      return Promise.resolve(verdictOf(values["settings.x"] as never, values));
    },
  );
  return { flips: dependency?.flips, plays };
}

describe("a finding", () => {
  it("depends on a setting whose other value makes the rule pass, or leaves nothing to judge", async () => {
    const guess = { value: "yes", values: ["yes", "no", "maybe"] };
    expect(await found(guess, (value) => (value === "no" ? "inconclusive" : "fail"))).toEqual({
      flips: [{ kind: "is", to: "no", verdict: "inconclusive" }],
      plays: 2,
    });
    expect((await found(guess, () => "fail")).flips).toBeUndefined();
    expect((await found(guess, () => undefined)).flips).toBeUndefined();
  });

  it.each([
    [10, { min: 1, max: 60 }, 15],
    [10, { min: 1, max: 60 }, 60],
    [10, { min: 1, max: 60 }, 11],
  ] as const)(
    "with %i between %j names %i as the value from which it passes",
    async (value, between, at) => {
      const { flips, plays } = await found({ value, between }, (x) => (x >= at ? "pass" : "fail"));
      expect(flips).toEqual([{ kind: "from", to: at, verdict: "pass" }]);
      expect(plays).toBeLessThan(10);
    },
  );

  it("may pass below its value, and on both sides of it", async () => {
    expect(
      (
        await found({ value: 50, between: { min: 0, max: 100 } }, (x) =>
          x <= 20 || x >= 70 ? "pass" : "fail",
        )
      ).flips,
    ).toEqual([
      { kind: "up-to", to: 20, verdict: "pass" },
      { kind: "from", to: 70, verdict: "pass" },
    ]);
  });

  it("is played with fractions where the ends are fractions", async () => {
    const { flips } = await found({ value: 0.5, between: { min: 0.1, max: 0.9 } }, (x) =>
      x > 0.73 ? "pass" : "fail",
    );
    expect(flips?.[0]?.to).toBeCloseTo(0.735, 2);
  });

  it("is played with values that follow in proportion", async () => {
    const guess = { value: 3, between: { min: 1, max: 30 }, following: { "limits.y": 18 } };
    const seen: unknown[] = [];
    await found(guess, (_, values) => {
      seen.push(values);
      return "fail";
    });
    expect(seen).toEqual([
      { "settings.x": 1, "limits.y": 6 },
      { "settings.x": 30, "limits.y": 180 },
    ]);
  });
});
