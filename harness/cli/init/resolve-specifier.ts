/** Which source file of the project an import means: relative, or by an alias of its compiler. */
import { posix } from "node:path";
import { isNode, nameOf, type SourceModule } from "./source-module.ts";

/** `"@app/*": ["src/app/*"]`: a specifier that begins so, and where it leads. */
export interface PathAlias {
  readonly before: string;
  /** What has to follow the star; undefined for an alias of one module. */
  readonly after: string | undefined;
  /** Relative to the project, with a star in place of the rest. */
  readonly targets: readonly string[];
}

/** `paths` of every tsconfig.json and jsconfig.json, also of those that are extended: the longest first, as compilers take them. */
export function readAliases(modules: ReadonlyMap<string, SourceModule>): readonly PathAlias[] {
  const found: PathAlias[] = [];
  for (const { path, exports } of modules.values()) {
    if (!/(?:^|\/)[jt]sconfig(?:\.[\w.-]+)?\.json$/.test(path)) continue;
    const { paths, baseUrl } = Object(Object(dataOf(exports.get("default"))).compilerOptions) as {
      readonly paths?: unknown;
      readonly baseUrl?: unknown;
    };
    const base = posix.join(posix.dirname(path), typeof baseUrl === "string" ? baseUrl : ".");
    for (const [pattern, targets] of Object.entries(Object(paths) as object)) {
      const [before = "", after] = pattern.split("*");
      const texts = [targets].flat().filter((one) => typeof one === "string");
      found.push({ before, after, targets: texts.map((one) => posix.join(base, one)) });
    }
  }
  return found.toSorted((one, other) => other.before.length - one.before.length);
}

/** Objects, lists and texts of JSON. */
function dataOf(node: unknown): unknown {
  if (!isNode(node)) return undefined;
  if (node.type === "ArrayExpression") return node.elements.map(dataOf);
  if (node.type !== "ObjectExpression") return nameOf(node);
  return Object.fromEntries(
    node.properties.flatMap((property) =>
      property.type === "ObjectProperty"
        ? [[nameOf(property.key) ?? "", dataOf(property.value)] as const]
        : [],
    ),
  );
}

/** The module that `specifier` means in the file `from`; undefined for a package. */
export function resolveSpecifier(
  specifier: string,
  from: string,
  {
    modules,
    aliases,
  }: {
    readonly modules: ReadonlyMap<string, SourceModule>;
    readonly aliases: readonly PathAlias[];
  },
): SourceModule | undefined {
  const bases = specifier.startsWith(".")
    ? [posix.join(posix.dirname(from), specifier)]
    : [...aliasedBases(specifier, aliases), ...usualBases(specifier)];
  const paths = bases.flatMap((base) => [
    base,
    base.replace(/\.[cm]?jsx?$/, ""),
    posix.join(base, "index"),
  ]);
  for (const path of paths)
    for (const extension of ["", ...EXTENSIONS]) {
      const found = modules.get(path + extension);
      if (found !== undefined) return found;
    }
  return undefined;
}

function aliasedBases(specifier: string, aliases: readonly PathAlias[]): readonly string[] {
  return aliases.flatMap(({ before, after, targets }) => {
    if (after === undefined) return specifier === before ? targets : [];
    if (!specifier.startsWith(before) || !specifier.endsWith(after)) return [];
    const rest = specifier.slice(before.length, specifier.length - after.length);
    return targets.map((target) => target.replace("*", () => rest));
  });
}

/** "@/auth" and "~/auth", as the templates of frameworks set them up in their bundlers. */
function usualBases(specifier: string): readonly string[] {
  const rest = /^[@~]\/(.+)$/.exec(specifier)?.[1];
  return rest === undefined ? [] : [posix.join("src", rest), rest];
}

const EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".json"];
