/** The package.json that is nearest to a user's file. */
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";

/** What is read of it; empty when there is none. */
export function nearestManifest(path: string): {
  readonly type?: unknown;
  readonly version?: unknown;
} {
  const manifest = findPackageJSON(pathToFileURL(path));
  // Without a package.json anywhere above, Node 24 answers with the file itself.
  if (manifest === undefined || basename(manifest) !== "package.json") return {};
  return JSON.parse(readFileSync(manifest, "utf8")) as { type?: unknown; version?: unknown };
}
