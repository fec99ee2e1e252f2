/**
 * `npm run mutate`: how many small defects, planted one at a time in rules, faults and the
 * backup's eligibility, the unit tests notice. The scores are kept in `test/mutation-scores.json`:
 * an interrupted run goes on where it was, and a later one tries again only what has changed.
 *
 * A mutant that no test can distinguish from the original is marked in the source, with the reason:
 * `// Stryker disable next-line EqualityOperator: both sides are never equal`.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Mutant } from "./mutation/bundle.ts";
import { sampleOf } from "./mutation/sample.ts";
import { mutatedSource } from "./mutation/compiler.ts";
import {
  findStale,
  gate,
  hashOf,
  isEnough,
  percent,
  readLedger,
  sumOf,
  writeLedger,
} from "./mutation/ledger.ts";
import { tryMutants, type FileResult } from "./mutation/try-mutants.ts";

/** Where a wrong condition is a wrong verdict. */
const MUTATED = "harness/{rules,faults,entra/backup}/**/*.ts";
/** Unit tests that patch nothing in their process. Thousands of random cases for each mutant would take days. */
const tests = [
  ...globSync("harness/{rules,faults,entra/backup}/**/*.test.ts").toSorted(),
  // What fault plans may be is published as a JSON Schema.
  "test/json-schemas.test.ts",
].filter((file) => !file.endsWith(".property.test.ts"));
const FOLDER = "reports/out/mutation";
const USAGE = `npm run mutate [-- OPTION...] [FILE...]
  FILE...           source files to mutate; default: those of ${MUTATED}
                    that have changed since their score in test/mutation-scores.json
  --all             those as well that have not changed
  --scores          print the scores only
  --sample SEED     some mutants of the files that have a good score, chosen by the seed;
                    changes no scores
  --mutants N       how many a sample has; default: 300
  --at-least SHARE  percent of the mutants that tests must notice; default: 95
  --workers N       how many processes; default: one a processor`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: "boolean", default: false },
    scores: { type: "boolean", default: false },
    sample: { type: "string" },
    mutants: { type: "string", default: "300" },
    "at-least": { type: "string", default: "95" },
    workers: { type: "string", default: String(availableParallelism()) },
    help: { type: "boolean", short: "h", default: false },
  },
});
const atLeast = Number(values["at-least"]);
const workers = Number(values.workers);
const everyFile = globSync(MUTATED)
  .filter((file) => !file.endsWith(".test.ts"))
  .toSorted();

async function mutateSample(seed: string): Promise<boolean> {
  const ledger = readLedger();
  // A file joins once its tests are good enough; from then on they have to stay so.
  const good = everyFile.filter((file) => ledger[file]?.gated === true);
  const files = positionals.length > 0 ? positionals : good;
  const results: FileResult[] = [];
  const choose = (mutants: readonly Mutant[]): readonly Mutant[] =>
    sampleOf(mutants, seed, Number(values.mutants));
  for await (const result of tryMutants({ files, tests, choose, workers, folder: FOLDER })) {
    for (const mutant of result.missed) print(describe(mutant));
    results.push(result);
  }
  return sayScore(
    `a sample of ${files.length} files`,
    results.map(({ noticed, missed }) => ({ noticed, missed: missed.length })),
  );
}

async function mutateFiles(files: readonly string[]): Promise<void> {
  const started = Date.now();
  // Of what is tried, even if the file changes meanwhile.
  const hashes = new Map(files.map((file) => [file, hashOf(file)]));
  let tried = 0;
  for await (const result of tryMutants({ files, tests, workers, folder: FOLDER })) {
    const { file, noticed, missed, equivalent, uncompilable } = result;
    for (const mutant of missed) print(describe(mutant));
    const score = { noticed, missed: missed.length };
    print(`${row(file, score)}, ${equivalent} equivalent, ${uncompilable} do not compile`);
    const about = { equivalent, source: hashes.get(file) ?? "", date: today() };
    const entry = { ...score, ...about, ...gate(readLedger()[file], score, atLeast) };
    writeLedger({ [file]: entry }, everyFile);
    tried += noticed + missed.length + uncompilable;
  }
  const minutes = (Date.now() - started) / 60_000;
  print(`${tried} mutants in ${minutes.toFixed(1)} minutes`);
}

/** All scores, and whether they are as good as they must be. */
function sayScores(): boolean {
  const ledger = readLedger();
  const known = everyFile.flatMap((file) =>
    ledger[file] === undefined ? [] : [{ file, ...ledger[file] }],
  );
  const stale = new Set(findStale(ledger, everyFile));
  for (const entry of known)
    print(`${row(entry.file, entry)}${stale.has(entry.file) ? ", changed since" : ""}`);
  for (const file of everyFile) if (ledger[file] === undefined) print(`   not tried  ${file}`);
  return sayScore(`${known.length} of ${everyFile.length} files`, known);
}

function sayScore(what: string, scores: readonly { noticed: number; missed: number }[]): boolean {
  const sum = sumOf(scores);
  const share = percent(sum);
  print(
    `\nTests notice ${sum.noticed} of ${sum.noticed + sum.missed} mutants in ${what}: ${share.toFixed(1)} %; at least ${atLeast} % must be.`,
  );
  return isEnough(sum, atLeast);
}

function row(file: string, score: { noticed: number; missed: number }): string {
  const share = percent(score).toFixed(1).padStart(5);
  return `${share} %  ${score.noticed} of ${score.noticed + score.missed}  ${file}`;
}

function describe(mutant: Mutant): string {
  const { file, mutator, start, end } = mutant;
  const before = readFileSync(file, "utf8").split("\n");
  const after = mutatedSource(mutant).split("\n");
  const added = after.length - before.length;
  const lines = (text: readonly string[], sign: string, last: number): string =>
    text
      .slice(start.line, last + 1)
      .slice(0, 4)
      .map((line) => `${sign} ${line}`)
      .join("\n");
  return `${file}:${start.line + 1} ${mutator}\n${lines(before, "-", end.line)}\n${lines(after, "+", end.line + added)}`;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<0 | 1 | 2> {
  const missing = positionals.find((file) => !existsSync(file));
  if (missing !== undefined) {
    print(`There is no file ${missing}.\n${USAGE}`);
    return 2;
  }
  if (values.help) {
    print(USAGE);
    return 0;
  }
  if (values.sample !== undefined) return (await mutateSample(values.sample)) ? 0 : 1;
  const due = values.all ? everyFile : findStale(readLedger(), everyFile);
  const files = positionals.length > 0 ? positionals : due;
  if (!values.scores && files.length > 0) await mutateFiles(files);
  return sayScores() ? 0 : 1;
}

process.exitCode = await main();
