/**
 * Which sign-in packages a run used, and in which versions: read from the modules that were
 * loaded, because a manifest says only what may be installed. Node's own hooks see each import
 * and each `require`; from the user's files, or from the client's package, all that they load in
 * turn is followed, however deep. What was bundled into a file is known by the comments that MSAL
 * leaves in it: its own build for CommonJS contains `@azure/msal-common`.
 */
import { existsSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isSignInPackage } from "./sign-in-packages.ts";

/** A package that was loaded. */
export interface LoadedPackage {
  readonly name: string;
  readonly version: string;
}

/** The addresses that each module has imported, by its own. */
const importsOf = new Map<string, Set<string>>();
let isWatching = false;

/** Begins to note what is loaded; once a process, before anything that is to be seen. */
export function watchLoadedPackages(): void {
  if (isWatching) return;
  isWatching = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      if (context.parentURL !== undefined && resolved.url.startsWith("file:"))
        note(plainUrl(context.parentURL), plainUrl(resolved.url));
      return resolved;
    },
  });
}

function note(importer: string, imported: string): void {
  const known = importsOf.get(importer);
  if (known === undefined) importsOf.set(importer, new Set([imported]));
  else known.add(imported);
}

/** Without a question mark and what follows: modules of several rounds are one file. */
function plainUrl(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

/** Where to begin. */
export interface LoadedFrom {
  /** Absolute paths of the user's files. */
  readonly files: readonly string[];
  /** The npm package of the client under test, where it is one; of this folder, or any. */
  readonly client?: { readonly npm: string; readonly version: string };
}

/** The sign-in packages that these have loaded until now, in the order of their names. */
export function packagesLoadedFrom({ files, client }: LoadedFrom): readonly LoadedPackage[] {
  const found = new Map<string, LoadedPackage>();
  const add = (one: LoadedPackage): void => {
    found.set(`${one.name}@${one.version}`, one);
  };
  if (client !== undefined && isSignInPackage(client.npm))
    add({ name: client.npm, version: client.version });
  const begin = [
    ...files.map((file) => pathToFileURL(file).href),
    ...(client === undefined ? [] : modulesOf(client)),
  ];
  for (const url of reachedFrom(begin)) {
    const one = packageOf(dirname(fileURLToPath(url)));
    const isFamily = one !== undefined && isSignInPackage(one.name);
    if (isFamily) add(one);
    if (isFamily || !url.includes("/node_modules/")) bundledIn(fileURLToPath(url)).forEach(add);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** The modules of a package in a version that have imported something. */
function modulesOf({ npm, version }: { readonly npm: string; readonly version: string }) {
  return [...importsOf.keys()].filter((url) => {
    if (!url.startsWith("file:") || !url.includes(`/node_modules/${npm}/`)) return false;
    const one = packageOf(dirname(fileURLToPath(url)));
    return one?.name === npm && one.version === version;
  });
}

function reachedFrom(begin: readonly string[]): ReadonlySet<string> {
  const reached = new Set(begin);
  // A set grows while it is read: what is added is read, too.
  for (const url of reached) for (const next of importsOf.get(url) ?? []) reached.add(next);
  return reached;
}

const bundled = new Map<string, readonly LoadedPackage[]>();

// As MSAL's builds begin each module: its name, version and day.
const BANNER = /\/\*! (@azure\/msal-[\w-]+) v(\d[\w.+-]*) \d{4}-\d\d-\d\d \*\//g;

/** The packages that the comments of a file name; none where it cannot be read. */
function bundledIn(path: string): readonly LoadedPackage[] {
  const known = bundled.get(path);
  if (known !== undefined) return known;
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const found = [...text.matchAll(BANNER)].map(([, name = "", version = ""]) => ({
    name,
    version,
  }));
  bundled.set(path, found);
  return found;
}

const packages = new Map<string, LoadedPackage | undefined>();

/** The package that a folder is in: of the nearest manifest with a name and a version, as builds have some with neither. */
function packageOf(folder: string): LoadedPackage | undefined {
  if (packages.has(folder)) return packages.get(folder);
  const above = dirname(folder);
  const found = manifestIn(folder) ?? (above === folder ? undefined : packageOf(above));
  packages.set(folder, found);
  return found;
}

function manifestIn(folder: string): LoadedPackage | undefined {
  const path = join(folder, "package.json");
  if (!existsSync(path)) return undefined;
  try {
    const { name, version } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    return typeof name === "string" && typeof version === "string" ? { name, version } : undefined;
  } catch {
    return undefined;
  }
}
