/**
 * Lets this process read a folder of the file system in another place, as a mount lets it
 * reach a host in another place: for a folder that only administrators may make.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** Reads of files below `from` go to `to` (both end with a separator), until the returned function is called. */
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
