/**
 * Packages that only some mounts need. Every major may be installed beside Brownout, so that no
 * installation is refused; a mount checks the major when it starts.
 */
import { readFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { HarnessError } from "../core/errors.ts";

/** Where a package's version is read from; a test puts its own in. */
export type ReadManifest = (name: string) => { readonly version: string };

/** Newer majors of msw and nock do not export their manifest, but it is there. */
const readInstalled: ReadManifest = (name) => {
  const file = nodeModule.findPackageJSON(name, import.meta.url);
  if (file === undefined) throw new Error(`there is no package ${name}`);
  return JSON.parse(readFileSync(file, "utf8")) as { readonly version: string };
};

/** Throws `bad-usage`, with the command that fixes it, unless `name` is installed in the major of `version`. */
export function requirePackage(
  name: string,
  version: string,
  readManifest: ReadManifest = readInstalled,
): void {
  const place = `--mount ${name}`;
  const hint = `Run: npm install --save-dev ${name}@${version}, or take the mount https, which needs no package.`;
  let installed: string;
  try {
    installed = readManifest(name).version;
  } catch (cause) {
    throw new HarnessError("bad-usage", `the mount ${name} needs the package ${name}`, {
      place,
      hint,
      cause,
    });
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
