/**
 * A process that plays tests with one mutant switched on. It answers each job with one message;
 * a mutant that keeps it busy for ever is noticed by its parent.
 */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { Script } from "node:vm";
import { collectTests, type CollectedTest } from "./test-api.ts";

/** Which mutants a test file reaches, with how many visits of each. */
export interface Coverage {
  readonly file: string;
  /** Reached while the file and its imports load. */
  readonly loading: Readonly<Record<string, number>>;
  readonly tests: readonly {
    readonly ms: number;
    readonly reached: Readonly<Record<string, number>>;
  }[];
}

export type Job =
  | { readonly kind: "cover"; readonly file: string }
  | {
      readonly kind: "try";
      readonly mutant: string;
      /** After so many visits the mutant goes round in circles. */
      readonly visitsMax: number;
      readonly plan: readonly {
        readonly file: string;
        readonly tests: readonly number[] | "all";
      }[];
    };

export type Answer =
  | { readonly kind: "covered"; readonly coverage: Coverage }
  | { readonly kind: "broken"; readonly what: string }
  | { readonly kind: "noticed"; readonly by: string }
  | { readonly kind: "missed" };

/** The names that Stryker's instrumenter gives its switch and its counters. */
interface Switch {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: {
    static: Record<string, number>;
    perTest: Record<string, Record<string, number>>;
  };
}

/** A test whose process has had nothing to do for so long waits for something that never comes. */
const IDLE_MS = 3_000;
const LOOK_EVERY_MS = 500;

const mutantSwitch: Switch = {};
Object.assign(globalThis, { __stryker__: mutantSwitch });
const require = createRequire(resolve("package.json"));
let program: Script | undefined;

type TestFiles = Readonly<Record<string, () => unknown>>;

/** The program's own copy of every module, not yet evaluated, and the tests they will declare. */
function freshProgram(): { readonly files: TestFiles; readonly tests: CollectedTest[] } {
  program ??= new Script(
    `(function (module, require) {${readFileSync(process.argv[2] ?? "", "utf8")}\n})`,
    { filename: process.argv[2] ?? "" },
  );
  const { api, tests } = collectTests();
  const module: { exports: TestFiles } = { exports: {} };
  const evaluate = program.runInThisContext() as (
    target: typeof module,
    load: (name: string) => unknown,
  ) => void;
  evaluate(module, (name) => (name === "vitest" ? api : (require(name) as unknown)));
  return { files: module.exports, tests };
}

async function play(test: CollectedTest): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_, reject) => {
    let idleMs = 0;
    let seen = performance.eventLoopUtilization();
    // Idle is not slow: on a busy machine a process that waits for its turn is not idle.
    timer = setInterval(() => {
      const { utilization, idle } = performance.eventLoopUtilization(seen);
      seen = performance.eventLoopUtilization();
      idleMs = utilization < 0.05 ? idleMs + idle : 0;
      if (idleMs > IDLE_MS) reject(new Error("the test never ended"));
    }, LOOK_EVERY_MS);
  });
  try {
    await Promise.race([test.run(), stuck]);
  } finally {
    clearInterval(timer);
  }
}

async function cover(file: string): Promise<Answer> {
  const perTest: Record<string, Record<string, number>> = {};
  const counted = { static: {} as Record<string, number>, perTest };
  mutantSwitch.mutantCoverage = counted;
  mutantSwitch.activeMutant = undefined;
  mutantSwitch.currentTestId = undefined;
  const { files, tests } = freshProgram();
  files[file]?.();
  const times: number[] = [];
  for (const [index, test] of tests.entries()) {
    mutantSwitch.currentTestId = String(index);
    const start = performance.now();
    try {
      await play(test);
    } catch (error) {
      return { kind: "broken", what: `${file}: ${test.name}: ${String(error)}` };
    }
    times.push(performance.now() - start);
  }
  mutantSwitch.currentTestId = undefined;
  return {
    kind: "covered",
    coverage: {
      file,
      loading: counted.static,
      tests: times.map((ms, index) => ({ ms, reached: perTest[String(index)] ?? {} })),
    },
  };
}

async function tryMutant(job: Job & { kind: "try" }): Promise<Answer> {
  mutantSwitch.mutantCoverage = { static: {}, perTest: {} };
  mutantSwitch.currentTestId = undefined;
  mutantSwitch.hitCount = 0;
  mutantSwitch.hitLimit = job.visitsMax;
  mutantSwitch.activeMutant = job.mutant;
  try {
    const { files, tests } = freshProgram();
    for (const { file, tests: wanted } of job.plan) {
      const first = tests.length;
      try {
        files[file]?.();
      } catch {
        return { kind: "noticed", by: file };
      }
      const declared = tests.slice(first);
      const indices = wanted === "all" ? declared.keys() : wanted;
      for (const index of indices) {
        const test = declared[index];
        if (test === undefined) return { kind: "noticed", by: `${file}: a test is gone` };
        try {
          await play(test);
        } catch {
          return { kind: "noticed", by: `${file}: ${test.name}` };
        }
      }
    }
    return { kind: "missed" };
  } finally {
    mutantSwitch.activeMutant = undefined;
  }
}

process.on("message", (job: Job) => {
  void (job.kind === "cover" ? cover(job.file) : tryMutant(job))
    .catch((error: unknown): Answer => ({ kind: "broken", what: String(error) }))
    .then((answer) => process.send?.(answer));
});
process.on("disconnect", () => process.exit());
// What a mutant leaves unhandled after its test has ended is none of the next one's.
process.on("unhandledRejection", () => undefined);
process.on("uncaughtException", () => undefined);
