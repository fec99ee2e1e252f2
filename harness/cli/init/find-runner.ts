/** The package manager, the test runner and the language of a project. */
import { existsSync } from "node:fs";
import { dirname, join, matchesGlob, posix } from "node:path";
import type { Evaluator, Value } from "./evaluate.ts";
import type { Project } from "./read-project.ts";
import { type SourceModule, visitNodes } from "./source-module.ts";

export const runners = ["vitest", "jest", "mocha", "node-test", "playwright"] as const;
export type Runner = (typeof runners)[number];

export const packageManagers = ["npm", "pnpm", "yarn", "bun"] as const;
export type PackageManager = (typeof packageManagers)[number];

const lockFiles: readonly (readonly [string, PackageManager])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
];

/** The one that package.json names, else by the nearest lock file up to the root of the repository; npm when there is none. */
export function findPackageManager({ root, manifest }: Project): PackageManager {
  const named = /^(\w+)@/.exec(manifest.packageManager ?? "")?.[1];
  const known = packageManagers.find((manager) => manager === named);
  if (known !== undefined) return known;
  for (let folder = root; ; folder = dirname(folder)) {
    const found = lockFiles.find(([name]) => existsSync(join(folder, name)));
    if (found !== undefined) return found[1];
    if (existsSync(join(folder, ".git")) || folder === dirname(folder)) return "npm";
  }
}

/** The command that installs packages for development. */
export function installCommand(manager: PackageManager, packages: readonly string[]): string {
  const add = { npm: "install --save-dev", pnpm: "add -D", yarn: "add -D", bun: "add -d" }[manager];
  return `${manager} ${add} ${packages.join(" ")}`;
}

/** The runner of the project's own Node tests: the one that its script `test` calls, else the one that is installed; node:test, which needs no package, when there is none. */
export function findRunner({ manifest }: Project): Runner {
  const { scripts, dependencies } = manifest;
  const script = Object.entries(scripts)
    .filter(([name]) => name.startsWith("test"))
    .map(([, command]) => command)
    .join("\n");
  const installed = (["vitest", "jest", "mocha"] as const).filter(
    (name) => dependencies[name] !== undefined,
  );
  const called = installed.find((name) => new RegExp(`\\b${name}\\b`).test(script));
  if (called !== undefined) return called;
  if (/\bnode\b.*\s--test\b|\btsx\b.*\s--test\b/.test(script)) return "node-test";
  return installed[0] ?? "node-test";
}

/** How the project's own files are written. */
export interface Style {
  readonly language: "ts" | "js";
  readonly modules: "esm" | "cjs";
  /** How a test loads a source while it runs. */
  readonly loads: "import" | "require";
  /** What a relative import of a TypeScript file ends in. */
  readonly ending: "" | ".js" | ".ts";
  /** Node itself does not resolve the imports of these TypeScript sources. */
  readonly needsTsx: boolean;
}

/** The style of the file that a test is about, and of its neighbours. */
export function findStyle(
  project: Project,
  modules: ReadonlyMap<string, SourceModule>,
  runner: Runner,
): Style {
  const paths = [...modules.keys()].filter((path) => !/\.(?:json|html)$/.test(path));
  const isTypeScript = (path: string): boolean => /\.[cm]?tsx?$/.test(path);
  const written = paths.filter((path) => /^(?:src|app|lib|server)\//.test(path));
  const own = (written.length > 0 ? written : paths).filter((path) => !/\.config\./.test(path));
  const language = own.filter(isTypeScript).length * 2 > own.length && own.length > 0 ? "ts" : "js";
  const specifiers = [...modules.values()].flatMap(({ specifiers: some }) =>
    some.filter((one) => one.startsWith(".")),
  );
  const count = (ending: RegExp): number => specifiers.filter((one) => ending.test(one)).length;
  const [js, ts] = [count(/\.[cm]?js$/), count(/\.[cm]?tsx?$/)];
  const bare = specifiers.length - js - ts;
  const ending = ts > js && ts > bare ? ".ts" : js > bare ? ".js" : "";
  // Types alone do not decide what Jest and Mocha run: compilers make CommonJS for them by default.
  const isModule =
    project.manifest.isModule ||
    runner === "vitest" ||
    runner === "playwright" ||
    (language === "js" && own.length > 0 && own.every((path) => path.endsWith(".mjs")));
  const needsTsx =
    runner === "node-test" &&
    language === "ts" &&
    // A package of CommonJS is compiled, and compilers drop imports of types, which Node does not.
    (project.manifest.dependencies["tsx"] !== undefined ||
      js + bare > 0 ||
      (ts === 0 && !project.manifest.isModule));
  const form = isModule || language === "ts" ? "esm" : "cjs";
  return {
    language,
    modules: form,
    loads:
      form === "cjs" || (language === "ts" && compilesToCommonJs(project, runner))
        ? "require"
        : "import",
    ending: language === "ts" && runner === "node-test" && !needsTsx ? ".ts" : ending,
    needsTsx,
  };
}

/** Jest runs such files as CommonJS, in which some compilers leave `import()` as it is, and Jest refuses it. */
function compilesToCommonJs(project: Project, runner: Runner): boolean {
  if (runner !== "jest" || project.manifest.isModule) return false;
  const file = findConfigFile(project, "jest");
  const written = file === undefined ? "" : (project.files.get(file)?.text ?? "");
  return !`${JSON.stringify(project.manifest.jest)}${written}`.includes("extensionsToTreatAsEsm");
}

/** Where tests are placed, and what they are called. */
export interface Placement {
  /** With slashes, relative to the project. */
  readonly folder: string;
  /** `.test` or `.spec`. */
  readonly infix: string;
  /** The runner's own configuration does not find files there: the script has to name them. */
  readonly isOutside: boolean;
}

/** As people and generators name their tests: NestJS has two kinds. */
const infixes = [".test", ".spec", ".e2e-spec", ".integration.test"];

/** A folder `brownout` that the runner's own configuration finds, if there is one. */
export function findPlacement(
  project: Project,
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
  runner: Runner,
  extension: string,
): Placement {
  const config = readRunnerConfig(project, modules, evaluator, runner);
  const folders = [
    // What a compiler leaves out of a build.
    ...["test", "tests"]
      .filter((name) => isExcluded(project, name))
      .map((name) => `${name}/brownout`),
    "brownout",
    ...["test", "tests", ...config.roots].map((name) => posix.join(name, "brownout")),
  ];
  for (const folder of new Set(folders))
    for (const infix of infixes)
      if (config.finds(`${folder}/sign-in${infix}.${extension}`))
        return { folder, infix, isOutside: false };
  return { folder: folders[0] ?? "brownout", infix: ".test", isOutside: true };
}

/** Whether a tsconfig that compiles everything leaves a folder out. */
function isExcluded({ files }: Project, folder: string): boolean {
  return [...files.values()].some(({ path, text }) => {
    if (!/^tsconfig(?:\.build)?\.json$/.test(path)) return false;
    const excluded = /"exclude"\s*:\s*\[([^\][]*)\]/.exec(text)?.[1] ?? "";
    return new RegExp(`"(?:\\./)?${folder}/?(?:\\*\\*(?:/\\*)?)?"`).test(excluded);
  });
}

interface RunnerConfig {
  readonly roots: readonly string[];
  readonly finds: (path: string) => boolean;
}

const configFiles: Readonly<Record<Runner, RegExp>> = {
  vitest: /^(?:vitest|vite)\.config\.[cm]?[jt]s$/,
  jest: /^jest\.config\.(?:[cm]?[jt]s|json)$/,
  mocha: /^\.mocharc\.(?:c?js|json|ya?ml)$/,
  "node-test": /^$/,
  playwright: /^playwright\.config\.[cm]?[jt]s$/,
};

/** Whether the project has a configuration of that runner. */
export function findConfigFile({ files }: Project, runner: Runner): string | undefined {
  return [...files.keys()].find((path) => configFiles[runner].test(path));
}

function readRunnerConfig(
  project: Project,
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
  runner: Runner,
): RunnerConfig {
  const values = configuredTexts(project, modules, evaluator, runner);
  const said = (name: string): readonly string[] => values.get(name) ?? [];
  const root = clean(said("rootDir")[0] ?? said("root")[0] ?? "");
  if (runner === "jest") {
    const roots = said("roots").map((one) => posix.join(root, clean(one)));
    const inside = (path: string): boolean =>
      (roots.length === 0 ? [root] : roots).some((one) => isWithin(path, one));
    const patterns = said("testMatch");
    const expressions = said("testRegex");
    return {
      roots: roots.length > 0 ? roots : root === "" ? [] : [root],
      finds: (path) =>
        inside(path) &&
        (expressions.length > 0
          ? expressions.some((one) => matchesRegex(path, one))
          : patterns.length === 0 || patterns.some((one) => matches(path, one, root))),
    };
  }
  if (runner === "vitest") {
    const folder = posix.join(root, clean(said("dir")[0] ?? ""));
    const include = said("include");
    const beginnings = include.map((one) => clean(/^[^*?[{(]*(?=\/)/.exec(one)?.[0] ?? ""));
    return {
      roots: [folder, ...beginnings].filter((one) => one !== "." && one !== ""),
      finds: (path) =>
        isWithin(path, folder) &&
        (include.length === 0 || include.some((one) => matches(path, one, root))),
    };
  }
  if (runner === "playwright") {
    const folder = clean(said("testDir")[0] ?? "");
    const patterns = said("testMatch");
    return {
      roots: folder === "" ? [] : [folder],
      finds: (path) =>
        isWithin(path, folder) &&
        (patterns.length === 0 || patterns.some((one) => matches(path, one, folder))),
    };
  }
  // Mocha runs all files that it finds in one process, where modules stay loaded: the script names these.
  return { roots: [], finds: () => true };
}

function clean(path: string): string {
  const normal = posix.normalize(path.replace(/^<rootDir>\/?/, "").replace(/^\.\//, ""));
  return normal === "." || normal === "/" ? "" : normal.replace(/\/$/, "");
}

function isWithin(path: string, folder: string): boolean {
  return folder === "" || folder === "." || path.startsWith(`${folder}/`);
}

/** Patterns with more wildcards are not tried: the time that a match takes grows with their number. */
function hasManyWildcards(pattern: string): boolean {
  return pattern.length > 200 || pattern.replaceAll(/[^*+?]/g, "").length > 8;
}

function matches(path: string, pattern: string, root: string): boolean {
  if (hasManyWildcards(pattern)) return false;
  const plain = clean(pattern);
  return (
    matchesGlob(path, plain) ||
    matchesGlob(path, posix.join(root, plain)) ||
    matchesGlob(posix.basename(path), plain)
  );
}

function matchesRegex(path: string, expression: string): boolean {
  if (hasManyWildcards(expression)) return false;
  // Only the forms that generators write are understood: an ending such as `.*\.spec\.ts$`.
  const ending =
    /^(?:\(?\/?__tests__\/?.*\|)?(?:\.\*)?((?:\\?[.\w-]|\(\w+(?:\|\w+)*\)|\[\w+\]|\?)*)\)?\$$/.exec(
      expression,
    )?.[1];
  return ending !== undefined && new RegExp(`${ending}$`).test(path);
}

/** The texts that stand in the runner's configuration, by the name of their property. */
function configuredTexts(
  project: Project,
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
  runner: Runner,
): ReadonlyMap<string, readonly string[]> {
  const texts = new Map<string, readonly string[]>();
  const inManifest = runner === "jest" ? project.manifest.jest : undefined;
  const file = findConfigFile(project, runner);
  const json =
    file?.endsWith(".json") === true ? parseJson(project.files.get(file)?.text) : inManifest;
  if (typeof json === "object" && json !== null)
    for (const [name, value] of Object.entries(json))
      texts.set(
        name,
        [value].flat().filter((one) => typeof one === "string"),
      );
  const module = file === undefined ? undefined : modules.get(file);
  if (module === undefined) return texts;
  visitNodes(module.program, (node) => {
    if (node.type !== "ObjectProperty") return;
    const key = (node.key as { name?: string }).name;
    if (key === undefined || texts.has(key)) return;
    const value = evaluator.evaluate(node.value, module);
    const items = value.kind === "list" ? value.items : [value];
    const plain = items.map(plainText).filter((one) => one !== undefined);
    if (plain.length > 0) texts.set(key, plain);
  });
  return texts;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

/** A text without variables. */
export function plainText(value: Value): string | undefined {
  if (value.kind !== "text") return undefined;
  const texts = value.parts.map((part) => (part.kind === "text" ? part.text : undefined));
  return texts.includes(undefined) ? undefined : texts.join("");
}
