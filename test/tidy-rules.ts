/**
 * What `test/tidy.test.ts` asserts about our own source, as pure functions over file
 * texts: who may import whom (the table in ARCHITECTURE.md), sizes, names, banned calls.
 * oxlint knows most of the rest; what stands here it cannot express.
 */
import { posix } from "node:path";

export interface SourceFile {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** What one part of the house may import; `"*"` is everything. */
interface Allowance {
  readonly values: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

type ImportTable = ReadonlyMap<string, Allowance>;

const LINES_MAX = 300;

/** The part a file belongs to: a folder or file of `harness/`, else the top folder. */
function partOf(path: string): string {
  const [top = "", second = ""] = path.split("/");
  return top === "harness" ? second.replace(/\.ts$/, "") : top;
}

/** The rows of `| part | may import | and types of |` under "Who may import whom". */
export function readImportTable(architecture: string): ImportTable {
  return new Map(
    readTable(architecture, "Who may import whom").map(([part = "", values = "", types = ""]) => [
      namesIn(part)[0] ?? "",
      { values: new Set(namesIn(values)), types: new Set([...namesIn(values), ...namesIn(types)]) },
    ]),
  );
}

/** Paths in the last column of the table under "Where to go". */
export function readTaskFiles(architecture: string): string[] {
  return readTable(architecture, "Where to go").flatMap((cells) => namesIn(cells.at(-1) ?? ""));
}

/** Folders in the tree under "The tree", as paths without a trailing slash. */
export function readTreeFolders(architecture: string): string[] {
  const folders: string[] = [];
  let parent = "";
  for (const line of sectionOf(architecture, "The tree").split("\n")) {
    const [, indent = "", name] = /^( *)([\w.-]+)\/(?: |$)/.exec(line) ?? [];
    if (name === undefined) continue;
    if (indent === "") parent = name;
    folders.push(indent === "" ? name : `${parent}/${name}`);
  }
  return folders;
}

/** Imports that the table does not allow, one sentence each. Tests may import what they like. */
export function findForbiddenImports(files: readonly SourceFile[], table: ImportTable): string[] {
  return files
    .filter(({ path }) => !isTest(path))
    .flatMap((file) => {
      const part = partOf(file.path);
      const allowance = table.get(part);
      if (allowance === undefined)
        return [`${file.path}: "${part}" has no row in the import table`];
      return importsOf(file).flatMap(({ target, typeOnly }) => {
        const wanted = partOf(target);
        const allowed = typeOnly ? allowance.types : allowance.values;
        if (wanted === part || allowed.has(wanted) || allowed.has("*")) return [];
        return [`${file.path} imports ${typeOnly ? "types of " : ""}${target}`];
      });
    });
}

/** Files that are too long or not in kebab-case. */
export function findUntidyFiles(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split("\n").length;
    return [
      ...(lines > LINES_MAX ? [`${path} has ${lines} lines`] : []),
      ...(path.split("/").every((name) => /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/.test(name))
        ? []
        : [`${path} is not in kebab-case`]),
    ];
  });
}

const bannedCalls: readonly RegExp[] = [
  /\bnew Date\(\s*\)/,
  /(?<!new )\bDate\(\s*\)/,
  /\bDate\.now\b/,
  /\bMath\.random\b/,
  /\brandomUUID\b/,
  /\bperformance\.(?:now|timeOrigin|mark)\b/,
  /\bprocess\.(?:hrtime|uptime)\b/,
  /(?<![.\w])set(?:Timeout|Interval)\(/,
];

const mayUseTheRealThing =
  /^(?:harness\/(?:clock\/|browser\/page-|playwright\/|random\.ts|cli\.ts|cli\/|worker\/)|bench\/|scripts\/|test\/|examples\/)/;

/** Real time or real chance where only a `Clock` or a `Random` may be. */
export function findBannedCalls(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => !isTest(path) && !mayUseTheRealThing.test(path))
    .flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, index) => {
        const code = line
          .replace(/^\s*(?:\/?\*|\/\/).*$/, "")
          .replace(/"(?:[^"\\]|\\.)*"|\/\/ .*$/g, "");
        const call = bannedCalls
          .map((pattern) => pattern.exec(code)?.[0])
          .find((found) => found !== undefined);
        return call === undefined ? [] : [`${path}:${index + 1} uses ${call}`];
      }),
    );
}

/** A test, or what tests of a folder share: a `testing….ts`, a suite that several of them run. */
function isTest(path: string): boolean {
  return /(?:\.test|\.spec|\/testing[-a-z]*|-suite)\.ts$/.test(path);
}

function importsOf(file: SourceFile): { readonly target: string; readonly typeOnly: boolean }[] {
  const statements = file.text.matchAll(
    /^(?:import|export)\s+(type\s)?[^;"]*?from\s+"(\.[^"]+)"|^import\s+()"(\.[^"]+)"|\bimport\(\s*()"(\.[^"]+)"/gm,
  );
  return [...statements].map((match) => ({
    target: posix.join(posix.dirname(file.path), match[2] ?? match[4] ?? match[6] ?? ""),
    typeOnly: match[1] !== undefined,
  }));
}

function readTable(markdown: string, heading: string): string[][] {
  return sectionOf(markdown, heading)
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) => line.split("|").slice(1, -1));
}

function sectionOf(markdown: string, heading: string): string {
  const [, section = ""] = markdown.split(`## ${heading}\n`);
  if (section === "") throw new Error(`ARCHITECTURE.md has no section "${heading}"`);
  return section.split("\n## ", 1)[0] ?? "";
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}
