/**
 * Compiles one file of a user to JavaScript that Node runs, by esbuild: its TypeScript, its
 * decorators and its JSX, as its tsconfig.json says. The result keeps the module system that
 * the file is written in, for any "type" in the nearest package.json, and carries a source map.
 */
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { parse } from "es-module-lexer/js";
import { type Loader, transformSync, type TransformOptions } from "esbuild";
import { nearestManifest } from "./nearest-manifest.ts";
import { tsconfigOf } from "./tsconfig-of-file.ts";

export interface CompiledModule {
  readonly format: "module" | "commonjs";
  readonly source: string;
}

/** Throws esbuild's `TransformFailure` for a file with a syntax error. */
export function compileModule(path: string): CompiledModule {
  const text = readFileSync(path, "utf8");
  const extension = extname(path);
  const options = optionsFor(path, extension);
  if (extension === ".cts" || extension === ".cjs") {
    return { format: "commonjs", source: transformSync(text, { ...options, format: "cjs" }).code };
  }
  const plain = transformSync(text, options).code;
  if (extension === ".mjs" || extension === ".mts" || hasModuleSyntax(plain)) {
    return { format: "module", source: withCommonJsNames(text, options) ?? plain };
  }
  return nearestManifest(path).type === "module"
    ? { format: "module", source: transformSync(text, { ...options, ...commonJsWrapper }).code }
    : { format: "commonjs", source: plain };
}

/** The names that a module exports, as far as its own text says. */
export function exportsOf(path: string): readonly string[] {
  const [, exports] = parse(compileModule(path).source);
  return exports.flatMap((found) => ("name" in found ? [found.name] : []));
}

const loaders: Readonly<Record<string, Loader>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".js": "jsx",
  ".jsx": "jsx",
};

function optionsFor(path: string, extension: string): TransformOptions {
  const { compilerOptions } = tsconfigOf(path);
  const { jsx, jsxFactory } = compilerOptions;
  // No framework compiles the JSX here that "preserve" leaves to it.
  const isLeftOver = jsx === undefined || jsx === "preserve" || jsx === "react-native";
  return {
    loader: loaders[extension] ?? "js",
    target: `node${process.versions.node}`,
    sourcefile: path,
    sourcemap: "inline",
    sourcesContent: false,
    logLevel: "silent",
    tsconfigRaw: { compilerOptions } as NonNullable<TransformOptions["tsconfigRaw"]>,
    ...(isLeftOver && jsxFactory === undefined ? { jsx: "automatic" } : {}),
  };
}

function hasModuleSyntax(code: string): boolean {
  const [, , , found] = parse(code);
  return found || parse(code)[0].some(({ type }) => type === "import-meta");
}

/**
 * TypeScript of a CommonJS package mixes `import` with `require` and `__dirname`. An ES module
 * has neither; they are defined where the file uses them and does not bind them itself.
 */
function withCommonJsNames(text: string, options: TransformOptions): string | undefined {
  if (!["require", "__dirname", "__filename"].some((name) => text.includes(name))) return undefined;
  return transformSync(text, {
    ...options,
    define: {
      require: "brownout$require",
      __dirname: "import.meta.dirname",
      __filename: "import.meta.filename",
    },
    banner:
      'import { createRequire as brownout$createRequire } from "node:module"; const brownout$require = brownout$createRequire(import.meta.url);',
  }).code;
}

/** Node takes each .js file of a package with "type": "module" for ESM; this makes one of its CommonJS, with the exports that `require` gives. */
const commonJsWrapper: TransformOptions = {
  banner:
    'import { createRequire as $createRequire } from "node:module"; const $module = { exports: {} }; (function (exports, require, module, __filename, __dirname) {',
  footer:
    '}).call($module.exports, $module.exports, $createRequire(import.meta.url), $module, import.meta.filename, import.meta.dirname); const $exports = $module.exports; export { $exports as default, $exports as "module.exports" };',
};
