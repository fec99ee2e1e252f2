/** What the tests of a service of NestJS need: the module whose container makes it, and a compiler of decorators. */
import type { Evaluator } from "./evaluate.ts";
import { findNestModule, type NestModule } from "./find-nest.ts";
import { findConfigFile, type Runner } from "./find-runner.ts";
import type { Project } from "./read-project.ts";
import type { SourceModule } from "./source-module.ts";

/** The module of the service, and what people should know before they agree. */
export interface DetectedNest {
  readonly module: NestModule;
  readonly notes: readonly string[];
}

/** Reads it off the sources; what is missing is added to `missing`. */
export function detectNest(
  project: Project,
  {
    modules,
    evaluator,
    runner,
    missing,
  }: {
    readonly modules: ReadonlyMap<string, SourceModule>;
    readonly evaluator: Evaluator;
    readonly runner: Runner;
    readonly missing: string[];
  },
): DetectedNest | undefined {
  const module = findNestModule(modules, evaluator);
  if (module === undefined)
    missing.push(
      "the module of NestJS that provides the service, an exported class with @Module()",
    );
  if (runner === "node-test")
    missing.push(
      "a test runner that compiles decorators, as Node does not: --runner vitest, or --runner jest",
    );
  if (module === undefined) return undefined;
  return { module, notes: runner === "vitest" ? compilerNotes(project) : [] };
}

/** Vitest reads the options of decorators in tsconfig.json from this major on. */
const READS_DECORATORS = 5;

function compilerNotes(project: Project): readonly string[] {
  const { dependencies } = project.manifest;
  const major = Number(/\d+/.exec(dependencies["vitest"] ?? "")?.[0] ?? READS_DECORATORS);
  const config = findConfigFile(project, "vitest");
  const configured = config === undefined ? "" : (project.files.get(config)?.text ?? "");
  if (major >= READS_DECORATORS || /\bswc\b/.test(configured)) return [];
  return [
    `Vitest ${major} gives constructors of NestJS no services without unplugin-swc: https://docs.nestjs.com/recipes/swc#vitest`,
  ];
}
