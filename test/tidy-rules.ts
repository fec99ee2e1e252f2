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

/** What each wing may import, types included; `"*"` is everything. */
export type ImportTable = ReadonlyMap<string, ReadonlySet<string>>;

const LINES_MAX = 400;

/** The wing that a file belongs to: a folder of `harness/`, `index`, or the top folder. */
function wingOf(path: string): string {
  const [top = "", second = ""] = path.split("/");
  return top === "harness" ? second.replace(/\.ts$/, "") : top;
}

/** The first and the last column of every table under "The wings". */
export function readImportTable(architecture: string): ImportTable {
  return new Map(
    readTables(architecture, "The wings").map((cells) => [
      namesIn(cells[0] ?? "")[0] ?? "",
      new Set(namesIn(cells.at(-1) ?? "")),
    ]),
  );
}

/** Every path in backquotes that starts in one of our folders. */
export function readNamedFiles(architecture: string): string[] {
  const named = architecture.matchAll(/`((?:harness|scenarios|test|docs)\/[^`\s]+)`/g);
  return [...named].map(([, path = ""]) => path);
}

/** The wings of a circle of imports that the table allows; empty when there is none. */
export function findCircle(table: ImportTable): string[] {
  const done = new Set<string>();
  const visit = (wing: string, way: readonly string[]): string[] => {
    if (way.includes(wing)) return [...way.slice(way.indexOf(wing)), wing];
    if (done.has(wing)) return [];
    for (const next of table.get(wing) ?? []) {
      const circle = visit(next, [...way, wing]);
      if (circle.length > 0) return circle;
    }
    done.add(wing);
    return [];
  };
  for (const wing of table.keys()) {
    const circle = visit(wing, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

/** Imports that the table does not allow, one sentence each. Tests may import anything. */
export function findForbiddenImports(files: readonly SourceFile[], table: ImportTable): string[] {
  return files
    .filter(({ path }) => !isTest(path))
    .flatMap((file) => {
      const wing = wingOf(file.path);
      const allowed = table.get(wing);
      if (allowed === undefined) return [`${file.path}: "${wing}" has no row in the import table`];
      return importsOf(file)
        .filter((target) => !allowed.has("*") && !allowed.has(wingOf(target)))
        .filter((target) => wingOf(target) !== wing)
        .map((target) => `${file.path} imports ${target}`);
    });
}

/** Imports between two folders of one wing that must not know each other. */
export function findImportsBetween(
  files: readonly SourceFile[],
  from: string,
  to: string,
): string[] {
  return files
    .filter(({ path }) => !isTest(path) && path.startsWith(from))
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith(to))
        .map((target) => `${file.path} imports ${target}`),
    );
}

/** Files that are too long or not in kebab-case; a folder `[...name]` is a route of Next.js. */
export function findUntidyFiles(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split("\n").length;
    return [
      ...(lines > LINES_MAX ? [`${path} has ${lines} lines`] : []),
      ...(path
        .split("/")
        .every((name) => /^(?:[a-z0-9]+(?:[.-][a-z0-9]+)*|\[\.\.\.[a-z]+\])$/.test(name))
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
  /^(?:harness\/(?:core\/time\/|core\/random\.ts|clients\/remedies\/remedy-clock\.ts|browser\/(?:agent\/|page-|documents)|integrations\/playwright\/|cli\/)|bench\/|scripts\/|test\/|examples\/)/;

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

/** The words of the first column of the table in docs/words.md, each with its replacement. */
export function readBannedWords(page: string): ReadonlyMap<string, string> {
  const rows = page
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2);
  return new Map(
    rows.flatMap((row) => {
      const [, words = "", replacement = ""] = row.split("|");
      return words.split(",").map((word) => [word.trim(), replacement.trim()] as const);
    }),
  );
}

/** Banned words in names, comments, strings and prose, one sentence each. */
export function findBannedWords(
  files: readonly SourceFile[],
  banned: ReadonlyMap<string, string>,
): string[] {
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) =>
      wordsOf(line)
        .filter((word) => banned.has(word))
        .map((word) => `${path}:${index + 1} says "${word}"; use: ${banned.get(word) ?? ""}`),
    ),
  );
}

/** Names of an Azure product, of the default world and of journal fields: journals would change with them. */
const namesInJournals =
  /\bDigital ?Twins\b|\bdesk-app\b|\btill-arc\b|\bToldByRequests\b|\bevent\.told\b|\btold\??: (?=optional|"by-requests")/g;

/** The words of a line in lower case; `tellFailure` and `TOLD_AT` are two words each. */
function wordsOf(line: string): string[] {
  const apart = line.replace(namesInJournals, "").replace(/([a-z0-9])(?=[A-Z])/g, "$1 ");
  return [...apart.matchAll(/[A-Za-z]+/g)].map(([word]) => word.toLowerCase());
}

/** A test, or what tests share. */
function isTest(path: string): boolean {
  return /\.(?:test|spec)\.tsx?$/.test(path) || path.startsWith("test/");
}

function importsOf(file: SourceFile): string[] {
  const statements = file.text.matchAll(
    /^(?:import|export)\s+[^;"]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"|\bimport\(\s*"(\.[^"]+)"/gm,
  );
  return [...statements].map((match) =>
    posix.join(posix.dirname(file.path), match[1] ?? match[2] ?? match[3] ?? ""),
  );
}

/** The rows of all tables of a section, without their heads. */
function readTables(markdown: string, heading: string): string[][] {
  return sectionOf(markdown, heading)
    .split("\n\n")
    .flatMap((block) =>
      block
        .split("\n")
        .filter((line) => line.startsWith("|"))
        .slice(2),
    )
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
