/**
 * `test/mutation-scores.json`, which is committed: what the last run over each file has found, and
 * of which source. A file that has changed since is out of date, and the next run tries it again.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const LEDGER = "test/mutation-scores.json";

export interface Entry {
  readonly noticed: number;
  readonly missed: number;
  /** Marked in the source, with the reason. */
  readonly equivalent: number;
  /** The start of the SHA-256 of the source. */
  readonly source: string;
  readonly date: string;
  /** It was good enough once, and has to stay so: each sample has mutants of it, also once its score is lower. */
  readonly gated?: true;
}

export type Ledger = Readonly<Record<string, Entry>>;

export function readLedger(): Ledger {
  return existsSync(LEDGER) ? (JSON.parse(readFileSync(LEDGER, "utf8")) as Ledger) : {};
}

/** Adds entries, and drops those of files that are no longer mutated. One line a file. */
export function writeLedger(added: Ledger, files: readonly string[]): Ledger {
  const all = { ...readLedger(), ...added };
  const kept = Object.fromEntries(
    files.toSorted().flatMap((file) => (all[file] === undefined ? [] : [[file, all[file]]])),
  );
  const lines = Object.entries(kept).map(
    ([file, entry]) => `  ${JSON.stringify(file)}: ${JSON.stringify(entry)}`,
  );
  writeFileSync(LEDGER, `{\n${lines.join(",\n")}\n}\n`);
  return kept;
}

export function hashOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 12);
}

/** The files that have no entry, or one of another source. */
export function findStale(ledger: Ledger, files: readonly string[]): readonly string[] {
  return files.filter((file) => ledger[file]?.source !== hashOf(file));
}

export function percent({ noticed, missed }: Pick<Entry, "noticed" | "missed">): number {
  return noticed + missed === 0 ? 100 : (100 * noticed) / (noticed + missed);
}

type Score = Pick<Entry, "noticed" | "missed">;

/** Whether a file is tried in samples, when it has a new score. */
export function gate(
  before: Entry | undefined,
  score: Score,
  atLeast: number,
): Pick<Entry, "gated"> {
  return before?.gated === true || percent(score) >= atLeast ? { gated: true } : {};
}

/** Whether so many of the mutants were noticed, in percent. Of no mutants nothing is known. */
export function isEnough(score: Score, atLeast: number): boolean {
  return score.noticed + score.missed > 0 && percent(score) >= atLeast;
}

export function sumOf(entries: readonly Pick<Entry, "noticed" | "missed">[]) {
  return entries.reduce(
    (sum, { noticed, missed }) => ({
      noticed: sum.noticed + noticed,
      missed: sum.missed + missed,
    }),
    { noticed: 0, missed: 0 },
  );
}
