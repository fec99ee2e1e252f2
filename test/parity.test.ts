/**
 * docs/parity.md against the source: every claim has a grade, a source, and a witness, which
 * is a test that is there. What fails here is either a row, or a test that was renamed.
 */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isTestIn } from "./support/find-test.ts";
import { readDifferences, readRecordings } from "./support/recordings/recording.ts";

const page = new URL("../docs/parity.md", import.meta.url);
const text = readFileSync(page, "utf8");

const recordings = new Set(readRecordings().map(({ id }) => id));
const ownDifferences = new Set(readDifferences().map(({ recording }) => recording));

/** The recordings that a source names, after a semicolon. */
function recordingsIn(source: string): readonly string[] {
  const [, named = ""] = /^recorded \([^;)]*;([^)]*)\)/.exec(source) ?? [];
  return named
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** What is recorded is in fixtures/recordings, and what is the same differs from none of it. */
function recordingFaults({ source, grade }: Pick<Claim, "source" | "grade">): readonly string[] {
  if (!source.startsWith("recorded")) return [];
  const named = recordingsIn(source);
  return [
    ...(named.length === 0 ? ["it names no recording, after a semicolon"] : []),
    ...named.filter((name) => !recordings.has(name)).map((name) => `there is no recording ${name}`),
    ...(grade === "matches"
      ? named
          .filter((name) => ownDifferences.has(name))
          .map((name) => `${name} has differences of its own in differences.json`)
      : []),
  ];
}

const GRADES = ["matches", "subset", "variant", "absent"];
/** How well it is known, and from where: a guess has no place. */
const SOURCE = /^((recorded|documented|measured|second-hand) \([^)]+\)|guess\b)/;

interface Link {
  readonly title: string;
  readonly target: string;
}

interface Claim {
  readonly line: number;
  readonly real: string;
  readonly ours: string;
  readonly grade: string;
  readonly source: string;
  readonly witnesses: readonly Link[];
}

/** Links of Markdown; the formatter escapes a few signs in their titles. */
function linksOf(markdown: string): Link[] {
  return [...markdown.matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)].map(
    ([, title = "", target = ""]) => ({
      title: title.replaceAll(/\\([_*])/g, "$1"),
      target,
    }),
  );
}

/** The rows of five cells, without the heads of their tables. */
function claimsIn(markdown: string): Claim[] {
  return markdown.split("\n").flatMap((row, index) => {
    const cells = row.split("|").slice(1, -1);
    const [real = "", ours = "", grade = "", source = "", witness = ""] = cells.map((cell) =>
      cell.trim(),
    );
    if (cells.length !== 5 || grade === "grade" || /^-+$/.test(grade)) return [];
    return [{ line: index + 1, real, ours, grade, source, witnesses: linksOf(witness) }];
  });
}

/** Whether a file has a test, or a group of them, of that very title, which is not left out. */
function hasTest(target: string, title: string): boolean {
  const url = new URL(target, page);
  return existsSync(url) && isTestIn(readFileSync(url, "utf8"), title);
}

/** What is wrong with a claim, in words. */
function faultsOf({ line, real, ours, grade, source, witnesses }: Claim): string[] {
  const faults = [
    ...(real === "" || ours === "" ? ["one side is empty"] : []),
    ...(GRADES.includes(grade) ? [] : [`"${grade}" is no grade`]),
    ...(SOURCE.test(source) ? [] : [`"${source}" is no source`]),
    ...(grade === "matches" && source.startsWith("guess") ? ["a guess matches nothing"] : []),
    ...recordingFaults({ source, grade }),
    ...(grade !== "absent" && witnesses.length === 0 ? ["no witness"] : []),
    ...witnesses
      .filter(({ target, title }) => !hasTest(target, title))
      .map(({ target, title }) => `${target} has no test "${title}"`),
  ];
  return faults.map((fault) => `line ${line}: ${fault}`);
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
}

function isBroken({ target }: Link): boolean {
  const { hash, href } = new URL(target, page);
  const file = new URL(href.replace(hash, ""));
  if (!existsSync(file)) return true;
  return hash !== "" && !anchorsOf(readFileSync(file, "utf8")).includes(hash.slice(1));
}

describe("docs/parity.md", () => {
  const claims = claimsIn(text);

  it("has for each claim a grade, a source, and witnesses that are there", () => {
    expect(claims.length).toBeGreaterThan(60);
    expect(claims.flatMap(faultsOf)).toEqual([]);
  });

  it("has no row that is not read as a claim", () => {
    const sections = text.split(/^## /m).slice(1);
    const rows = sections.flatMap((section) =>
      section.split("\n").filter((line) => line.includes(" | ")),
    );
    // Less the head of each table and the line under it.
    expect(claims).toHaveLength(rows.length - 2 * sections.length);
  });

  it("has no broken link", () => {
    expect(linksOf(text).filter(isBroken)).toEqual([]);
  });
});

describe("the check of that page", () => {
  const row = (grade: string, source: string, witness: string) =>
    claimsIn(`| real | ours | ${grade} | ${source} | ${witness} |`).flatMap(faultsOf);
  const title = "is the check that a broken row fails: %s";
  const witness = `[${title}](../test/parity.test.ts)`;

  it("takes a good row, also of what is absent", () => {
    expect(row("matches", "recorded (A.1; go-imds-2021-12)", witness)).toEqual([]);
    expect(row("absent", "guess", "")).toEqual([]);
  });

  it.each([
    ["no grade", "similar", "recorded (A.1; go-imds-2021-12)", witness, '"similar" is no grade'],
    ["no source", "matches", "", witness, '"" is no source'],
    ["a source without a place", "subset", "documented", witness, '"documented" is no source'],
    [
      "no recording",
      "subset",
      "recorded (A.1)",
      witness,
      "it names no recording, after a semicolon",
    ],
    [
      "a recording that is not there",
      "subset",
      "recorded (A.1; go-nowhere)",
      witness,
      "there is no recording go-nowhere",
    ],
    [
      "a recording that differs",
      "matches",
      "recorded (A.1; net-arc-2020-11)",
      witness,
      "net-arc-2020-11 has differences of its own in differences.json",
    ],
    ["a guess that matches", "matches", "guess (J)", witness, "a guess matches nothing"],
    ["no witness", "variant", "guess", "", "no witness"],
    [
      "half a title",
      "subset",
      "documented (B)",
      "[is the check](../test/parity.test.ts)",
      '../test/parity.test.ts has no test "is the check"',
    ],
    ["no file", "subset", "documented (B)", "[t](../test/no.ts)", '../test/no.ts has no test "t"'],
  ])("is the check that a broken row fails: %s", (_, grade, source, witnesses, fault) => {
    expect(row(grade, source, witnesses)).toEqual([`line 1: ${fault}`]);
  });

  it.each([
    ["as it stands", 'it("a title", () => {});', true],
    ["on a line of its own", 'it.each([1])(\n  "a title",\n  () => {});', true],
    ["where there is no browser", 'it.skipIf(!browser())("a title", () => {});', true],
    ["skipped", 'it.skip("a title", () => {});', false],
    ["left for later", 'it.todo("a title", () => {});', false],
    ["commented out", '  // it("a title", () => {});', false],
    ["longer", 'it("a title and more", () => {});', false],
    ["only a word in passing", 'const name = "a title";', false],
  ])("finds a test %s, or does not", (_, source, found) => {
    expect(isTestIn(source, "a title")).toBe(found);
  });

  it("knows a broken link by its file and by its heading", () => {
    const links = linksOf("[a](backup.md) [b](no.md) [c](#time) [d](#no) [e](backup.md#settings)");
    expect(links.filter(isBroken).map(({ target }) => target)).toEqual(["no.md", "#no"]);
  });
});
