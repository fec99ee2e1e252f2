/** Each verdict that was wrong once has tests that hold it, which are there and not left out. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isTestIn } from "./support/find-test.ts";
import { foreignApps, unsafeCommands } from "./support/unsafe-commands.ts";
import { unsayable } from "./support/unsayable.ts";
import { type WrongVerdict, wrongVerdicts } from "./support/wrong-verdicts.ts";

const all = [...wrongVerdicts, ...unsayable, ...unsafeCommands];
const root = new URL("../", import.meta.url);

function missingIn({ row, says, tests }: WrongVerdict): string[] {
  if (tests.length === 0) return [`${row} ${says}: no test`];
  return tests.flatMap(([file, title]) => {
    const url = new URL(file, root);
    const isThere = existsSync(url) && isTestIn(readFileSync(url, "utf8"), title);
    return isThere ? [] : [`${row} ${says}: ${file} has no test "${title}"`];
  });
}

/** `T1` to `T5` and so on, with the rows that were added beside one of them. */
const numbered = (letter: string, count: number, more: readonly string[] = []): string[] => [
  ...Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
  ...more,
];

describe("the verdicts that were wrong", () => {
  it("are all there, each once", () => {
    const rows = all.map(({ row }) => row);
    const expected = [
      ...numbered("T", 5, ["T4b"]),
      ...numbered("V", 20, ["V18b", "V18c"]),
      ...numbered("X", 12),
      ...numbered("S", 23),
    ];
    expect(rows.toSorted()).toEqual(expected.toSorted());
  });

  it("are held by tests that are there", () => {
    expect(all.flatMap(missingIn)).toEqual([]);
  });

  it("of foreign apps as well", () => {
    expect(foreignApps).toHaveLength(7);
    expect(foreignApps.flatMap(missingIn)).toEqual([]);
  });

  it("are missed when a test is renamed, left out or gone", () => {
    const [file, title] = ["test/wrong-verdicts.test.ts", "are all there, each once"] as const;
    const of = (name: string, called: string) =>
      missingIn({ row: "T0", says: "x", tests: [[name, called]] });
    expect(of(file, title)).toEqual([]);
    expect(of(file, "are all there")).toHaveLength(1);
    expect(of("test/gone.test.ts", title)).toHaveLength(1);
    expect(isTestIn('it.skip("is left out", () => {});', "is left out")).toBe(false);
  });
});
