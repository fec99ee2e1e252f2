/** Tries mutants with the tests that reach them, the cheapest and nearest first. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleWithMutants, testFileOf, type Mutant } from "./bundle.ts";
import { findUncompilable } from "./compiler.ts";
import { createPool, type Pool } from "./pool.ts";
import type { Coverage, Job } from "./worker.ts";

export interface FileResult {
  readonly file: string;
  readonly noticed: number;
  /** What no test has noticed although it can be. */
  readonly missed: readonly Mutant[];
  /** Those marked in the source. */
  readonly equivalent: number;
  /** Those that the compiler refuses. */
  readonly uncompilable: number;
}

export interface Attempt {
  readonly files: readonly string[];
  /** The test files that may notice a mutant. */
  readonly tests: readonly string[];
  /** Which of the mutants are tried; all, unless given. */
  readonly choose?: (mutants: readonly Mutant[]) => readonly Mutant[];
  readonly workers: number;
  /** For the program with the mutants, and for what the compiler reads. */
  readonly folder: string;
}

const NOTHING = { noticed: 0, missed: [], equivalent: 0, uncompilable: 0 } as const;

/** So many are tried before there are results: the compiler is slow to start. */
const TOGETHER = 500;

/** Results a few files at a time, in the order of the files. */
export async function* tryMutants(attempt: Attempt): AsyncGenerator<FileResult> {
  const { files, tests, choose = (all) => all, workers, folder } = attempt;
  const bundle = await bundleWithMutants(files, tests);
  const bundlePath = join(folder, `bundle-${process.pid}.cjs`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(bundlePath, bundle.code);
  const pool = createPool(bundlePath, workers);
  try {
    const coverages = await coverAll(pool, bundle.testFiles);
    const coveragesOf = (source: string): readonly Coverage[] =>
      coverages.filter(({ file }) => !bundle.runFiles.has(file) || file === testFileOf(source));
    const chosen = Map.groupBy(choose(bundle.mutants), ({ file }) => file);
    // Types and texts have no mutants.
    for (const file of files) if (!chosen.has(file)) yield { ...NOTHING, file };
    for (const mutants of inGroups(chosen))
      yield* await tryTogether(mutants, coveragesOf, pool, join(folder, `types-${process.pid}`));
  } finally {
    pool.close();
    rmSync(bundlePath, { force: true });
  }
}

/** All mutants of a file are in one group. */
function inGroups(byFile: ReadonlyMap<string, readonly Mutant[]>): readonly (readonly Mutant[])[] {
  const groups: Mutant[][] = [[]];
  for (const mutants of byFile.values()) {
    if ((groups.at(-1)?.length ?? 0) >= TOGETHER) groups.push([]);
    groups.at(-1)?.push(...mutants);
  }
  return groups;
}

async function coverAll(pool: Pool, testFiles: readonly string[]): Promise<readonly Coverage[]> {
  const answers = await pool.run(testFiles.map((file) => ({ kind: "cover", file })));
  return answers.map((answer, index) => {
    if (answer.kind === "covered") return answer.coverage;
    const what = answer.kind === "broken" ? answer.what : `${testFiles[index]} never ended`;
    throw new Error(`Tests must pass before mutants are planted. ${what}`);
  });
}

async function tryTogether(
  mutants: readonly Mutant[],
  coveragesOf: (file: string) => readonly Coverage[],
  pool: Pool,
  folder: string,
): Promise<readonly FileResult[]> {
  const tried = mutants.filter(({ equivalent }) => equivalent === undefined);
  // What no test reaches need not be tried.
  const jobs = tried
    .map((mutant) => jobOf(mutant, coveragesOf(mutant.file)))
    .filter(({ plan }) => plan.length > 0);
  const noticed = new Set<string>();
  for (const [index, answer] of (await pool.run(jobs)).entries()) {
    if (answer.kind === "broken") throw new Error(answer.what);
    if (answer.kind !== "missed") noticed.add(jobs[index]?.mutant ?? "");
  }
  const missed = tried.filter(({ id }) => !noticed.has(id));
  const uncompilable = await findUncompilable(missed, folder);
  return [...Map.groupBy(mutants, ({ file }) => file)].map(([file, ofFile]) => ({
    file,
    noticed: ofFile.filter(({ id }) => noticed.has(id)).length,
    missed: missed.filter((mutant) => mutant.file === file && !uncompilable.has(mutant.id)),
    equivalent: ofFile.filter(({ equivalent }) => equivalent !== undefined).length,
    uncompilable: ofFile.filter(({ id }) => uncompilable.has(id)).length,
  }));
}

type TryJob = Extract<Job, { kind: "try" }>;

function jobOf(mutant: Mutant, coverages: readonly Coverage[]): TryJob {
  const own = testFileOf(mutant.file);
  let visits = 0;
  const plan = coverages.flatMap((coverage) => {
    const { file, loading, tests } = coverage;
    const reaching = [...tests.keys()].filter((index) => tests[index]?.reached[mutant.id]);
    const whileLoading = loading[mutant.id] ?? 0;
    for (const { reached } of [{ reached: loading }, ...tests]) visits += reached[mutant.id] ?? 0;
    if (whileLoading === 0 && reaching.length === 0) return [];
    const played = whileLoading > 0 ? [...tests.keys()] : reaching;
    const ms = played.reduce((sum, index) => sum + (tests[index]?.ms ?? 0), 0);
    return [
      { file, ms: file === own ? -1 : ms, tests: whileLoading > 0 ? ("all" as const) : reaching },
    ];
  });
  return {
    kind: "try",
    mutant: mutant.id,
    visitsMax: 10_000 + 20 * visits,
    plan: plan.toSorted((a, b) => a.ms - b.ms).map(({ file, tests }) => ({ file, tests })),
  };
}
