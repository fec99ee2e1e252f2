/** Mutation testing itself: what it must report about a small module whose tests have a gap. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { tryMutants, type FileResult } from "./mutation/try-mutants.ts";

const source = `export function isLate(hour: number): boolean {
  return hour > 22;
}
export function countTo(last: number): number {
  let count = 0;
  while (count < last) count += 1;
  return count;
}
// Stryker disable next-line all: nothing calls it
export const unused = (): boolean => true;
const names = ["a", "b"];
export const hasName = (name: string): boolean => names.includes(name);
export const isUntested = (text: string): boolean => text === "";
`;
const tests = `import { describe, expect, it } from "vitest";
import { countTo, hasName, isLate } from "./clock.ts";
describe("clock", () => {
  it.each([[23, true], [21, false]])("is late at %d: %s", (hour, late) => {
    expect(isLate(hour)).toBe(late);
  });
  it("counts", async () => expect(countTo(3)).toBe(3));
  it("has names", () => expect(hasName("a")).toBe(true));
});
`;

// The compiler is asked as well, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

let folder = "";
beforeAll(() => {
  mkdirSync("reports/out", { recursive: true });
  folder = mkdtempSync("reports/out/mutation-test-");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function tryAll(testText: string): Promise<readonly FileResult[]> {
  const [file, test] = [join(folder, "clock.ts"), join(folder, "clock.test.ts")];
  writeFileSync(file, source);
  writeFileSync(test, testText);
  const attempt = { files: [file], tests: [test], workers: 2, folder: join(folder, "work") };
  const results: FileResult[] = [];
  for await (const result of tryMutants(attempt)) results.push(result);
  return results;
}

it("reports what no test notices, and neither loops nor what is marked", async () => {
  const [result] = await tryAll(tests);
  const missed = result?.missed.map(({ start, replacement }) => `${start.line + 1} ${replacement}`);
  expect(missed?.filter((line) => !line.startsWith("13"))).toEqual(["2 hour >= 22"]);
  expect(missed?.filter((line) => line.startsWith("13")).length).toBeGreaterThan(0);
  expect(result?.equivalent).toBeGreaterThan(0);
  // Among them one that counts for ever, and one that acts while the module loads.
  expect(result?.noticed).toBeGreaterThan(5);
});

it("refuses to start with a test that fails, which would seem to notice everything", async () => {
  await expect(tryAll(tests.replace("toBe(3)", "toBe(4)"))).rejects.toThrow(
    "Tests must pass before mutants are planted.",
  );
});

it("refuses a test in words of Vitest that it does not know, which would pass unplayed", async () => {
  await expect(tryAll(tests.replace('it("counts"', 'it.skip("counts"'))).rejects.toThrow(
    "it.skip is not among what mutation testing plays",
  );
});
