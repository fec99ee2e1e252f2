/** Texts of source files: literals, imports and paths in the style of the project. */
import { posix } from "node:path";
import type { DetectedApp } from "./detect.ts";
import { isIdentifierName } from "./source-module.ts";

/** An expression that `literal` writes as it is. */
class Code {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An expression among the values of `literal`: `code("certificate.thumbprint")`. */
export function code(text: string): object {
  return new Code(text);
}

/** A value as people write it: short lists and objects on one line, names of keys without quotes. */
export function literal(value: unknown): string {
  if (value instanceof Code) return value.text;
  if (Array.isArray(value)) {
    const items = value.map(literal);
    return isShort(items) ? `[${items.join(", ")}]` : `[\n${lines(items)}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([key, inner]) =>
      `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)}: ${literal(inner)}`,
  );
  return isShort(fields) && fields.length < 2 ? `{ ${fields.join(", ")} }` : `{\n${lines(fields)}}`;
}

/** A property behind an object: with a dot, or in brackets where its name is no identifier. */
export function memberText(object: string, name: string): string {
  return isIdentifierName(name) ? `${object}.${name}` : `${object}[${JSON.stringify(name)}]`;
}

function isShort(items: readonly string[]): boolean {
  const text = items.join(", ");
  return text.length < 70 && !text.includes("\n");
}

function lines(items: readonly string[]): string {
  return items.map((item) => `  ${indentedBlock(item, 2)},\n`).join("");
}

/** A text of several lines, the first of which stands behind `by` blanks. */
export function indentedBlock(text: string, by: number): string {
  return text.replaceAll("\n", `\n${" ".repeat(by)}`);
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
