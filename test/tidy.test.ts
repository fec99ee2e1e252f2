/** The house's own order, held against ARCHITECTURE.md: what is not checked is not a rule. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  findBannedCalls,
  findForbiddenImports,
  findUntidyFiles,
  readImportTable,
  readTaskFiles,
  readTreeFolders,
  type SourceFile,
} from "./tidy-rules.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const architecture = readFileSync(`${root}ARCHITECTURE.md`, "utf8");
const table = readImportTable(architecture);
const sourceFolders = ["harness", "scenarios", "fixtures", "examples", "bench", "scripts", "test"];

const generated =
  /^(?:node_modules|dist|coverage|brownout-out|\.git|reports\/(?:out|archive))(?:\/|$)/;

const paths = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !generated.test(entry.name))
  .flatMap((folder) =>
    readdirSync(root + folder.name, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length)),
  )
  .filter((path) => !generated.test(path));

const sources: readonly SourceFile[] = paths
  .filter((path) => /\.tsx?$/.test(path) && sourceFolders.includes(path.split("/", 1)[0] ?? ""))
  .map((path) => ({ path, text: readFileSync(root + path, "utf8") }));

describe("our source", () => {
  it("imports only what the table in ARCHITECTURE.md allows", () => {
    expect(findForbiddenImports(sources, table)).toEqual([]);
  });

  it("has short files with kebab-case names", () => {
    expect(findUntidyFiles(sources)).toEqual([]);
  });

  it("takes time from a clock and chance from a random", () => {
    expect(findBannedCalls(sources)).toEqual([]);
  });
});

describe("the import table", () => {
  it("keeps the promises of the design, however it grows", () => {
    const may = (part: string): string[] => [...(table.get(part)?.types ?? [])].sort();
    for (const ground of ["http", "random", "errors"]) expect(may(ground)).toEqual([]);
    expect(may("clock")).toEqual(["errors"]);
    for (const unaware of ["fault", "backup", "history", "check"])
      expect(may("ests")).not.toContain(unaware);
    // Of clock, only the words for durations.
    expect(may("check")).toEqual(["clock", "errors", "history"]);
    expect(may("mount")).toEqual(["browser", "clock", "errors", "http"]);
    const wiresEverything = [...table]
      .filter(([, { values }]) => values.has("*"))
      .map(([part]) => part);
    expect(wiresEverything.sort()).toEqual(["bench", "index", "run", "test"]);
  });

  it("has no row for a part that is gone", () => {
    const parts = new Set(
      sources.map(({ path }) => path.replace(/^harness\//, "").split(/\/|\.ts$/, 1)[0]),
    );
    expect([...table.keys()].filter((part) => !parts.has(part))).toEqual([]);
  });
});

describe("ARCHITECTURE.md", () => {
  it("shows every folder and no other", () => {
    const real = new Set(
      paths.flatMap((path) => {
        const [top = "", second = ""] = dirname(path).split("/");
        return second === "" ? [top] : [top, `${top}/${second}`];
      }),
    );
    const shown = readTreeFolders(architecture);
    expect(shown.filter((folder) => !real.has(folder))).toEqual([]);
    expect([...real].filter((folder) => !shown.includes(folder))).toEqual([]);
  });

  it("sends nobody to a file that does not exist", () => {
    const wanted = readTaskFiles(architecture);
    expect(wanted.length).toBeGreaterThan(10);
    const exists = (path: string): boolean =>
      paths.some((real) => real === path || (path.endsWith("/") && real.startsWith(path)));
    expect(wanted.filter((path) => path.includes("/") && !exists(path))).toEqual([]);
  });
});

describe("the checks themselves", () => {
  const rows = readImportTable(
    "## Who may import whom\n| part | may import | types of |\n|---|---|---|\n| `ests` | `http` | `clock` |\n| `run` | `*` | |\n",
  );
  const wrong = (path: string, text: string): string[] =>
    findForbiddenImports([{ path, text }], rows);

  it("catch an import that the table does not allow, in whatever form it is written", () => {
    for (const statement of [
      'import { perform } from "../fault/effects.ts";',
      'import {\n  perform,\n} from "../fault/effects.ts";',
      'import "../fault/effects.ts";',
      'export { perform } from "../fault/effects.ts";',
      'const effects = await import("../fault/effects.ts");',
    ]) {
      expect(wrong("harness/entra/token-service/token.ts", statement)).toEqual([
        "harness/entra/token-service/token.ts imports harness/faults/effects.ts",
      ]);
    }
    expect(
      wrong("harness/entra/token-service/token.ts", 'import { c } from "../clock/duration.ts";'),
    ).toHaveLength(1);
    expect(wrong("harness/newcomer/a.ts", "")).toEqual([
      'harness/newcomer/a.ts: "newcomer" has no row in the import table',
    ]);
  });

  it("let pass what is allowed: a type, a neighbour, everything, a test", () => {
    expect(
      wrong(
        "harness/entra/token-service/token.ts",
        'import type { Clock } from "../clock/clock.ts";',
      ),
    ).toEqual([]);
    expect(
      wrong(
        "harness/entra/token-service/token.ts",
        'import { e } from "../harness/core/errors.ts";',
      ),
    ).toEqual([]);
    expect(
      wrong("harness/runner/run.ts", 'import { perform } from "../harness/faults/effects.ts";'),
    ).toEqual([]);
    expect(
      wrong(
        "harness/entra/token-service/token.test.ts",
        'import { p } from "../fault/effects.ts";',
      ),
    ).toEqual([]);
  });

  it("catch real time and real chance, but not talk about them", () => {
    const banned = (text: string, path = "harness/entra/token-service/token.ts"): string[] =>
      findBannedCalls([{ path, text }]);
    for (const call of [
      "new Date()",
      "Date.now()",
      "Math.random()",
      "setTimeout(f, 1)",
      "randomUUID()",
    ]) {
      expect(banned(`\nconst a = ${call};`)).toHaveLength(1);
      expect(banned(` * never ${call}`)).toEqual([]);
      expect(banned(`const a = ${call};`, "harness/core/time/install.ts")).toEqual([]);
    }
    expect(banned("const a = new Date(ms);")).toEqual([]);
  });

  it("catch a file that is too long or has a capital in its name", () => {
    expect(findUntidyFiles([{ path: "harness/a.ts", text: "x\n".repeat(301) }])).toEqual([
      "harness/a.ts has 301 lines",
    ]);
    expect(findUntidyFiles([{ path: "harness/myFile.ts", text: "" }])).toEqual([
      "harness/myFile.ts is not in kebab-case",
    ]);
  });
});
