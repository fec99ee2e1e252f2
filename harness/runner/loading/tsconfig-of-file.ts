/** The tsconfig.json that applies to a user's file: its compiler options and its path aliases. */
import { dirname, isAbsolute, join, resolve } from "node:path";
import {
  createFilesMatcher,
  createPathsMatcher,
  getTsconfig,
  type PathsMatcher,
  parseTsconfig,
  type TsConfigResult,
} from "get-tsconfig";
import { HarnessError } from "../../core/errors.ts";
import { isTypeScript } from "./users-files.ts";

export interface TsconfigOfFile {
  readonly compilerOptions: NonNullable<TsConfigResult["config"]["compilerOptions"]>;
  /** The absolute paths that `paths` and `baseUrl` give for a specifier; none for most. */
  readonly pathsFor: PathsMatcher;
}

const none: TsconfigOfFile = { compilerOptions: {}, pathsFor: () => [] };
const cache = new Map<string, unknown>();
const byPath = new Map<string, TsconfigOfFile>();

/** Nearest tsconfig.json upwards, or the project that it references for this file. Throws `bad-scenario` for one that cannot be read. */
export function tsconfigOf(file: string): TsconfigOfFile {
  const found = find(file);
  if (found === undefined) return none;
  const known = byPath.get(found.path);
  if (known !== undefined) return known;
  const options: TsconfigOfFile = {
    compilerOptions: found.config.compilerOptions ?? {},
    pathsFor: createPathsMatcher(found) ?? none.pathsFor,
  };
  byPath.set(found.path, options);
  return options;
}

function find(file: string): TsConfigResult | undefined {
  try {
    const nearest = getTsconfig(dirname(file), "tsconfig.json", cache as never);
    if (nearest === null) return undefined;
    return referencedProject(nearest, file) ?? nearest;
  } catch (error) {
    // JavaScript needs none of it.
    if (!isTypeScript(file)) return undefined;
    throw new HarnessError(
      "bad-scenario",
      `the tsconfig.json of ${file} cannot be read: ${(error as Error).message}`,
      { place: file, hint: "Correct it, or install what it extends.", cause: error },
    );
  }
}

/** A tsconfig.json that only names projects leaves the options to the one that includes the file. */
function referencedProject({ path, config }: TsConfigResult, file: string) {
  for (const { path: reference } of config.references ?? []) {
    const target = isAbsolute(reference) ? reference : resolve(dirname(path), reference);
    const projectFile = target.endsWith(".json") ? target : join(target, "tsconfig.json");
    const project = { path: projectFile, config: parseTsconfig(projectFile, cache as never) };
    if (createFilesMatcher(project)(file) !== undefined) return project;
  }
  return undefined;
}
