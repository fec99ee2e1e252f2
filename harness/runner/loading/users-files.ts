/** Which modules are a user's: those that Brownout compiles before Node runs them. */
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** Where Brownout's own modules are, in the repository or in its build: `harness`, `scenarios` and `fixtures`. */
const ownFolders = ["../../", "../../../scenarios/", "../../../fixtures/"].map(
  (folder) => new URL(folder, import.meta.url).href,
);

const typeScriptExtensions: readonly string[] = [".ts", ".tsx", ".mts", ".cts"];

/** Files that hold a scenario, and the modules that it imports. */
export const moduleExtensions: readonly string[] = [
  ...typeScriptExtensions,
  ".js",
  ".jsx",
  ".mjs",
  ".cjs",
];

/** The path of a user's own file: one that is neither in a package nor Brownout's. TypeScript in a package counts, since Node refuses to run it. */
export function usersFileOf(url: string | undefined): string | undefined {
  if (url === undefined || !url.startsWith("file:")) return undefined;
  if (ownFolders.some((folder) => url.startsWith(folder))) return undefined;
  const path = fileURLToPath(new URL(url.split(/[?#]/, 1)[0] ?? url));
  return url.includes("/node_modules/") && !isTypeScript(path) ? undefined : path;
}

export function isTypeScript(path: string): boolean {
  return typeScriptExtensions.includes(extname(path));
}
