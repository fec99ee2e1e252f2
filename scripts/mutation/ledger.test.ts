import { expect, it } from "vitest";
import { gate, isEnough } from "./ledger.ts";

const entry = { noticed: 10, missed: 0, equivalent: 0, source: "", date: "" };

it("tries a file in each sample from its first good score on, also once it is worse", () => {
  expect(gate(undefined, { noticed: 18, missed: 2 }, 95)).toEqual({});
  expect(gate(entry, { noticed: 18, missed: 2 }, 95)).toEqual({});
  expect(gate(undefined, { noticed: 19, missed: 1 }, 95)).toEqual({ gated: true });
  expect(gate({ ...entry, gated: true }, { noticed: 1, missed: 9 }, 95)).toEqual({ gated: true });
});

it("is not content with too few mutants noticed, nor with none tried", () => {
  expect(isEnough({ noticed: 19, missed: 1 }, 95)).toBe(true);
  expect(isEnough({ noticed: 18, missed: 2 }, 95)).toBe(false);
  expect(isEnough({ noticed: 0, missed: 0 }, 95)).toBe(false);
});
