/**
 * What went wrong while a user's file was loaded, for a person: the file, the line as far
 * as Node tells it, and what to do. Node's own errors hide the line in the stack or nowhere.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import { isUsersFile, stripTypesQuietly } from "./module-syntax.ts";

/** The error of `import(path)` as `bad-scenario`; a `HarnessError` thrown by the file itself passes as it is. */
export function explainLoadError(error: unknown, path: string): HarnessError {
  if (error instanceof HarnessError) return error;
  const { message, code } = factsOf(error);
  return new HarnessError("bad-scenario", `${basename(path)} cannot be loaded: ${message}`, {
    place: placeOf(error, path),
    cause: error,
    ...hintFor(message, code),
  });
}

function factsOf(error: unknown): {
  readonly message: string;
  readonly code: string;
  readonly stack: string;
} {
  if (!(error instanceof Error)) return { message: String(error), code: "", stack: "" };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const thrown = error instanceof SyntaxError || code.startsWith("ERR_");
  return {
    message: thrown
      ? firstLine(error.message)
      : `it threw ${error.name}: ${firstLine(error.message)}`,
    code,
    stack: error.stack ?? "",
  };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** `file:line` as far as Node tells it: atop the stack, else in its first frame in a user's file. */
function placeOf(error: unknown, path: string): string {
  const { stack, message } = factsOf(error);
  const [, headFile, headLine] =
    /^(file:\/\/.+|\/.+|[A-Za-z]:\\.+):(\d+)$/.exec(firstLine(stack)) ?? [];
  if (headFile !== undefined) return `${plainPath(headFile)}:${headLine}`;
  const importer = /imported from (.+)$/.exec(message)?.[1];
  if (importer !== undefined) return importer + lineThatMentions(message, importer);
  if (error instanceof SyntaxError) return path + lineOfSyntaxError(path);
  for (const [, file, line] of stack.matchAll(/(file:\/\/[^\s()]+?):(\d+):\d+\)?$/gm)) {
    if (file !== undefined && isUsersFile(file)) return `${plainPath(file)}:${line}`;
  }
  return path;
}

function plainPath(file: string): string {
  return file.startsWith("file:") ? fileURLToPath(file) : file;
}

/** Where the import stands that did not resolve. */
function lineThatMentions(message: string, importer: string): string {
  const wanted = /^Cannot find (?:module|package) '(.+?)'/.exec(message)?.[1];
  if (wanted === undefined || !existsSync(importer)) return "";
  const lines = readFileSync(importer, "utf8").split("\n");
  const index = lines.findIndex((line) => /["'`]/.test(line) && line.includes(basename(wanted)));
  return index === -1 ? "" : `:${index + 1}`;
}

/** For ESM in plain JavaScript Node keeps the line of a syntax error to itself; the type stripper tells it. */
function lineOfSyntaxError(path: string): string {
  try {
    stripTypesQuietly(readFileSync(path, "utf8"));
    return "";
  } catch (error) {
    const line = /:(\d+)$/.exec(firstLine(factsOf(error).stack))?.[1];
    return line === undefined ? "" : `:${line}`;
  }
}

function hintFor(message: string, code: string): { readonly hint?: string } {
  const hint = hintText(message, code);
  return hint === undefined ? {} : { hint };
}

function hintText(message: string, code: string): string | undefined {
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
    return "Node strips types and compiles nothing: no enum, namespace, parameter property or import =. A union of literals stands in for an enum.";
  }
  const [, module, name] =
    /requested module '(.+?)' does not provide an export named '(.+?)'/.exec(message) ?? [];
  if (module !== undefined && name !== undefined) {
    return `If ${name} is a type, write: import type { ${name} } from "${module}". Else compare its spelling with what ${module} exports.`;
  }
  const [, missing] = /Cannot find module '(.+?)'/.exec(message) ?? [];
  if (missing !== undefined) {
    const folder = dirname(missing);
    const neighbours = existsSync(folder) ? readdirSync(folder) : [];
    return suggestNames(
      basename(missing),
      neighbours,
      "Imports of your own files carry their extension, such as ./helper.ts.",
    );
  }
  const [, missingPackage] = /Cannot find package '(.+?)'/.exec(message) ?? [];
  if (missingPackage !== undefined) return `Run: npm install ${missingPackage}`;
  return undefined;
}
