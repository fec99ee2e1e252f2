import { runInThisContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { createRandom, seedMathRandom } from "./random.ts";

/** `Math.random()` as a file of that path calls it. */
function drawIn(filename: string): number {
  return runInThisContext("Math.random()", { filename }) as number;
}

/** What a client draws while another library draws between its draws. */
function drawsOfClient(except?: string): number[] {
  const unseed = seedMathRandom(createRandom("1"), except);
  try {
    return [0, 1, 2].map(() => {
      drawIn("/node_modules/interceptors/lib/id.js");
      return drawIn("/node_modules/client/retry.js");
    });
  } finally {
    unseed();
  }
}

describe("the process's own Math.random", () => {
  it("draws by the seed, and then as before", () => {
    const before = Math.random;
    expect(drawsOfClient()).toEqual(drawsOfClient());
    expect(Math.random).toBe(before);
  });

  it("lets a library that is left out draw without shifting the draws of others", () => {
    const random = createRandom("1");
    const undisturbed = [0, 1, 2].map(() => random.integer(0, 0xffff_fffe) / 0x1_0000_0000);
    expect(drawsOfClient("/interceptors/")).toEqual(undisturbed);
    expect(drawsOfClient("/elsewhere/")).not.toEqual(undisturbed);
  });

  it("knows a file on Windows, and a module by its address", () => {
    const unseed = seedMathRandom(createRandom("1"), "/interceptors/lib/");
    drawIn("C:\\node_modules\\interceptors\\lib\\id.cjs");
    drawIn("file:///node_modules/interceptors/lib/id.mjs");
    const drawn = drawIn("/node_modules/client/retry.js");
    unseed();
    expect(drawn).toBe(createRandom("1").integer(0, 0xffff_fffe) / 0x1_0000_0000);
  });
});
