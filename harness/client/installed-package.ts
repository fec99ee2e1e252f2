/** Packages that are clients under test: those that are not there are named, with the command that installs them. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { HarnessError } from "../errors.ts";

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

/** The version that a package's own manifest tells. */
export function installedVersion(name: string): string {
  const manifest: unknown = createRequire(import.meta.url)(`${name}/package.json`);
  return (manifest as { readonly version: string }).version;
}

/** A file of a package, as text, by its path below the package's own folder; throws when it is not there. */
export function installedFile(name: string, path: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return readFileSync(join(dirname(manifest), path), "utf8");
}
