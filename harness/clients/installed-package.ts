/**
 * Finds and loads the packages that are clients under test: those installed beside Brownout, or
 * those of a folder with its own `node_modules`, where other versions are installed
 * (`harness/clients/versions/`). A missing package gives an error with the command to install it.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { HarnessError } from "../core/errors.ts";

/** Creates the `client-not-installed` error for a failed `import` of a package. */
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

/** A `require` that resolves packages from a folder, or by default beside Brownout. */
export function requireFrom(folder: string | undefined): NodeJS.Require {
  return createRequire(folder === undefined ? import.meta.url : join(folder, "package.json"));
}

/** Loads a package of a folder by its CommonJS build, which all its versions have. */
export function loadFrom<Package>(folder: string, name: string): Package {
  return requireFrom(folder)(name) as Package;
}

/** The version in a package's own manifest. */
export function installedVersion(name: string, folder?: string): string {
  const manifest = JSON.parse(readFileSync(manifestOf(name, folder), "utf8")) as {
    readonly version: string;
  };
  return manifest.version;
}

/** Reads a file of a package as text, by its path in the package's folder; throws when it does not exist. */
export function installedFile(name: string, path: string, folder?: string): string {
  return readFileSync(join(dirname(manifestOf(name, folder)), path), "utf8");
}

/** The path of a manifest; in a folder without resolving it by name, which not every version allows. */
function manifestOf(name: string, folder: string | undefined): string {
  const placed = folder === undefined ? undefined : join(folder, "node_modules", name);
  return placed !== undefined && existsSync(placed)
    ? join(placed, "package.json")
    : requireFrom(folder).resolve(`${name}/package.json`);
}
