/** A route of a single-page app that only people who are signed in may open: there the page asks for its tokens. */
import type { Evaluator } from "./evaluate.ts";
import { isTestFile } from "./find-clients.ts";
import { plainText } from "./find-runner.ts";
import {
  dottedName,
  type Fields,
  isNode,
  nameOf,
  type SourceModule,
  valueOf,
  visitNodes,
} from "./source-module.ts";

interface GuardedRoute {
  /** Without a slash at the beginning: `account/profile`. */
  readonly path: string;
  /** The module of what it shows; undefined when it is not found. */
  readonly shows: SourceModule | undefined;
}

/** What the routes around a route say. */
interface Around {
  readonly prefix: string;
  readonly isGuarded: boolean;
}

interface Sources {
  readonly modules: ReadonlyMap<string, SourceModule>;
  readonly evaluator: Evaluator;
}

/**
 * The address of one, without the slash at the beginning: `profile`, or `#/profile` for a router
 * that keeps it in the fragment. Undefined when there is none, when the only ones need a parameter,
 * or when one is the start page, which each reload opens.
 *
 * Reads the routes of Angular (`canActivate: [MsalGuard]`) and of Vue (`meta: { requiresAuth: true }`).
 */
export function findGuardedRoute(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): string | undefined {
  const sources = { modules, evaluator };
  const own = [...modules.values()].filter(({ path }) => !isTestFile(path));
  const lazy = new Set(own.flatMap((module) => lazyModules(module, sources)));
  const found = own
    .filter((module) => !lazy.has(module))
    .flatMap((module) => routesOf(module, { prefix: "", isGuarded: false }, sources, new Set()))
    .filter(({ path }) => !/[:*]/.test(path));
  if (found.some(({ path }) => path === "")) return undefined;
  const asks = (route: GuardedRoute): boolean => leadsToCalls(route.shows, sources);
  const route = found.find(asks) ?? found[0];
  if (route === undefined) return undefined;
  return `${own.some(usesFragment) ? "#/" : ""}${route.path}`;
}

/** The routes in a module's own lists, with those that they load. */
function routesOf(
  module: SourceModule,
  around: Around,
  sources: Sources,
  read: Set<unknown>,
): readonly GuardedRoute[] {
  if (read.has(module)) return [];
  read.add(module);
  const found: GuardedRoute[] = [];
  visitNodes(module.program, (node) => {
    if (node.type !== "ArrayExpression" || read.has(node)) return;
    found.push(...routesIn(node, module, around, sources, read));
  });
  return found;
}

function routesIn(
  list: Fields,
  module: SourceModule,
  around: Around,
  sources: Sources,
  read: Set<unknown>,
): readonly GuardedRoute[] {
  if (list.type !== "ArrayExpression") return [];
  read.add(list);
  return list.elements.flatMap((element) => {
    const route = valueOf(element, module);
    const written = plainText(sources.evaluator.evaluate(fieldOf(route, "path"), module));
    if (route === undefined || written === undefined) return [];
    const inside: Around = {
      prefix: joinPaths(around.prefix, written),
      isGuarded: around.isGuarded || isGuarded(route),
    };
    const children = valueOf(fieldOf(route, "children"), module);
    const loaded = loadedModule(fieldOf(route, "loadChildren"), module, sources);
    const below = [
      ...(children === undefined ? [] : routesIn(children, module, inside, sources, read)),
      ...(loaded === undefined ? [] : routesOf(loaded, inside, sources, read)),
    ];
    const isPage = fieldOf(route, "redirectTo") === undefined && below.length === 0;
    if (!isPage || !inside.isGuarded) return below;
    return [{ path: inside.prefix, shows: shownBy(route, module, sources) }];
  });
}

function isGuarded(route: Fields): boolean {
  const guards = ["canActivate", "canActivateChild", "canMatch"].map((name) =>
    fieldOf(route, name),
  );
  let hasGuard = false;
  visitNodes(guards, (node) => {
    if (node.type === "Identifier" && node.name === "MsalGuard") hasGuard = true;
  });
  const needsSignIn = fieldOf(fieldOf(route, "meta"), "requiresAuth");
  return (
    hasGuard || (isNode(needsSignIn) && needsSignIn.type === "BooleanLiteral" && needsSignIn.value)
  );
}

/** The module of `component: Profile`, or of `loadComponent: () => import("./profile")`. */
function shownBy(route: Fields, module: SourceModule, sources: Sources): SourceModule | undefined {
  const component = fieldOf(route, "component") ?? fieldOf(route, "loadComponent");
  const imported = module.imports.get(dottedName(component) ?? "");
  return imported === undefined
    ? loadedModule(component, module, sources)
    : sources.evaluator.resolve(imported.from, module.path);
}

/** The first module that an expression imports when it is called. */
function loadedModule(
  expression: unknown,
  { path }: SourceModule,
  { evaluator }: Sources,
): SourceModule | undefined {
  let loaded: SourceModule | undefined;
  visitNodes(expression, (node) => {
    if (node.type === "ImportExpression")
      loaded ??= evaluator.resolve(nameOf(node.source) ?? "", path);
  });
  return loaded;
}

/** Whose routes stand below those of another module. */
function lazyModules(module: SourceModule, sources: Sources): readonly SourceModule[] {
  const found: SourceModule[] = [];
  visitNodes(module.program, (node) => {
    if (node.type !== "ObjectProperty" || nameOf(node.key) !== "loadChildren") return;
    const loaded = loadedModule(node.value, module, sources);
    if (loaded !== undefined) found.push(loaded);
  });
  return found;
}

/** Whether a module, or one that it imports, makes requests or asks for tokens. */
function leadsToCalls(start: SourceModule | undefined, { evaluator }: Sources): boolean {
  const open = new Set(start === undefined ? [] : [start]);
  for (const module of open) {
    let calls = module.imports.get("HttpClient")?.from === "@angular/common/http";
    visitNodes(module.program, (node) => {
      if (node.type === "Identifier" && /^(?:fetch|axios|acquireToken\w*)$/.test(node.name))
        calls = true;
    });
    if (calls) return true;
    for (const specifier of module.specifiers) {
      const next = evaluator.resolve(specifier, module.path);
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
      found ||= /^(?:withHashLocation|createWebHashHistory)$/.test(nameOf(node.callee) ?? "");
    if (node.type === "ObjectProperty" && nameOf(node.key) === "useHash")
      found ||= node.value.type === "BooleanLiteral" && node.value.value;
  });
  return found;
}

function fieldOf(node: unknown, name: string): unknown {
  if (!isNode(node) || node.type !== "ObjectExpression") return undefined;
  const property = node.properties.find(
    (one) => one.type === "ObjectProperty" && nameOf(one.key) === name,
  );
  return (property as Fields | undefined)?.["value"];
}

function joinPaths(...paths: readonly string[]): string {
  return paths
    .map((path) => path.replaceAll(/^\/+|\/+$/g, ""))
    .filter((path) => path !== "")
    .join("/");
}
