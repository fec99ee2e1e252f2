/** Routes as lists of objects: those of Angular, of Vue, and of `createBrowserRouter`. */
import type { Evaluator } from "./evaluate.ts";
import { plainText } from "./find-runner.ts";
import { componentShown } from "./read-route-elements.ts";
import { elementIsGuarded, fieldOf, isGuardedObject } from "./route-guards.ts";
import type { RouteNode } from "./route-node.ts";
import { loadedModule, sourceAt, type SourceAt } from "./source-at.ts";
import { type Fields, isNode, type SourceModule, visitNodes } from "./source-module.ts";

/** Deeper than routes stand below each other; lists that hold each other end here. */
const DEPTH_MAX = 8;

/** The routes of all lists that stand below no other. */
export function routeObjects(
  modules: readonly SourceModule[],
  evaluator: Evaluator,
): readonly RouteNode[] {
  const below = new Set(modules.flatMap((module) => listsBelow(module, evaluator)));
  return modules
    .filter((module) => !below.has(module))
    .flatMap((module) => routesOf(module, below, { evaluator, depth: 0 }));
}

interface Reading {
  readonly evaluator: Evaluator;
  readonly depth: number;
}

/** The lists of a module, except those that are read where they are used. */
function routesOf(
  module: SourceModule,
  elsewhere: ReadonlySet<unknown>,
  reading: Reading,
): readonly RouteNode[] {
  const found: RouteNode[] = [];
  visitNodes(module.program, (node) => {
    if (node.type === "ArrayExpression" && !elsewhere.has(node))
      found.push(...routesIn({ node, module }, reading));
  });
  return found;
}

function routesIn({ node, module }: SourceAt, reading: Reading): readonly RouteNode[] {
  if (node.type !== "ArrayExpression" || reading.depth > DEPTH_MAX) return [];
  const inside = { ...reading, depth: reading.depth + 1 };
  return node.elements.flatMap((element) => {
    const item = element?.type === "SpreadElement" ? element.argument : element;
    const at = sourceAt(item, module, reading.evaluator);
    if (at === undefined) return [];
    return at.node.type === "ArrayExpression" ? routesIn(at, inside) : routeOf(at, inside);
  });
}

function routeOf(at: SourceAt, reading: Reading): readonly RouteNode[] {
  const { node, module } = at;
  const { evaluator } = reading;
  const field = (name: string): unknown => fieldOf(node, name);
  const written = plainText(evaluator.evaluate(field("path"), module));
  const children = sourceAt(field("children"), module, evaluator);
  const isIndex = field("index") !== undefined;
  // A layout of React Router has no path.
  if (written === undefined && children === undefined && !isIndex) return [];
  const loaded = loadedModule(field("loadChildren"), module, evaluator);
  const element = field("element");
  const shows =
    element === undefined
      ? shownBy(node, module, evaluator)
      : componentShown(element, module, evaluator);
  return [
    {
      path: written ?? "",
      isGuarded: isGuardedObject(at, evaluator) || elementIsGuarded(element, module, evaluator),
      isPage: field("redirectTo") === undefined && children === undefined && loaded === undefined,
      shows,
      below: [
        ...(children === undefined ? [] : routesIn(children, reading)),
        ...(loaded === undefined
          ? []
          : routesOf(loaded, new Set(listsBelow(loaded, evaluator)), reading)),
      ],
    },
  ];
}

/** The component of `component: Profile`, or the module of `loadComponent: () => import("./profile")`. */
function shownBy(route: Fields, module: SourceModule, evaluator: Evaluator): SourceAt | undefined {
  const component = ["component", "Component", "loadComponent", "lazy"]
    .map((name) => fieldOf(route, name))
    .find((one) => one !== undefined);
  const loaded = loadedModule(component, module, evaluator);
  if (loaded !== undefined) return { node: loaded.program as Fields, module: loaded };
  return sourceAt(component, module, evaluator) ?? wholeModule(component, module, evaluator);
}

/** A component of Vue is a file, without an export that is written down. */
function wholeModule(
  component: unknown,
  module: SourceModule,
  { resolve }: Evaluator,
): SourceAt | undefined {
  if (!isNode(component) || component.type !== "Identifier") return undefined;
  const from = resolve(module.imports.get(component.name)?.from ?? "", module.path);
  return from && { node: from.program as Fields, module: from };
}

/** Lists that stand below a route or inside of another list, and modules that a route loads. */
function listsBelow(module: SourceModule, evaluator: Evaluator): readonly unknown[] {
  const found: unknown[] = [];
  visitNodes(module.program, (node) => {
    if (node.type === "ObjectExpression") {
      found.push(
        sourceAt(fieldOf(node, "children"), module, evaluator)?.node,
        loadedModule(fieldOf(node, "loadChildren"), module, evaluator),
      );
    }
    if (node.type === "ArrayExpression")
      for (const element of node.elements)
        if (element?.type === "SpreadElement")
          found.push(sourceAt(element.argument, module, evaluator)?.node);
  });
  return found.filter((one) => one !== undefined);
}
