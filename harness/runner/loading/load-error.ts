/**
 * Explains what went wrong while a user's file was loaded: the file, the line in the user's
 * own source, and what to do. Node's own errors hide the line in the stack or nowhere.
 */
import type { Message } from "esbuild";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, parse, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  HarnessError,
  type HarnessErrorCode,
  nearestNames,
  suggestNames,
} from "../../core/errors.ts";
import { isError, textOf } from "../../core/thrown.ts";
import { exportsOf } from "./compile-module.ts";
import { failedImportOf, importedFileOf } from "./module-hooks.ts";
import { usersFileOf } from "./users-files.ts";

/** The error of `import(path)`, with the code that is given; a `HarnessError` that the file itself throws passes as it is. */
export function explainLoadError(
  error: unknown,
  path: string,
  code: HarnessErrorCode,
): HarnessError {
  if (error instanceof HarnessError) return error;
  const { reason, place = path, hint } = explanationOf(error, path);
  return new HarnessError(code, `${basename(path)} cannot be loaded: ${reason}`, {
    place,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

interface Explanation {
  readonly reason: string;
  /** `file:line`, or the file alone. */
  readonly place?: string | undefined;
  readonly hint?: string | undefined;
}

function explanationOf(error: unknown, path: string): Explanation {
  if (!(error instanceof Error)) return { reason: `it threw ${textOf(error)}` };
  return (
    compilationFailure(error) ?? failedImport(error) ?? missingExport(error) ?? thrown(error, path)
  );
}

/** esbuild found a syntax error. */
function compilationFailure(error: Error): Explanation | undefined {
  // Errors of users' libraries have an `errors` of their own, which need not be an array.
  const errors: unknown = "errors" in error ? error.errors : undefined;
  const [first] = Array.isArray(errors) ? (errors as readonly (Partial<Message> | null)[]) : [];
  if (first?.location == null || first.text === undefined) return undefined;
  const { file, line } = first.location;
  return { reason: first.text, place: `${resolve(file)}:${line}` };
}

/** A module or package is not there. */
function failedImport(error: Error): Explanation | undefined {
  const failed = failedImportOf(error);
  if (failed === undefined) return undefined;
  const { specifier, importer, path } = failed;
  const reason = firstLine(error.message);
  const place = importer + lineThatHas(importer, specifier);
  if (path === undefined) {
    const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
    return { reason, place, hint: `Run: npm install ${name}` };
  }
  const folder = dirname(path);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const neighbours = extname(path) === "" ? files.map((file) => parse(file).name) : files;
  const otherwise = existsSync(folder)
    ? `No file in ${folder} has a name like it.`
    : `There is no folder ${folder}.`;
  return { reason, place, hint: suggestNames(basename(path), neighbours, otherwise) };
}

/** A module is there and does not export what is imported from it. */
function missingExport(error: Error): Explanation | undefined {
  const [, specifier, name] =
    /requested module '(.+?)' does not provide an export named '(.+?)'/.exec(error.message) ?? [];
  if (specifier === undefined || name === undefined) return undefined;
  const place = headOfStack(error);
  const importer = place?.replace(/:\d+$/, "");
  const known = importer === undefined ? [] : exportsFor(specifier, importer);
  const [nearest] = nearestNames(name, known);
  return {
    reason: firstLine(error.message),
    place: importer === undefined ? place : importer + lineThatHas(importer, name, specifier),
    hint:
      nearest === undefined
        ? `Compare its spelling with what ${specifier} exports. If ${name} is a type, write: import type { ${name} } from "${specifier}".`
        : `Did you mean "${nearest}"?`,
  };
}

function exportsFor(specifier: string, importer: string): readonly string[] {
  const file = importedFileOf(specifier, importer);
  try {
    return file === undefined ? [] : exportsOf(file);
  } catch {
    // A package of another kind: the hint does without its names.
    return [];
  }
}

/** The module ran and threw, or Node refused to run it. */
function thrown(error: Error, path: string): Explanation {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const isNodes = error instanceof SyntaxError || code.startsWith("ERR_");
  const message = firstLine(error.message);
  return {
    reason: isNodes ? message : `it threw ${error.name}: ${message}`,
    place: headOfStack(error) ?? firstUsersFrame(error) ?? path,
  };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** The `file:line` that Node puts above the stack of a syntax error. */
function headOfStack({ stack = "" }: Error): string | undefined {
  const [, file, line] = /^(file:\/\/.+|\/.+|[A-Za-z]:\\.+):(\d+)$/.exec(firstLine(stack)) ?? [];
  return file === undefined ? undefined : `${plainPath(file)}:${line}`;
}

/** `file:line` of the user's own code that threw an error; the file alone when that is not known. */
export function placeOfThrown(error: unknown, path: string): string {
  return (isError(error) ? firstUsersFrame(error) : undefined) ?? path;
}

function firstUsersFrame({ stack = "" }: Error): string | undefined {
  for (const [, file = "", line] of stack.matchAll(/^ +at (?:.* \()?(.+?):(\d+):\d+\)?$/gm)) {
    const url =
      file.startsWith("file:") || file.startsWith("node:") ? file : pathToFileURL(file).href;
    const usersFile = usersFileOf(url);
    if (usersFile !== undefined) return `${usersFile}:${line}`;
  }
  return undefined;
}

function plainPath(file: string): string {
  return file.startsWith("file:") ? fileURLToPath(file) : file;
}

/** `:line` of the first line of a file that has all of the texts, else of the last of them between quotes. */
function lineThatHas(file: string, ...texts: readonly string[]): string {
  if (!existsSync(file)) return "";
  const lines = readFileSync(file, "utf8").split("\n");
  const quoted = texts.at(-1) ?? "";
  const isImport = (line: string): boolean =>
    ['"', "'", "`"].some((quote) => line.includes(quote + quoted + quote));
  const exact = lines.findIndex(
    (line) => isImport(line) && texts.every((text) => line.includes(text)),
  );
  const index = exact === -1 ? lines.findIndex(isImport) : exact;
  return index === -1 ? "" : `:${index + 1}`;
}
