/**
 * Packages that only some mounts need. Every major may be installed beside Brownout, so that no
 * installation is refused; a mount checks the major when it starts.
 */
import { createRequire } from "node:module";
import { HarnessError } from "../core/errors.ts";

/** Where a package's version is read from; a test puts its own in. */
export type ReadManifest = (name: string) => { readonly version: string };

const readInstalled: ReadManifest = (name) =>
  createRequire(import.meta.url)(`${name}/package.json`) as { readonly version: string };

/** Throws `bad-usage`, with the command that fixes it, unless `name` is installed in the major of `version`. */
export function requirePackage(
  name: string,
  version: string,
  readManifest: ReadManifest = readInstalled,
): void {
  const place = `--mount ${name}`;
  const hint = `Run: npm install --save-dev ${name}@${version}`;
  let installed: string;
  try {
    installed = readManifest(name).version;
  } catch (cause) {
    if (codeOf(cause) !== "ERR_PACKAGE_PATH_NOT_EXPORTED") {
      throw new HarnessError("bad-usage", `the mount ${name} needs the package ${name}`, {
        place,
        hint,
        cause,
      });
    }
    // Newer majors hide their version; the major that the mount can use does not.
    installed = "another major";
  }
  if (majorOf(installed) === majorOf(version)) return;
  throw new HarnessError(
    "bad-usage",
    `the mount ${name} works with ${name} ${majorOf(version)}, and ${installed} is installed`,
    { place, hint },
  );
}

function majorOf(version: string): string {
  return version.split(".", 1)[0] ?? "";
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
