/**
 * Loads a user's scenario file: TypeScript or JavaScript, ES module or CommonJS, with any "type"
 * in the nearest package.json. Errors in the file are `HarnessError`s with its line; what it
 * exports is checked by `checkScenario`.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, extname } from "node:path";
import { pathToFileURL } from "node:url";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import { explainLoadError } from "./load-error.ts";
import { registerModuleHooks } from "./module-hooks.ts";
import { moduleExtensions } from "./users-files.ts";

/** The default export of a scenario file (or its `module.exports`); throws `bad-scenario` with place and hint. */
export async function loadScenarioFile(absolutePath: string): Promise<unknown> {
  refuseWhatIsNoScenarioFile(absolutePath);
  registerModuleHooks();
  let namespace: Readonly<Record<string, unknown>>;
  try {
    namespace = await import(pathToFileURL(absolutePath).href);
  } catch (error) {
    throw explainLoadError(error, absolutePath);
  }
  const exported = defaultOf(namespace);
  if (exported !== undefined) return exported;
  const names = Object.keys(namespace).filter((name) => !nodesOwnNames.includes(name));
  throw new HarnessError("bad-scenario", `${basename(absolutePath)} has no default export`, {
    place: absolutePath,
    hint:
      names.length === 0
        ? "Write: export default defineScenario({ … })."
        : `It exports ${names.join(", ")}; write: export default defineScenario({ … }).`,
  });
}

const nodesOwnNames: readonly string[] = ["default", "module.exports", "__esModule"];

function refuseWhatIsNoScenarioFile(path: string): void {
  const folder = dirname(path);
  if (!existsSync(path)) {
    const isFolder = existsSync(folder) && statSync(folder).isDirectory();
    const neighbours = isFolder ? readdirSync(folder) : [];
    throw new HarnessError("bad-scenario", `there is no file ${path}`, {
      place: path,
      hint: isFolder
        ? suggestNames(basename(path), neighbours, `No file in ${folder} has a name like it.`)
        : `There is no folder ${folder} either.`,
    });
  }
  if (!statSync(path).isFile()) {
    const files = readdirSync(path).filter((name) => isScenarioExtension(extname(name)));
    throw new HarnessError("bad-scenario", `${path} is a folder, not a scenario file`, {
      place: path,
      hint:
        files.length === 0
          ? "Name a file in it."
          : `Name a file in it: ${files.slice(0, 3).join(", ")}.`,
    });
  }
  if (!isScenarioExtension(extname(path))) {
    throw new HarnessError(
      "bad-scenario",
      `${basename(path)} is not a TypeScript or JavaScript file`,
      {
        place: path,
        hint: `A scenario file ends in ${moduleExtensions.join(", ")}.`,
      },
    );
  }
}

function isScenarioExtension(extension: string): boolean {
  return moduleExtensions.includes(extension);
}

function defaultOf(namespace: Readonly<Record<string, unknown>>): unknown {
  const exported = namespace["default"];
  if (typeof exported !== "object" || exported === null) return exported;
  // A file that exports nothing is CommonJS to Node, with an empty `module.exports`.
  if (exported === namespace["module.exports"] && Object.keys(exported).length === 0)
    return undefined;
  // CommonJS that a compiler wrote from `export default` keeps it one level further down.
  if (namespace["__esModule"] !== true && !("__esModule" in exported)) return exported;
  return "default" in exported ? exported.default : undefined;
}
