/** Our source, held against ARCHITECTURE.md: what is not checked is not a rule. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  findBannedCalls,
  findBannedWords,
  findCircle,
  findForbiddenImports,
  findImportsBetween,
  findUntidyFiles,
  readBannedWords,
  readImportTable,
  readNamedFiles,
  type SourceFile,
} from "./tidy-rules.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const architecture = readFileSync(`${root}ARCHITECTURE.md`, "utf8");
const table = readImportTable(architecture);
const sourceFolders = ["harness", "scenarios", "fixtures", "examples", "bench", "scripts", "test"];

const generated =
  /^(?:node_modules|dist|coverage|brownout-out|\.git|reports\/(?:out|archive)|docs\/site\/(?:build|node_modules))(?:\/|$)/;

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

const banned = readBannedWords(readFileSync(`${root}docs/words.md`, "utf8"));
const pages = readdirSync(root).filter((name) => name.endsWith(".md"));

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

describe("our words", () => {
  const quotesBannedWords = new Set([
    "docs/words.md",
    "CHANGELOG.md",
    // A table of existing archives is called "told".
    "harness/reporting/archive/migrations.ts",
    "test/tidy.test.ts",
    "test/tidy-rules.ts",
  ]);
  const texts = [
    ...sources,
    ...[...paths.filter((path) => path.endsWith(".md")), ...pages].map((path) => ({
      path,
      text: readFileSync(root + path, "utf8"),
    })),
  ].filter(({ path }) => !quotesBannedWords.has(path));

  it("are plain English and the field's own terms", () => {
    expect(texts.length).toBeGreaterThan(500);
    expect(findBannedWords(texts, banned)).toEqual([]);
  });

  it("are looked for inside names as well", () => {
    const found = findBannedWords(
      [{ path: "a.ts", text: "const tellFailure = 1;\nconst untold = until;\n// TOLD_AT" }],
      banned,
    );
    expect(found.map((line) => line.split(";", 1)[0])).toEqual([
      'a.ts:1 says "tell"',
      'a.ts:3 says "told"',
    ]);
  });
});

describe("the import table", () => {
  it("has a row for each wing and for nothing else", () => {
    const wings = readdirSync(`${root}harness`).map((name) => name.replace(/\.ts$/, ""));
    const beside = new Set(sources.map(({ path }) => path.split("/", 1)[0] ?? ""));
    beside.delete("harness");
    expect([...table.keys()].sort()).toEqual([...wings, ...beside].sort());
    expect(wings.length).toBeLessThanOrEqual(14);
  });

  it("has no circle", () => {
    expect(findCircle(table)).toEqual([]);
    expect(
      findCircle(
        new Map([
          ["a", new Set(["b"])],
          ["b", new Set(["c"])],
          ["c", new Set(["b"])],
        ]),
      ),
    ).toEqual(["b", "c", "b"]);
  });

  it("keeps the promises of the design, however it grows", () => {
    const may = (wing: string): string[] => [...(table.get(wing) ?? [])].sort();
    expect(may("core")).toEqual([]);
    expect(may("entra")).toEqual(["core"]);
    expect(may("faults")).toEqual(["core", "entra"]);
    expect(may("rules")).toEqual(["core", "history"]);
    const everything = [...table].filter(([, allowed]) => allowed.has("*")).map(([wing]) => wing);
    expect(everything.sort()).toEqual(["bench", "test"]);
  });

  it.each([
    // The backup never asks the primary, and the primary does not know that it has a backup.
    ["harness/entra/backup/", "harness/entra/token-service/"],
    ["harness/entra/token-service/", "harness/entra/backup/"],
    ["harness/rules/model/", "harness/rules/rules.ts"],
    // One front end each: neither test runner needs the other.
    ["harness/integrations/suite/", "harness/integrations/playwright"],
    ["harness/integrations/playwright", "harness/integrations/suite/"],
  ])("lets %s import nothing of %s", (from, to) => {
    expect(sources.some(({ path }) => path.startsWith(from))).toBe(true);
    expect(findImportsBetween(sources, from, to)).toEqual([]);
  });
});

describe("ARCHITECTURE.md", () => {
  it("is one page", () => {
    expect(architecture.trimEnd().split("\n").length).toBeLessThanOrEqual(110);
  });

  it("names no file that does not exist", () => {
    const named = readNamedFiles(architecture);
    expect(named.length).toBeGreaterThan(20);
    const exists = (path: string): boolean =>
      paths.some((real) => real === path || (path.endsWith("/") && real.startsWith(path)));
    expect(named.filter((path) => !exists(path))).toEqual([]);
  });
});

describe("the checks themselves", () => {
  const rows = readImportTable(
    "## The wings\n| wing | holds | may import |\n|---|---|---|\n| `entra` | x | `core` |\n| `runner` | x | `*` |\n",
  );
  const wrong = (path: string, text: string): string[] =>
    findForbiddenImports([{ path, text }], rows);

  it("catch an import that the table does not allow, in every form of import", () => {
    for (const statement of [
      'import { perform } from "../../faults/effects.ts";',
      'import {\n  perform,\n} from "../../faults/effects.ts";',
      'import "../../faults/effects.ts";',
      'export { perform } from "../../faults/effects.ts";',
      'const effects = await import("../../faults/effects.ts");',
    ]) {
      expect(wrong("harness/entra/token-service/token.ts", statement)).toEqual([
        "harness/entra/token-service/token.ts imports harness/faults/effects.ts",
      ]);
    }
    expect(
      wrong(
        "harness/entra/token-service/token.ts",
        'import type { Rule } from "../../rules/rule.ts";',
      ),
    ).toHaveLength(1);
    expect(wrong("harness/newcomer/a.ts", "")).toEqual([
      'harness/newcomer/a.ts: "newcomer" has no row in the import table',
    ]);
  });

  it("let pass what is allowed: a type, a neighbour, everything, a test", () => {
    expect(
      wrong(
        "harness/entra/token-service/token.ts",
        'import type { Clock } from "../../core/time/clock.ts";',
      ),
    ).toEqual([]);
    expect(
      wrong("harness/entra/token-service/token.ts", 'import { e } from "./errors.ts";'),
    ).toEqual([]);
    expect(
      wrong("harness/runner/run.ts", 'import { perform } from "../faults/effects.ts";'),
    ).toEqual([]);
    expect(
      wrong(
        "harness/entra/token-service/token.test.ts",
        'import { p } from "../../faults/effects.ts";',
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
    expect(findUntidyFiles([{ path: "harness/a.ts", text: "x\n".repeat(401) }])).toEqual([
      "harness/a.ts has 401 lines",
    ]);
    expect(findUntidyFiles([{ path: "harness/myFile.ts", text: "" }])).toEqual([
      "harness/myFile.ts is not in kebab-case",
    ]);
  });
});
