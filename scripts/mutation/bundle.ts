/**
 * All tests and what they import as one program in which each mutant can be switched on: Stryker's
 * instrumenter plants the mutants, esbuild binds them. The program is evaluated anew for each
 * mutant, so that nothing that one has left behind decides on another.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Instrumenter } from "@stryker-mutator/instrumenter";
import { build, type Plugin } from "esbuild";

/** Texts are not mutated: their wording is not what a verdict hangs on. */
const LEFT_ALONE: ReadonlySet<string> = new Set(["StringLiteral"]);

export interface Mutant {
  readonly id: string;
  readonly file: string;
  /** What kind of defect it is, in Stryker's words. */
  readonly mutator: string;
  readonly replacement: string;
  /** Positions in the source, the line counted from 0. */
  readonly start: Position;
  readonly end: Position;
  /** Why no test can distinguish it from the original, if the source says so. */
  readonly equivalent?: string;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Bundle {
  readonly code: string;
  readonly mutants: readonly Mutant[];
  /** The test files that import a mutated file, through others too. */
  readonly testFiles: readonly string[];
  /** Those among them that play whole runs: seconds for each mutant, so they try only the file beside them. */
  readonly runFiles: ReadonlySet<string>;
}

/** What plays a whole run. */
const RUNNER = "harness/runner/run.ts";

export async function bundleWithMutants(
  files: readonly string[],
  tests: readonly string[],
): Promise<Bundle> {
  const { instrumented, mutants } = await plant(files);
  const entry = tests.map((file) => `${JSON.stringify(file)}: () => require("./${file}")`);
  const { outputFiles, metafile } = await build({
    stdin: { contents: `module.exports = {${entry.join(",\n")}}`, resolveDir: "." },
    plugins: [withInstrumented(instrumented)],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "cjs",
    target: "node24",
    packages: "external",
    supported: { "dynamic-import": false },
    logLevel: "error",
  });
  const reaching = filesThatImport(files, metafile.inputs);
  const running = filesThatImport([RUNNER], metafile.inputs);
  const beside = new Set(files.map(testFileOf));
  return {
    code: outputFiles[0]?.text ?? "",
    mutants,
    testFiles: tests.filter(
      (file) => reaching.has(file) && (!running.has(file) || beside.has(file)),
    ),
    runFiles: new Set(tests.filter((file) => running.has(file))),
  };
}

/** The test file beside a source file. */
export function testFileOf(file: string): string {
  return file.replace(/\.ts$/, ".test.ts");
}

type PlantedMutant = Awaited<ReturnType<Instrumenter["instrument"]>>["mutants"][number];

async function plant(files: readonly string[]): Promise<{
  readonly instrumented: ReadonlyMap<string, string>;
  readonly mutants: readonly Mutant[];
}> {
  const silent = (): void => undefined;
  const no = (): boolean => false;
  const instrumenter = new Instrumenter({
    isTraceEnabled: no,
    isDebugEnabled: no,
    isInfoEnabled: no,
    isWarnEnabled: no,
    isErrorEnabled: no,
    isFatalEnabled: no,
    trace: silent,
    debug: silent,
    info: silent,
    warn: silent,
    error: silent,
    fatal: silent,
  });
  const sources = new Map(files.map((name) => [name, readFileSync(name, "utf8")]));
  /** What it replaces, if that is on one line. */
  const originalOf = ({ fileName, location: { start, end } }: PlantedMutant): string =>
    start.line === end.line
      ? (sources.get(fileName)?.split("\n")[start.line]?.slice(start.column, end.column) ?? "")
      : "";
  const result = await instrumenter.instrument(
    [...sources].map(([name, content]) => ({ name, content, mutate: true })),
    { plugins: null, ignorers: [], excludedMutations: [...LEFT_ALONE] },
  );
  return {
    instrumented: new Map(result.files.map(({ name, content }) => [resolve(name), content])),
    mutants: result.mutants
      .filter(({ mutatorName }) => !LEFT_ALONE.has(mutatorName))
      .map((mutant) => ({
        id: mutant.id,
        file: mutant.fileName,
        mutator: mutant.mutatorName,
        replacement: mutant.replacement,
        start: mutant.location.start,
        end: mutant.location.end,
        ...(mutant.status === "Ignored"
          ? { equivalent: mutant.statusReason ?? "" }
          : equivalenceOf(originalOf(mutant), mutant.replacement)),
      })),
  };
}

/** What is the place of an event in a history: the event's name, if it has one, and `index`. */
const PLACE = String.raw`(?:(?:\b(\w+)\??\.)?index|\w*Index)(?: \?\? (?:Infinity|0|-1)\))?`;

/** The places of two events in a history, compared: the event, the direction, the other event. */
const COMPARED_PLACES = new RegExp(`^[^<>&|]*?${PLACE} (<|>)=? [^<>&|]*?${PLACE}$`);

/**
 * Why no test can distinguish a mutant that has `<` instead of `<=`, or the like, between the places
 * of two events. Two of one name, such as `began`, may be one event, so that is not said of them.
 */
function equivalenceOf(original: string, replacement: string): { readonly equivalent?: string } {
  const [, one, from, other] = COMPARED_PLACES.exec(original) ?? [];
  const [, , to] = COMPARED_PLACES.exec(replacement) ?? [];
  const areEqual = one !== undefined && one === other;
  return from !== undefined && from === to && !areEqual
    ? { equivalent: "no two events have one index" }
    : {};
}

function withInstrumented(instrumented: ReadonlyMap<string, string>): Plugin {
  return {
    name: "mutants",
    setup(host) {
      host.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const source = instrumented.get(path) ?? readFileSync(path, "utf8");
        // A bundle has one place; each module keeps its own.
        const own = {
          url: pathToFileURL(path).href,
          dirname: dirname(path),
          filename: path,
        };
        const contents = source.replace(
          /(?<!["'`])\bimport\.meta\.(url|dirname|filename)\b/g,
          (_, name: keyof typeof own) => JSON.stringify(own[name]),
        );
        return { contents, loader: "ts" };
      });
    },
  };
}

type Inputs = Readonly<Record<string, { readonly imports: readonly { readonly path: string }[] }>>;

function filesThatImport(files: readonly string[], inputs: Inputs): ReadonlySet<string> {
  const importers = new Map<string, string[]>();
  for (const [file, { imports }] of Object.entries(inputs))
    for (const { path } of imports) importers.set(path, [...(importers.get(path) ?? []), file]);
  const found = new Set(files);
  // A set visits what is added while it is walked.
  for (const file of found) for (const importer of importers.get(file) ?? []) found.add(importer);
  return found;
}
