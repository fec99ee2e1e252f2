import { describe, expect, it } from "vitest";
import { countIn, isWorse, nextFigure } from "./figures.ts";

describe("the count in a message", () => {
  it.each([
    ["560 of 1799 calls got no token although a valid token was in the cache", 560],
    ["nightly-daemon-1 sent another request 10s after a 429, and 44 more", 44],
    ["asked again 5 984 times", 5_984],
    ["asked again 5,984 times", 5_984],
    ["operation 722 failed at +6h 0m 30s", 0],
    ["msal-node 7.2.1 asked 3 times in 15 minutes", 3],
    ["app-1 used another", 0],
    ["answered 503 twelve times", 0],
    ["AADSTS90033 came 7 times, exchange 812 first", 7],
  ])("is of repeats only: %s", (message, count) => {
    expect(countIn(message)).toBe(count);
  });
});

describe("worse", () => {
  const of = (value: number, seed = "1") => ({ value, seed });

  it("is a multiple, and by more than a few", () => {
    expect(isWorse("count", of(44), of(5_984))).toBe(true);
    expect(isWorse("count", of(44), of(80))).toBe(false);
    expect(isWorse("count", of(1), of(8))).toBe(false);
    expect(isWorse("without-token", of(10_000), of(40_000))).toBe(false);
    expect(isWorse("without-token", of(60_000), of(120_000))).toBe(true);
  });

  it("takes more with another seed, since chance has a part in it", () => {
    expect(isWorse("count", of(44), of(100, "2"))).toBe(false);
    expect(isWorse("count", of(44), of(176, "2"))).toBe(true);
  });

  it("is reported each time that it doubles, however slowly, and not again after a dip of another seed", () => {
    const reported: number[] = [];
    let figure = of(100);
    for (let value = 100; value < 500; value = Math.round(value * 1.1)) {
      if (isWorse("count", figure, of(value))) reported.push(value);
      figure = nextFigure("count", figure, of(value));
    }
    expect(reported).toEqual([215, 463]);
    expect(nextFigure("count", of(100), of(10, "2"))).toEqual(of(100));
    expect(nextFigure("count", of(100), of(10))).toEqual(of(10));
  });
});
