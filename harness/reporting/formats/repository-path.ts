/** Paths as CI services want them: from the root of the repository, also in a folder of a monorepo. */
import { posix } from "node:path";
import type { RunFacts } from "../model/run-facts.ts";

/** A path of the folder in which the command was called, from the root of its checkout; as it is when that root is not known, or the path leads out of it. */
export function repositoryPath({ folder = "" }: Pick<RunFacts, "folder">, path: string): string {
  const plain = path.replaceAll("\\", "/");
  if (posix.isAbsolute(plain) || /^[A-Za-z]:\//.test(plain)) return path;
  const joined = posix.join(folder, plain);
  return joined.startsWith("../") ? path : joined;
}
