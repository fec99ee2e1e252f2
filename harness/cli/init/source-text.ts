/** Texts of source files: literals, imports and paths in the style of the project. */
import { posix } from "node:path";
import type { DetectedApp } from "./detect.ts";
import { isIdentifierName } from "./source-module.ts";

/** A property behind an object: with a dot, or in brackets where its name is no identifier. */
export function memberText(object: string, name: string): string {
  return isIdentifierName(name) ? `${object}.${name}` : `${object}[${JSON.stringify(name)}]`;
}

/** An import, or a `require`, of names. */
export function importing(
  { style }: Pick<DetectedApp, "style">,
  names: readonly string[],
  from: string,
): string {
  const list = `{ ${names.join(", ")} }`;
  return style.modules === "esm"
    ? `import ${list} from "${from}";`
    : `const ${list} = require("${from}");`;
}

/** The same of a file that init writes, without its extension. */
export function localImport(app: DetectedApp, names: readonly string[], file: string): string {
  return importing(app, names, `${file}${endingOf(app, extensionOf(app))}`);
}

/** The extension of the files that init writes. */
export function extensionOf({ style, usesModuleExtension }: DetectedApp): string {
  return `${usesModuleExtension ? "m" : ""}${style.language}`;
}

/** What a specifier of a file with that extension ends in, as the runner resolves it. */
function endingOf({ style, runner }: DetectedApp, extension: string): string {
  if (!/^[cm]?tsx?$/.test(extension)) return `.${extension}`;
  if (runner === "vitest" || runner === "playwright")
    return extension.replace("t", ".j").replace(/x$/, "");
  return runner === "jest" ? "" : style.ending;
}

/** The line of a test that loads an export of the app under a name of the test's own. */
export function loading(
  app: DetectedApp,
  { path, exported }: { readonly path: string; readonly exported: string },
  name: string,
): string {
  const { loads, modules, language } = app.style;
  const from = JSON.stringify(specifierOf(app, path));
  const typed = language === "ts" ? ` as typeof import(${from})` : "";
  const loaded = loads === "require" ? `require(${from})${typed}` : `await import(${from})`;
  const names = exported === name ? `{ ${name} }` : `{ ${exported}: ${name} }`;
  return `const ${exported === "default" && modules === "cjs" ? name : names} = ${loaded};`;
}

/** How a file in the folder of the tests names a source file of the app. */
function specifierOf(app: DetectedApp, path: string): string {
  const extension = posix.extname(path).slice(1);
  const relative = posix.relative(app.placement.folder, path.slice(0, -extension.length - 1));
  return `${relative.startsWith(".") ? relative : `./${relative}`}${endingOf(app, extension)}`;
}
