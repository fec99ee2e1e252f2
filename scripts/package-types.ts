/**
 * Declarations for every way in which TypeScript resolves a package. The compiler leaves `.ts` in
 * the specifiers of declarations, which older compilers do not resolve; and a CommonJS module
 * needs declarations of its own, or the import of an ES module is an error under `node16`.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Relative specifiers of imports, exports and `import()` types. */
const RELATIVE = /(\bfrom |\bimport\(|\bimport )"(\.[^"]+?)\.(?:tsx?|js)"/g;

/** Writes what is missing in `dist`; `entries` are declarations relative to it. */
export function writePackageTypes(dist: string, entries: readonly string[]): void {
  for (const file of globSync("**/*.d.ts", { cwd: dist })) {
    const path = join(dist, file);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replaceAll(RELATIVE, '$1"$2.js"'));
  }
  const copy = join(dist, "commonjs");
  for (const file of reachable(dist, entries)) {
    const target = join(copy, relative(dist, file));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(file, "utf8"));
  }
  writeFileSync(join(copy, "package.json"), '{ "type": "commonjs" }\n');
}

/** The entries and all that they import, as paths. */
function reachable(dist: string, entries: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const left = entries.map((entry) => join(dist, entry));
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    for (const [, , specifier = ""] of readFileSync(file, "utf8").matchAll(RELATIVE))
      left.push(join(dirname(file), `${specifier}.d.ts`));
  }
  return found;
}
