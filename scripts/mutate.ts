/**
 * `npm run mutate`: how many small defects, planted one at a time in rules, faults and the
 * backup's eligibility, the unit tests notice. Each file is a run of its own, whose results are
 * kept in `reports/out/mutation`: an interrupted run goes on where it was, and a later one plays
 * again only what has changed.
 *
 * A mutant that no test can distinguish from the original is marked in the source, with the reason:
 * `// Stryker disable next-line EqualityOperator: both sides are never equal`. Texts are not
 * mutated: their wording is not what a verdict hangs on.
 */
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";

/** Where a wrong condition is a wrong verdict. */
const MUTATED = "harness/{rules,faults,entra/backup}/**/*.ts";
const RESULTS = "reports/out/mutation";
const USAGE = `npm run mutate [-- OPTION...] [FILE...]
  FILE...           source files to mutate; default: ${MUTATED}
  --sample SEED     some of the files, chosen by the seed
  --lines N         how many lines a sample has at least; default: 300
  --at-least SHARE  percent of the mutants that tests must notice; default: 95`;

interface FileScore {
  readonly file: string;
  readonly noticed: number;
  readonly valid: number;
}

const NOTICED: ReadonlySet<string> = new Set(["Killed", "Timeout"]);
const MISSED: ReadonlySet<string> = new Set(["Survived", "NoCoverage"]);

async function scoreOf(file: string): Promise<FileScore> {
  const kept = `${RESULTS}/${file.replaceAll("/", "_")}.json`;
  const mutants = await new Stryker({
    mutate: [file],
    mutator: { plugins: [], excludedMutations: ["StringLiteral"] },
    testRunner: "vitest",
    vitest: { configFile: "vitest.mutation.config.ts", related: true },
    coverageAnalysis: "perTest",
    incremental: true,
    incrementalFile: kept,
    // Stryker rewrites it with a compiler that this project does not have.
    tsconfigFile: "none",
    ignorePatterns: ["/reports", "/dist", "/docs", "/bench", "/ci", "/.ci"],
    tempDirName: "reports/out/mutation-sandbox",
    concurrency: Math.max(1, availableParallelism() - 1),
    // A busy machine is not a defect that a test has noticed.
    timeoutMS: 60_000,
    reporters: ["clear-text"],
    clearTextReporter: { logTests: false, reportTests: false, reportScoreTable: false },
    allowConsoleColors: false,
  }).runMutationTest();
  const count = (states: ReadonlySet<string>): number =>
    mutants.filter(({ status }) => states.has(status)).length;
  const noticed = count(NOTICED);
  return { file, noticed, valid: noticed + count(MISSED) };
}

/** Files in an order that the seed decides, until they have that many lines. */
function sampleOf(files: readonly string[], seed: string, lines: number): readonly string[] {
  const rank = (file: string): string =>
    createHash("sha256").update(`${seed} ${file}`).digest("hex");
  const sample: string[] = [];
  let sum = 0;
  for (const file of files.toSorted((a, b) => rank(a).localeCompare(rank(b)))) {
    if (sum >= lines) break;
    sample.push(file);
    sum += readFileSync(file, "utf8").split("\n").length;
  }
  return sample;
}

function percent(noticed: number, valid: number): number {
  return valid === 0 ? 100 : (100 * noticed) / valid;
}

async function mutate(files: readonly string[], atLeast: number): Promise<0 | 1> {
  const scores: FileScore[] = [];
  for (const file of files) {
    const score = await scoreOf(file);
    scores.push(score);
    process.stdout.write(
      `${percent(score.noticed, score.valid).toFixed(1).padStart(5)} %  ${score.noticed} of ${score.valid}  ${file}\n`,
    );
  }
  const sum = (of: (score: FileScore) => number): number =>
    scores.reduce((total, score) => total + of(score), 0);
  const noticed = sum((score) => score.noticed);
  const valid = sum((score) => score.valid);
  const share = percent(noticed, valid);
  process.stdout.write(
    `\nTests notice ${noticed} of ${valid} mutants in ${scores.length} files: ${share.toFixed(1)} %; at least ${atLeast} % must be.\n`,
  );
  return share >= atLeast ? 0 : 1;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string" },
    lines: { type: "string", default: "300" },
    "at-least": { type: "string", default: "95" },
    help: { type: "boolean", short: "h" },
  },
});
const missing = positionals.find((file) => !existsSync(file));
if (values.help === true || missing !== undefined) {
  process.stdout.write(
    `${missing === undefined ? "" : `There is no file ${missing}.\n`}${USAGE}\n`,
  );
  process.exitCode = missing === undefined ? 0 : 2;
} else {
  const all = globSync(MUTATED).filter((file) => !file.endsWith(".test.ts"));
  const chosen = positionals.length > 0 ? positionals : all.toSorted();
  const files =
    values.sample === undefined ? chosen : sampleOf(chosen, values.sample, Number(values.lines));
  process.exitCode = await mutate(files, Number(values["at-least"]));
}
