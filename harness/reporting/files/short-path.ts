/** Paths as people write them. */
import { relative } from "node:path";

/** A path relative to `cwd` where it is inside, as a person there would write it; else the path as it is. */
export function shortPath(cwd: string, path: string): string {
  const inside = relative(cwd, path);
  return inside.startsWith("..") ? path : inside;
}
