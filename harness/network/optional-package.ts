/**
 * Packages that only some mounts and entry points need. Every major may be installed beside
 * Brownout, so that no installation is refused; who needs one checks its version when it starts.
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

/** Throws, with the command that fixes it, unless `name` is installed in that version, `major.minor`, or a newer one: `client-not-installed` or `bad-usage`. */
export function requireAtLeast(
  name: string,
  needed: string,
  { place, readManifest = readInstalled }: { place: string; readManifest?: ReadManifest },
): void {
  const hint = `Run: npm install --save-dev ${name}@latest`;
  let installed: string;
  try {
    installed = readManifest(name).version;
  } catch (cause) {
    throw new HarnessError("client-not-installed", `the package ${name} is not installed`, {
      place,
      hint,
      cause,
    });
  }
  if (isAtLeast(installed, needed)) return;
  throw new HarnessError(
    "bad-usage",
    `needs ${name} ${needed} or newer, and ${installed} is installed`,
    {
      place,
      hint,
    },
  );
}

function isAtLeast(version: string, needed: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed.split(".").map(Number);
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}

function majorOf(version: string): string {
  return version.split(".", 1)[0] ?? "";
}
