/**
 * Hooks of Node's module loader for users' files: specifiers as TypeScript resolves them,
 * modules as esbuild compiles them, and `brownout` as the copy that is running. They are Node's
 * own modules afterwards, so that each is loaded once, however it is imported.
 */
import {
  createRequire,
  type LoadHookSync,
  registerHooks,
  type ResolveHookSync,
  setSourceMapsSupport,
} from "node:module";
import { dirname, extname, isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compileModule } from "./compile-module.ts";
import { tsconfigOf } from "./tsconfig-of-file.ts";
import { isTypeScript, moduleExtensions, usersFileOf } from "./users-files.ts";

let isRegistered = false;

/** Registers the hooks, once; they stay for the life of the process, since a script may import more files while it runs. */
export function registerModuleHooks(): void {
  if (isRegistered) return;
  isRegistered = true;
  // Stacks name the lines of the user's source, not of what esbuild makes of it.
  setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
  registerHooks({ resolve: resolveSpecifier, load: loadModule });
}

/** Behind the address of a user's module: of which round of modules it is. */
const ROUND = /\?brownout-round=\d+$/;
let rounds = 0;

/**
 * The address of a user's file that imports it anew, with all users' files that it imports, as a
 * new process would: variables of their modules begin anew. Packages in `node_modules` stay.
 */
export function newModulesOf(path: string): string {
  for (const file of Object.keys(moduleCache))
    if (usersFileOf(pathToFileURL(file).href) !== undefined) delete moduleCache[file];
  rounds += 1;
  return `${pathToFileURL(path).href}?brownout-round=${rounds}`;
}

/** What `require` has loaded. */
const moduleCache = createRequire(import.meta.url).cache;

/** A module of the same round as the one that imports it. */
function inRoundOf(importerUrl: string | undefined, url: string): string {
  const [round] = ROUND.exec(importerUrl ?? "") ?? [];
  const isPlain = !url.includes("?") && usersFileOf(url) !== undefined;
  return round !== undefined && isPlain ? url + round : url;
}

/** An import of a user's file for which there is no module. */
export interface FailedImport {
  readonly specifier: string;
  readonly importer: string;
  /** The file that it means; absent for a package. */
  readonly path?: string;
}

const failedImports = new WeakMap<object, FailedImport>();
const resolvedImports = new Map<string, string>();

/** Which import an error is about, when it is about one that was not found. */
export function failedImportOf(error: object): FailedImport | undefined {
  return failedImports.get(error);
}

/** The file that an import of a user's file was resolved to. */
export function importedFileOf(specifier: string, importer: string): string | undefined {
  const url = resolvedImports.get(`${importer}\0${specifier}`);
  return url?.startsWith("file:") === true ? fileURLToPath(url) : undefined;
}

/** What the package exports, as files: a second copy would have a clock and errors of its own. */
const ownEntries: Readonly<Record<string, string>> = {
  brownout: "../../index",
  "brownout/suite": "../../integrations/suite",
  "brownout/vitest": "../../integrations/vitest",
  "brownout/jest": "../../integrations/jest",
  "brownout/mocha": "../../integrations/mocha",
  "brownout/node-test": "../../integrations/node-test",
  "brownout/playwright": "../../integrations/playwright",
};

const resolveSpecifier: ResolveHookSync = (specifier, context, nextResolve) => {
  const importer = usersFileOf(context.parentURL);
  const own = ownEntries[specifier];
  const resolved =
    own !== undefined
      ? {
          url: new URL(own + extname(import.meta.url), import.meta.url).href,
          shortCircuit: true,
        }
      : importer === undefined
        ? nextResolve(specifier, context)
        : resolveForUser(specifier, importer, context, nextResolve);
  if (importer === undefined) return resolved;
  resolvedImports.set(`${importer}\0${specifier}`, resolved.url);
  return { ...resolved, url: inRoundOf(context.parentURL, resolved.url) };
};

function resolveForUser(
  specifier: string,
  importer: string,
  context: Parameters<ResolveHookSync>[1],
  nextResolve: Parameters<ResolveHookSync>[2],
): ReturnType<ResolveHookSync> {
  const aliased = isPath(specifier) ? [] : tsconfigOf(importer).pathsFor(specifier);
  const isImport = context.conditions.includes("import");
  const targets = [
    ...aliased.map((path) => (isImport ? pathToFileURL(path).href : path)),
    specifier,
  ];
  let failure: unknown;
  for (const target of targets) {
    for (const candidate of isPath(target) ? variantsOf(target, importer) : [target]) {
      try {
        return nextResolve(candidate, context);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        // What is reported is what the user wrote, or its first alias.
        if (candidate === targets[0]) failure = error;
      }
    }
  }
  const path = isPath(specifier) ? resolve(dirname(importer), specifier) : aliased[0];
  failedImports.set(failure as object, {
    specifier,
    importer,
    ...(path === undefined ? {} : { path }),
  });
  throw failure;
}

function isPath(specifier: string): boolean {
  return /^(?:\.{1,2}(?:\/|$)|file:)/.test(specifier) || isAbsolute(specifier);
}

/** TypeScript writes the name of the JavaScript that a module is compiled to, or no extension. */
const sourcesOf: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

function variantsOf(specifier: string, importer: string): readonly string[] {
  const extension = extname(specifier);
  const sources = sourcesOf[extension];
  if (sources !== undefined) {
    const stem = specifier.slice(0, -extension.length);
    const variants = sources.map((source) => stem + source);
    // In a folder with both, TypeScript means the source.
    return isTypeScript(importer) ? [...variants, specifier] : [specifier, ...variants];
  }
  if (moduleExtensions.includes(extension)) return [specifier];
  const ends = [".ts", ".tsx", ".js", ".jsx", ".json"];
  const index = specifier.endsWith("/") ? "index" : "/index";
  return [
    specifier,
    ...ends.map((end) => specifier + end),
    ...ends.map((end) => specifier + index + end),
  ];
}

const notFoundCodes: readonly unknown[] = [
  "ERR_MODULE_NOT_FOUND",
  "MODULE_NOT_FOUND",
  "ERR_UNSUPPORTED_DIR_IMPORT",
];

function isNotFound(error: unknown): boolean {
  return error instanceof Error && "code" in error && notFoundCodes.includes(error.code);
}

const loadModule: LoadHookSync = (url, context, nextLoad) => {
  const path = usersFileOf(url);
  if (path === undefined) return nextLoad(url, context);
  if (moduleExtensions.includes(extname(path)))
    return { ...compileModule(path), shortCircuit: true };
  // As TypeScript and bundlers do, JSON is also imported without an attribute.
  return extname(path) === ".json" && context.conditions.includes("import")
    ? nextLoad(url, { ...context, importAttributes: { type: "json" } })
    : nextLoad(url, context);
};
