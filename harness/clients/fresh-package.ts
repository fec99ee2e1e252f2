/**
 * Loads a fresh, unmodified copy of an installed package for each process that a scenario
 * simulates: some libraries keep state in their modules and not in their instances, and a second
 * application, or the same one after a restart, would share it.
 */
import { notInstalled, requireFrom } from "./installed-package.ts";

/** Where the copy is loaded from. */
export interface FreshFrom {
  /** Its dependencies that are loaded as fresh copies, too. */
  readonly shared?: readonly string[];
  /** As in `requireFrom`. */
  readonly folder?: string | undefined;
}

/**
 * Loads a new copy of the CommonJS build of `name`, and of every package in `shared` that it
 * uses; copies that were loaded before stay valid. Throws `client-not-installed`.
 */
export function loadFresh<Package>(name: string, { shared = [], folder }: FreshFrom = {}): Package {
  const require = requireFrom(folder);
  const folders = [name, ...shared].map((one) => folderOf(one, require));
  for (const file of Object.keys(require.cache)) {
    if (folders.some((beginning) => file.startsWith(beginning))) delete require.cache[file];
  }
  return require(name) as Package;
}

/** The folder of an installed package, with a slash at its end. */
function folderOf(name: string, require: NodeJS.Require): string {
  try {
    const entry = require.resolve(name);
    const folder = `/node_modules/${name}/`;
    const path = entry.replaceAll("\\", "/");
    return entry.slice(0, path.lastIndexOf(folder) + folder.length);
  } catch (cause) {
    throw notInstalled(name, { cause });
  }
}
