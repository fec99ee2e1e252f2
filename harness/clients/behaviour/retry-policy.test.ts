import { describe, expect, it } from "vitest";
import { pauseAfter, retryPolicyOf } from "./retry-policy.ts";

const pauses = (name: string, draw: () => number, calls = 9): number[] => {
  const { policy } = retryPolicyOf(name);
  let lastMs = 0;
  return Array.from({ length: calls }, (_, index) => {
    lastMs = pauseAfter(policy, { failed: index + 1, lastMs, draw });
    return lastMs / 1_000;
  });
};

describe("a retry policy", () => {
  it("waits the same each time, or twice as long up to five minutes", () => {
    expect(pauses("every:30s", () => 0, 3)).toEqual([30, 30, 30]);
    expect(pauses("doubling", () => 0)).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it.each([
    ["doubling-full-jitter", 0, [0, 0, 0]],
    ["doubling-full-jitter", 0.5, [2.5, 5, 10]],
    ["doubling-equal-jitter", 0, [2.5, 5, 10]],
    ["doubling-equal-jitter", 0.5, [3.75, 7.5, 15]],
    ["doubling-decorrelated", 0, [5, 5, 5]],
    ["doubling-decorrelated", 0.5, [5, 10, 17.5]],
  ])("%s with a draw of %d waits %j s", (name, drawn, expected) => {
    expect(pauses(name, () => drawn, 3)).toEqual(expected);
  });

  it("never waits longer than its bound", () => {
    expect(Math.max(...pauses("doubling-decorrelated", () => 0.999, 50))).toBe(300);
    expect(Math.max(...pauses("doubling", () => 0, 5_000))).toBe(300);
  });

  it.each([
    ["dubling", /there is no retry policy "dubling"/],
    ["every:0s", /there is no retry policy "every:0s"/],
    ["every:soon", /"soon"/],
  ])("named %s is refused", (name, message) => {
    expect(() => retryPolicyOf(name)).toThrow(message);
  });
});
