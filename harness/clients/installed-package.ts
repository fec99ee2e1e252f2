/**
 * Packages that are clients under test: those that not every user needs are named when they are
 * missing, with the command that installs them. A package is taken from beside Brownout, or from
 * a folder with a version of its own (`harness/reporting/versions/`): a folder with `node_modules` in it.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { HarnessError } from "../core/errors.ts";

/** What a failed `import` of a package is turned into: `client-not-installed`. */
export function notInstalled(
  name: string,
  { major, cause }: { readonly major?: number; readonly cause: unknown },
): HarnessError {
  return new HarnessError("client-not-installed", `${name} is not installed`, {
    place: name,
    hint: `Run: npm install ${name}${major === undefined ? "" : `@${major}`}`,
    cause,
  });
}

/** What finds packages from a folder; without one, beside Brownout. */
export function requireFrom(folder: string | undefined): NodeJS.Require {
  return createRequire(folder === undefined ? import.meta.url : join(folder, "package.json"));
}

/** A package of a folder, by its build for `require`, which all of its versions have in one form or another. */
export function loadFrom<Package>(folder: string, name: string): Package {
  return requireFrom(folder)(name) as Package;
}

/** The version that a package's own manifest tells. */
export function installedVersion(name: string, folder?: string): string {
  const manifest = JSON.parse(readFileSync(manifestOf(name, folder), "utf8")) as {
    readonly version: string;
  };
  return manifest.version;
}

/** A file of a package, as text, by its path below the package's own folder; throws when it is not there. */
export function installedFile(name: string, path: string, folder?: string): string {
  return readFileSync(join(dirname(manifestOf(name, folder)), path), "utf8");
}

/** Not every version lets its manifest be resolved by name, so in a folder its place is known. */
function manifestOf(name: string, folder: string | undefined): string {
  const placed = folder === undefined ? undefined : join(folder, "node_modules", name);
  return placed !== undefined && existsSync(placed)
    ? join(placed, "package.json")
    : requireFrom(folder).resolve(`${name}/package.json`);
}
