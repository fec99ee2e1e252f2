/**
 * Hooks of Node's module loader, for users' files only: each .ts and .js file is loaded in
 * the syntax that it is written in, whatever the nearest package.json says, and `brownout`
 * means the copy that is running. `load-scenario.ts` puts them in before it imports.
 */
import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";

let hooks: ReturnType<typeof registerHooks> | undefined;

/** Puts the hooks in, once; they stay for the life of the process, as a script may import more files while it runs. */
export function keepModuleSyntaxHooks(): void {
  hooks ??= registerHooks({ resolve: resolveToThisBrownout, load: loadInTheSyntaxUsed });
}

/** Whether a file URL is a user's: not in a package, and not ours. */
export function isUsersFile(url: string): boolean {
  return (
    url.startsWith("file:") &&
    !url.includes("/node_modules/") &&
    !url.startsWith(new URL("../../../", import.meta.url).href)
  );
}

/** The text without its types, each line in its place; throws Node's error, atop whose stack stands the line. */
export function stripTypesQuietly(text: string): string {
  const emitWarning = process.emitWarning.bind(process);
  // It warns once that it is experimental; nobody who runs a scenario can do anything about that.
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}

type Hooks = Parameters<typeof registerHooks>[0];

/** `brownout` in a scenario is the brownout that runs it: a second copy would have its own clock and errors. */
const resolveToThisBrownout: NonNullable<Hooks["resolve"]> = (specifier, context, nextResolve) => {
  if (specifier !== "brownout") return nextResolve(specifier, context);
  return { url: ownIndex().href, shortCircuit: true };
};

/** A user's own .ts or .js file is loaded in the module syntax that it is written in. */
const loadInTheSyntaxUsed: NonNullable<Hooks["load"]> = (url, context, nextLoad) => {
  const [, says, types = ""] = /^(module|commonjs)(-typescript)?$/.exec(context.format ?? "") ?? [];
  if (says === undefined || !isUsersFile(url) || !/\.[jt]s$/.test(url))
    return nextLoad(url, context);
  const source = readFileSync(fileURLToPath(url), "utf8");
  const text = withoutTypes(source);
  const isModule = text === undefined ? says === "module" : isWrittenAsModule(text, says);
  if (isModule === (says === "module")) return nextLoad(url, context);
  return {
    format: `module${types}`,
    source: isModule ? source : commonJsAsModule(source),
    shortCircuit: true,
  };
};

function isWrittenAsModule(text: string, says: string): boolean {
  if (hasModuleSyntax(text)) return true;
  return says === "module" && !/\b(?:module\.exports|exports\.\w+|require\()/.test(text);
}

/** Node cannot be told to take a .js file for CommonJS under "type": "module", so it gets its wrapper here. */
function commonJsAsModule(source: string): string {
  return (
    `import { createRequire as $createRequire } from "node:module"; const $module = { exports: {} }; ` +
    `(function (exports, require, module, __filename, __dirname) {${source}\n})` +
    `.call($module.exports, $module.exports, $createRequire(import.meta.url), $module, import.meta.filename, import.meta.dirname); ` +
    `const $exports = $module.exports; export { $exports as default, $exports as "module.exports" };\n`
  );
}

/** Undefined when the text does not parse; loading it then says where. */
function withoutTypes(text: string): string | undefined {
  try {
    return stripTypesQuietly(text);
  } catch {
    return undefined;
  }
}

/** As Node itself finds out: text with `import` or `export` does not compile as CommonJS. */
function hasModuleSyntax(text: string): boolean {
  try {
    compileFunction(text, ["exports", "require", "module", "__filename", "__dirname"]);
    return false;
  } catch (error) {
    return (
      error instanceof SyntaxError &&
      /import statement outside a module|Unexpected token 'export'|'import\.meta' outside/.test(
        error.message,
      )
    );
  }
}

function ownIndex(): URL {
  return new URL(`../../index${extname(import.meta.url)}`, import.meta.url);
}
