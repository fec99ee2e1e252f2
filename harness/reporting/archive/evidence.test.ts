/** Journals beside an archive: which are kept, and how many. The bounds are those of the guide. */
import { hash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { session, type Signs } from "../../../test/support/archive.ts";
import { openArchive } from "./database.ts";
import type { TrackedFinding } from "./tracked-findings.ts";

const line = { job: "nightly", branch: "main" } as const;
const FILES_MAX = 500;
const BYTES_MAX = 64 * 1_048_576;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-evidence-"));
  mkdirSync(join(folder, "journals"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (): string => join(folder, "runs.db");

/** Adds a night, with a journal of each scenario that has a text. */
function night(signs: Signs, journals: Readonly<Record<string, string>>): void {
  const archive = openArchive(path());
  const facts = { ...line, command: "run", outcome: "finished" } as const;
  const record = { ...session(signs), facts };
  const id = archive.add(record, { recordedAt: "2026-10-01T03:00:00.000Z" });
  archive.keepEvidence(folder, line, {
    session: id,
    runs: record.runs,
    journalOf({ scenario }) {
      const text = journals[scenario];
      if (text === undefined) return undefined;
      const file = join(folder, "journals", scenario);
      writeFileSync(file, text);
      return file;
    },
  });
  archive.close();
}

function findings(rule: string): readonly TrackedFinding[] {
  const archive = openArchive(path());
  const found = archive.findings(line).filter(({ subject }) => subject.rule === rule);
  archive.close();
  return found;
}

const textOf = (file: string | undefined): string | undefined =>
  file === undefined ? undefined : gunzipSync(readFileSync(join(folder, file))).toString();
const files = (): readonly string[] => readdirSync(join(folder, "evidence"));

const names = Array.from({ length: FILES_MAX + 10 }, (_, index) => `scenario-${index}`);
/** Of each scenario what `of` says. */
const each = <T>(of: (index: number) => T): Record<string, T> =>
  Object.fromEntries(names.map((name, index) => [name, of(index)]));
/** The last ones are the largest. */
const journal = (index: number): string =>
  index < FILES_MAX ? `good ${index}` : `good ${index} ${hash("sha512", String(index))}`;

it("are at most 500: last good ones without a finding go first, then those of the oldest findings", () => {
  night(
    each(() => ({})),
    each(journal),
  );
  expect(files()).toHaveLength(FILES_MAX);

  const isBad = (index: number): boolean => index < 10;
  night(
    each((index) => (isBad(index) ? { "retry-after": "x" as const } : {})),
    each((index) => (isBad(index) ? `bad ${index}` : journal(index))),
  );
  expect(files()).toHaveLength(FILES_MAX);
  const open = findings("retry-after");
  expect(open).toHaveLength(10);
  for (const { subject, evidence } of open) {
    const index = names.indexOf(subject.scenario);
    expect(textOf(evidence.firstBad)).toBe(`bad ${index}`);
    expect(textOf(evidence.lastGood)).toBe(journal(index));
  }

  night(
    each((index) => ({
      backoff: "x" as const,
      ...(isBad(index) ? { "retry-after": "x" as const } : {}),
    })),
    each((index) => `worse ${index}`),
  );
  expect(files()).toHaveLength(FILES_MAX);
  expect(findings("retry-after").map(({ evidence }) => evidence)).toEqual(open.map(() => ({})));
  const kept = findings("backoff").filter(({ evidence }) => evidence.firstBad !== undefined);
  expect(kept).toHaveLength(FILES_MAX);
  for (const { subject, evidence } of kept)
    expect(textOf(evidence.firstBad)).toBe(`worse ${names.indexOf(subject.scenario)}`);
});

it("are at most 64 MB, and those of a finding stay", () => {
  night({ one: {}, two: {}, three: {} }, { one: "good 1", two: "good 2", three: "good 3" });
  const database = new DatabaseSync(path());
  database.prepare("UPDATE evidence SET bytes = ?").run(BYTES_MAX / 2 - 1_000);
  database.close();
  night({ one: { backoff: "x" }, two: {}, three: {} }, { one: "bad 1" });
  expect(files()).toHaveLength(3);
  const [finding] = findings("backoff");
  expect(textOf(finding?.evidence.firstBad)).toBe("bad 1");
  expect(textOf(finding?.evidence.lastGood)).toBe("good 1");
});

it("of a finding stay for as long as it is open, and go when it is fixed", () => {
  night({ one: {} }, { one: "good 1" });
  for (const text of ["bad 1", "bad 2", "bad 3"]) night({ one: { backoff: "x" } }, { one: text });
  const [finding] = findings("backoff");
  expect(textOf(finding?.evidence.firstBad)).toBe("bad 1");
  expect(textOf(finding?.evidence.lastGood)).toBe("good 1");
  night({ one: {} }, { one: "good 2" });
  expect(findings("backoff")[0]?.evidence).toEqual({});
  expect(files().map((file) => textOf(join("evidence", file)))).toEqual(["good 2"]);
});
