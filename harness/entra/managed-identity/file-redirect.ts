/**
 * Redirects this process's reads of a folder to another one, for a folder that only
 * administrators may create.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** Redirects reads below `from` to `to` (both end with a separator) until the returned function is called. */
export function redirectReads(from: string, to: string): () => void {
  const { statSync, readFileSync } = fs;
  const moved = (path: unknown): unknown =>
    typeof path === "string" && path.startsWith(from) ? to + path.slice(from.length) : path;
  const through =
    (read: (...values: never[]) => unknown) =>
    (path: unknown, ...more: unknown[]): unknown =>
      Reflect.apply(read, fs, [moved(path), ...more]);
  Object.assign(fs, { statSync: through(statSync), readFileSync: through(readFileSync) });
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, { statSync, readFileSync });
    syncBuiltinESMExports();
  };
}
