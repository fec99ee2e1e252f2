/** Where something is declared in the sources, through names and imports, and what is said there. */
import type { Evaluator } from "./evaluate.ts";
import { type Fields, isNode, nameOf, type SourceModule, visitNodes } from "./source-module.ts";

/** A node, in the module whose names it uses. */
export interface SourceAt {
  readonly node: Fields;
  readonly module: SourceModule;
}

/** Longer chains of names are hardly written; a circle of them ends here. */
const NAMES_MAX = 8;

/** An expression, or what the project declares under the name that it is. */
export function sourceAt(
  expression: unknown,
  module: SourceModule,
  evaluator: Evaluator,
  left = NAMES_MAX,
): SourceAt | undefined {
  if (!isNode(expression) || left === 0) return undefined;
  if (/^(?:TS(?:As|Satisfies|NonNull)|Parenthesized)Expression$/.test(expression.type))
    return sourceAt(expression["expression"], module, evaluator, left - 1);
  if (expression.type !== "Identifier" && expression.type !== "JSXIdentifier")
    return { node: expression, module };
  const { name } = expression;
  const declared = module.variables.get(name);
  if (declared !== undefined) return sourceAt(declared, module, evaluator, left - 1);
  const imported = module.imports.get(name);
  const from = imported && evaluator.resolve(imported.from, module.path);
  if (imported === undefined || from === undefined) return undefined;
  return sourceAt(from.exports.get(imported.name), from, evaluator, left - 1);
}

/** The first module that an expression imports when it is called: `() => import("./mail")`. */
export function loadedModule(
  expression: unknown,
  { path }: SourceModule,
  { resolve }: Evaluator,
): SourceModule | undefined {
  let loaded: SourceModule | undefined;
  visitNodes(expression, (node) => {
    if (node.type === "ImportExpression") loaded ??= resolve(nameOf(node.source) ?? "", path);
  });
  return loaded;
}

/** Whether a name like `wanted` stands in a node, or in what it uses of the project, so many steps away. */
export function mentions(
  { node, module }: SourceAt,
  wanted: RegExp,
  evaluator: Evaluator,
  steps: number,
): boolean {
  const used = new Map<string, Fields>();
  let isThere = false;
  visitNodes(node, (inner) => {
    if (inner.type !== "Identifier" && inner.type !== "JSXIdentifier") return;
    if (wanted.test(inner.name)) isThere = true;
    used.set(inner.name, inner);
  });
  if (isThere || steps === 0) return isThere;
  return [...used.values()].some((name) => {
    const at = sourceAt(name, module, evaluator);
    return at !== undefined && at.node !== node && mentions(at, wanted, evaluator, steps - 1);
  });
}
