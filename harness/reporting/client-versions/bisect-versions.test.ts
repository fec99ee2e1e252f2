import { describe, expect, it } from "vitest";
import { bisect } from "./bisect-versions.ts";

const versions = Array.from({ length: 40 }, (_, index) => `1.${index}.0`);

/** Answers "old" before the version that changed and "new" from it on; nothing for unknown versions. */
async function find(changed: string, unknown: readonly string[] = [], among = versions) {
  const asked: string[] = [];
  const found = await bisect(among, (version) => {
    asked.push(version);
    if (unknown.includes(version)) return Promise.resolve(undefined);
    return Promise.resolve(among.indexOf(version) < among.indexOf(changed) ? "old" : "new");
  });
  return { found, asked };
}

describe("bisect", () => {
  it.each(versions.slice(1))("finds %s, and asks few", async (changed) => {
    const { found, asked } = await find(changed);
    expect(found).toEqual({
      kind: "found",
      before: versions[versions.indexOf(changed) - 1],
      after: changed,
      between: [],
    });
    expect(asked.length).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(versions.length)));
    expect(new Set(asked).size).toBe(asked.length);
  });

  it("has nothing to look for between ends that say the same", async () => {
    const { found, asked } = await find("1.0.0");
    expect(found).toEqual({ kind: "same" });
    expect(asked).toEqual(["1.0.0", "1.39.0"]);
  });

  it("passes over versions of which nothing can be learnt", async () => {
    expect((await find("1.7.0", ["1.19.0", "1.20.0", "1.9.0"])).found).toEqual({
      kind: "found",
      before: "1.6.0",
      after: "1.7.0",
      between: [],
    });
    expect((await find("1.7.0", ["1.6.0", "1.7.0", "1.8.0"])).found).toEqual({
      kind: "found",
      before: "1.5.0",
      after: "1.9.0",
      between: ["1.6.0", "1.7.0", "1.8.0"],
    });
  });

  it("finds the first that says something else, though the newest says a third thing", async () => {
    const said = (version: string): string => {
      const index = versions.indexOf(version);
      return index < 11 ? "fail" : index < 30 ? "inconclusive" : "pass";
    };
    expect(await bisect(versions, (version) => Promise.resolve(said(version)))).toMatchObject({
      before: "1.10.0",
      after: "1.11.0",
    });
  });

  it("says of which end nothing can be learnt", async () => {
    expect((await find("1.7.0", ["1.0.0"])).found).toEqual({
      kind: "unknown-end",
      version: "1.0.0",
    });
    const { found, asked } = await find("1.7.0", ["1.39.0"]);
    expect(found).toEqual({ kind: "unknown-end", version: "1.39.0" });
    expect(asked).toHaveLength(2);
  });

  it("needs no more than the ends where there is nothing between them", async () => {
    const { found, asked } = await find("2", [], ["1", "2"]);
    expect(found).toMatchObject({ before: "1", after: "2" });
    expect(asked).toEqual(["1", "2"]);
  });
});
