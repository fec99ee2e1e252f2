/** Files that an agent names: those of the folder in which the server was started, and no others. */
import { realpathSync } from "node:fs";
import { relative, resolve, isAbsolute } from "node:path";
import { HarnessError } from "../../core/errors.ts";

/** The path of a file below the folder, without links. Throws `bad-usage` for one that is not there, or is elsewhere. */
export function insideFolder(folder: string, named: string): string {
  const outside = (): HarnessError =>
    new HarnessError("bad-usage", "only files of this folder can be named", {
      place: named,
      hint: `Name a file below ${folder}.`,
    });
  const isBelow = (path: string, base: string): boolean => {
    const way = relative(base, path);
    return way !== "" && way.split(/[\\/]/, 1)[0] !== ".." && !isAbsolute(way);
  };
  const path = resolve(folder, named);
  if (!isBelow(path, folder)) throw outside();
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    throw new HarnessError("bad-usage", "there is no such file", { place: named });
  }
  if (!isBelow(real, realpathSync(folder))) throw outside();
  return real;
}
