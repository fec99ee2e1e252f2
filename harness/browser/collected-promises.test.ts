import { describe, expect, it } from "vitest";
import { unlessCollected } from "./collected-promises.ts";

/** Says each of these in turn, and counts. */
function pageThat(...says: readonly (Error | string)[]) {
  let asked = 0;
  return {
    ask: (): Promise<string> => {
      const said = says[asked] ?? "";
      asked += 1;
      return said instanceof Error ? Promise.reject(said) : Promise.resolve(said);
    },
    asked: () => asked,
  };
}

const collected = new Error("page.evaluate: Resulting promise was garbage collected.");

describe("a page whose promise was collected", () => {
  it.each([collected, new Error("Promise was collected")])("is asked again: %s", async (error) => {
    const page = pageThat(error, error, "token");
    expect(await unlessCollected(page.ask)).toBe("token");
    expect(page.asked()).toBe(3);
  });

  it("is not asked for ever", async () => {
    const page = pageThat(...Array.from({ length: 9 }, () => collected));
    await expect(unlessCollected(page.ask)).rejects.toBe(collected);
    expect(page.asked()).toBe(5);
  });

  it("is not asked again when it said something else", async () => {
    const gone = new Error("Execution context was destroyed");
    const page = pageThat(gone, "token");
    await expect(unlessCollected(page.ask)).rejects.toBe(gone);
    expect(page.asked()).toBe(1);
  });
});
