import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFolder, type Folder } from "../../test/command-line.ts";
import { filesMatching, isPath, isPattern, leftOutLines } from "./scenario-files.ts";
import { selectScenarios } from "./selection.ts";

const text = (name: string): string => `export default {
  name: "${name}", title: "Own", needs: [], asserts: [], faults: [], script: async () => {},
  story: { standsFor: "x", asserts: "x", failureMeans: "x", fix: "x" },
};`;

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
  folder.write("outages/b.scenario.mjs", text("b"));
  folder.write("outages/a.scenario.mjs", text("a"));
  folder.write("outages/[x].scenario.mjs", text("x"));
  folder.write("node_modules/other/c.scenario.mjs", text("c"));
});
afterEach(() => folder.remove());

describe("a filter", () => {
  it.each([
    ["token-*", false],
    ["token-edge", false],
    ["*.scenario.ts", true],
    ["*.scenario.*", true],
    ["./outages/*", true],
    ["mine.mjs", true],
    ["flow.scenario.tsx", true],
    ["flow.jsx", true],
  ])("%s means files: %s", (filter, expected) => expect(isPath(filter)).toBe(expected));

  it("that is a pattern means every file like it, in order, and none of packages", async () => {
    const named = async (...filters: readonly string[]) =>
      (await selectScenarios(filters, folder.path)).map(({ scenario, named: by }) => [
        scenario.name,
        by ?? false,
      ]);
    expect(await named("./**/*.scenario.*")).toEqual([
      ["x", false],
      ["a", false],
      ["b", false],
    ]);
    expect(await named("outages/b.scenario.mjs", "outages/{a,b}.scenario.mjs")).toEqual([
      ["b", true],
      ["a", false],
    ]);
  });

  it("that is the name of a file is no pattern", () => {
    expect(isPattern("outages/[x].scenario.mjs", folder.path)).toBe(false);
    expect(isPattern("outages/[y].scenario.mjs", folder.path)).toBe(true);
  });

  it("that no file is like is refused, with where it was looked for", () => {
    expect(() => filesMatching("./mine/*.scenario.ts", folder.path)).toThrow(
      expect.objectContaining({
        code: "unknown-scenario",
        message: 'no file matches "./mine/*.scenario.ts"',
        hint: expect.stringContaining(folder.path),
      }),
    );
  });
});

describe("scenario files that a run left out", () => {
  it("are reported by a run of the whole library only", async () => {
    // A part of so many that it has nothing to run.
    const all = await folder.main("run", "--shard", "9999/9999");
    expect(all.stdout).toContain(
      "Your own 3 scenario files are not in this: outages/[x].scenario.mjs, outages/a.scenario.mjs and 1 more. Name them: brownout run './**/*.scenario.*'",
    );
    const some = await folder.main("run", "token-edge", "--shard", "9999/9999");
    expect(some.stdout).not.toContain("Your own");
  });

  it("are not reported where there are none", () => {
    expect(leftOutLines(`${folder.path}/outages/none`)).toEqual([]);
    expect(leftOutLines(`${folder.path}/node_modules/other`)).toEqual([
      "Your own scenario file is not in this: c.scenario.mjs. Name it: brownout run './**/*.scenario.*'",
    ]);
  });
});
