/** A route of a single-page app at which it asks for its tokens: one that only people who are signed in may open, or whose page asks. */
import type { Evaluator } from "./evaluate.ts";
import { routeElements } from "./read-route-elements.ts";
import { routeObjects } from "./read-route-objects.ts";
import { pagesOf, type RoutePage } from "./route-node.ts";
import { mentions } from "./source-at.ts";
import { ownModules } from "./own-sources.ts";
import { nameOf, type SourceModule, visitNodes } from "./source-module.ts";

/**
 * The address of one, without the slash at the beginning: `profile`, or `#/profile` for a router
 * that keeps it in the fragment. Undefined when there is none, when the only ones need a parameter,
 * or when one is the start page, which each reload opens.
 *
 * Reads the routes of Angular (`canActivate: [MsalGuard]`), of Vue (`meta: { requiresAuth: true }`)
 * and of React Router, as elements and as objects.
 */
export function findGuardedRoute(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): string | undefined {
  const own = ownModules(modules);
  const pages = pagesOf([
    ...routeObjects(own, evaluator),
    ...own.flatMap((module) => routeElements(module, evaluator)),
  ]).filter(({ path }) => !/[:*]/.test(path));
  const found = pages.filter((page) => page.isGuarded || asksByItself(page, evaluator));
  if (found.some(({ path }) => path === "")) return undefined;
  const asks = ({ shows }: RoutePage): boolean => leadsToCalls(shows?.module, evaluator);
  const route = found.find(asks) ?? found[0];
  if (route === undefined) return undefined;
  return `${own.some(usesFragment) ? "#/" : ""}${route.path}`;
}

/** A component, its hook, and the function that the hook calls. */
const STEPS_TO_TOKENS = 3;

/** A page that asks for a token when it is opened, whether it has a guard or not. */
function asksByItself({ shows }: RoutePage, evaluator: Evaluator): boolean {
  return shows !== undefined && mentions(shows, /^acquireToken/, evaluator, STEPS_TO_TOKENS);
}

/** Whether a module, or one that it imports, makes requests or asks for tokens. */
function leadsToCalls(start: SourceModule | undefined, { resolve }: Evaluator): boolean {
  const open = new Set(start === undefined ? [] : [start]);
  for (const module of open) {
    let calls = module.imports.get("HttpClient")?.from === "@angular/common/http";
    visitNodes(module.program, (node) => {
      if (node.type === "Identifier" && /^(?:fetch|axios|acquireToken\w*)$/.test(node.name))
        calls = true;
    });
    if (calls) return true;
    for (const specifier of module.specifiers) {
      const next = resolve(specifier, module.path);
      if (next !== undefined) open.add(next);
    }
  }
  return false;
}

/** Whether the router writes addresses such as `/#/profile`. */
function usesFragment({ program }: SourceModule): boolean {
  let found = false;
  visitNodes(program, (node) => {
    if (node.type === "CallExpression")
      found ||= /^(?:withHashLocation|createWebHashHistory|createHashRouter)$/.test(
        nameOf(node.callee) ?? "",
      );
    // `import { HashRouter as Router }` as well.
    if (node.type === "ImportSpecifier") found ||= nameOf(node.imported) === "HashRouter";
    if (node.type === "ObjectProperty" && nameOf(node.key) === "useHash")
      found ||= node.value.type === "BooleanLiteral" && node.value.value;
  });
  return found;
}
