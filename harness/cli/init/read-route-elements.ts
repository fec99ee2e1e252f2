/** Routes of React Router as elements: `<Route path="/profile" element={<Profile />} />`, and those of its version 5. */
import type { Evaluator } from "./evaluate.ts";
import { plainText } from "./find-runner.ts";
import { elementIsGuarded } from "./route-guards.ts";
import type { RouteNode } from "./route-node.ts";
import { loadedModule, sourceAt, type SourceAt } from "./source-at.ts";
import { type Fields, isNode, nameOf, type SourceModule, visitNodes } from "./source-module.ts";

/** The routes of a module that stand below no other. */
export function routeElements(module: SourceModule, evaluator: Evaluator): readonly RouteNode[] {
  return outermostRoutes(module.program).map((route) => routeOf(route, module, evaluator));
}

function routeOf(route: Fields, module: SourceModule, evaluator: Evaluator): RouteNode {
  const value = (name: string): unknown => attributeOf(route, name);
  const below = outermostRoutes(route["children"]);
  const shown = value("element") ?? value("component") ?? value("Component") ?? value("render");
  const content = shown ?? (below.length === 0 ? route["children"] : undefined);
  return {
    path: plainText(evaluator.evaluate(value("path"), module)) ?? "",
    // `<PrivateRoute path="/profile" component={Profile} />`
    isGuarded: elementIsGuarded([tagOf(route), content], module, evaluator),
    isPage: below.length === 0 && content !== undefined && !isRedirect(content),
    shows: componentShown(content, module, evaluator),
    below: below.map((one) => routeOf(one, module, evaluator)),
  };
}

/** What a route shows: the innermost component of its element that the project has. */
export function componentShown(
  element: unknown,
  module: SourceModule,
  evaluator: Evaluator,
): SourceAt | undefined {
  let shown: SourceAt | undefined;
  visitNodes(element, (node) => {
    if (node.type !== "JSXIdentifier" && node.type !== "Identifier") return;
    const at = sourceAt(node, module, evaluator);
    if (at === undefined) return;
    // `const Inbox = lazy(() => import("./Inbox"))`
    const loaded = loadedModule(at.node, at.module, evaluator);
    shown = loaded === undefined ? at : { node: loaded.program as Fields, module: loaded };
  });
  return shown;
}

function outermostRoutes(root: unknown): readonly Fields[] {
  const found: Fields[] = [];
  const inner = new Set<unknown>();
  visitNodes(root, (node) => {
    if (!isRoute(node) || inner.has(node)) return;
    found.push(node);
    visitNodes([node["children"], node["openingElement"]], (below) => {
      if (isRoute(below)) inner.add(below);
    });
  });
  return found;
}

function isRoute(node: Fields): boolean {
  return node.type === "JSXElement" && (nameOf(tagOf(node)) ?? "").endsWith("Route");
}

function isRedirect(content: unknown): boolean {
  return isNode(content) && /^(?:Navigate|Redirect)$/.test(nameOf(tagOf(content)) ?? "");
}

function tagOf(element: Fields): unknown {
  return (element["openingElement"] as Fields | undefined)?.["name"];
}

function attributeOf(element: Fields, name: string): unknown {
  const opening = element["openingElement"] as Fields;
  const attributes = (opening["attributes"] ?? []) as readonly Fields[];
  const value = attributes.find((one) => nameOf(one["name"]) === name)?.["value"];
  return isNode(value) && value.type === "JSXExpressionContainer" ? value.expression : value;
}
