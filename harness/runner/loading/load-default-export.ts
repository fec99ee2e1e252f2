/**
 * Loads what a user's file exports by default, a scenario or a client: TypeScript or JavaScript,
 * ES module or CommonJS, with any "type" in the nearest package.json. Errors in the file are
 * `HarnessError`s with its line; what it exports is checked by those who load it.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, extname } from "node:path";
import { pathToFileURL } from "node:url";
import { HarnessError, type HarnessErrorCode, suggestNames } from "../../core/errors.ts";
import { explainLoadError } from "./load-error.ts";
import { newModulesOf, registerModuleHooks } from "./module-hooks.ts";
import { moduleExtensions } from "./users-files.ts";

/** What a file is to export: the noun for messages, the code of errors, and the function that types it. */
interface FileKind {
  readonly noun: string;
  readonly code: HarnessErrorCode;
  readonly define: string;
}

const scenarioFile: FileKind = {
  noun: "scenario",
  code: "bad-scenario",
  define: "defineScenario",
};

const clientFile: FileKind = { noun: "client", code: "bad-client", define: "defineClient" };

/** The default export of a scenario file (or its `module.exports`); throws `bad-scenario` with place and hint. */
export function loadScenarioFile(absolutePath: string): Promise<unknown> {
  return loadFile(absolutePath, scenarioFile);
}

/**
 * The default export of a client's file, by modules of its own: what the file, and the project's
 * files that it imports, keep in variables is not that of an earlier call. Throws `bad-client`.
 */
export function loadClientModule(absolutePath: string): Promise<unknown> {
  return loadFile(absolutePath, clientFile, newModulesOf);
}

async function loadFile(
  absolutePath: string,
  kind: FileKind,
  urlOf = (path: string): string => pathToFileURL(path).href,
): Promise<unknown> {
  refuseWhatIsNoModule(absolutePath, kind);
  registerModuleHooks();
  let namespace: Readonly<Record<string, unknown>>;
  try {
    namespace = await import(urlOf(absolutePath));
  } catch (error) {
    throw explainLoadError(error, absolutePath, kind.code);
  }
  const exported = defaultOf(namespace);
  if (exported !== undefined) return exported;
  const names = Object.keys(namespace).filter((name) => !nodesOwnNames.includes(name));
  const write = `export default ${kind.define}({ … }).`;
  throw new HarnessError(kind.code, `${basename(absolutePath)} has no default export`, {
    place: absolutePath,
    hint:
      names.length === 0 ? `Write: ${write}` : `It exports ${names.join(", ")}; write: ${write}`,
  });
}

const nodesOwnNames: readonly string[] = ["default", "module.exports", "__esModule"];

function refuseWhatIsNoModule(path: string, { noun, code }: FileKind): void {
  const folder = dirname(path);
  if (!existsSync(path)) {
    const isFolder = existsSync(folder) && statSync(folder).isDirectory();
    const neighbours = isFolder ? readdirSync(folder) : [];
    throw new HarnessError(code, `there is no file ${path}`, {
      place: path,
      hint: isFolder
        ? suggestNames(basename(path), neighbours, `No file in ${folder} has a name like it.`)
        : `There is no folder ${folder} either.`,
    });
  }
  if (!statSync(path).isFile()) {
    const files = readdirSync(path).filter((name) => isModuleExtension(extname(name)));
    throw new HarnessError(code, `${path} is a folder, not a file`, {
      place: path,
      hint:
        files.length === 0
          ? "Name a file in it."
          : `Name a file in it: ${files.slice(0, 3).join(", ")}.`,
    });
  }
  if (!isModuleExtension(extname(path))) {
    throw new HarnessError(code, `${basename(path)} is not a TypeScript or JavaScript file`, {
      place: path,
      hint: `The file of a ${noun} ends in ${moduleExtensions.join(", ")}.`,
    });
  }
}

function isModuleExtension(extension: string): boolean {
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
