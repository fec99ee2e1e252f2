/**
 * What is known of an Express app without starting it: what exports it, which route sends people
 * to Entra, and which page shows that they are signed in.
 */
import type { Evaluator } from "./evaluate.ts";
import { plainText } from "./find-runner.ts";
import { ownModules, visitOwnNodes } from "./own-sources.ts";
import {
  dottedName,
  type Fields,
  isNode,
  nameOf,
  type SourceModule,
  valueOf,
  visitNodes,
} from "./source-module.ts";

/** An app that supertest can take. */
export interface FoundWebApp {
  readonly path: string;
  /** `default`, or the name that is exported. */
  readonly exported: string;
  /** The app itself, or a function without arguments that makes one. */
  readonly of: "value" | "factory";
}

/** A verb of HTTP, as supertest calls it. */
export type Verb = "get" | "post" | "put" | "patch" | "delete";

/** A path at which the app answers. */
export interface Route {
  readonly verb: Verb;
  /** Where it is registered. */
  readonly module: string;
  readonly path: string;
  readonly signsIn: number;
  readonly needsUser: number;
  /** The handler asks MSAL for a token, or an API with one. */
  readonly usesToken: boolean;
  /** It asks MSAL itself. */
  readonly acquiresToken: boolean;
}

/** A router is hardly mounted more often. */
const MOUNTS_MAX = 4;

/** The exported Express apps, those with routes of a sign-in first. */
export function findWebApps(modules: ReadonlyMap<string, SourceModule>): readonly FoundWebApp[] {
  const found: FoundWebApp[] = [];
  for (const module of ownModules(modules)) {
    for (const [name, node] of module.exports) {
      if (name === "module.exports" && isNode(node) && node.type === "ObjectExpression") continue;
      const exported = name === "module.exports" ? "default" : name;
      const value = valueOf(node, module);
      if (isExpress(value)) found.push({ path: module.path, exported, of: "value" });
      else if (makesExpress(value)) found.push({ path: module.path, exported, of: "factory" });
    }
  }
  return found;
}

function isExpress(node: Fields | undefined): boolean {
  return node?.type === "CallExpression" && nameOf(node.callee) === "express";
}

/** A function without arguments, not asynchronous, that makes an app and returns something. */
function makesExpress(node: Fields | undefined): boolean {
  if (node === undefined || !/Function/.test(node.type) || node["async"] === true) return false;
  if ((node["params"] as readonly unknown[]).length > 0) return false;
  let [makes, returns] = [false, false];
  visitNodes(node["body"], (inner) => {
    if (isExpress(inner)) makes = true;
    if (inner.type === "ReturnStatement" && isNode(inner.argument)) returns = true;
  });
  return makes && returns;
}

/** All routes, with the prefixes under which their routers are mounted. */
export function findRoutes(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): readonly Route[] {
  const own: (Pick<Route, "verb" | "module" | "path"> & { readonly handlers: unknown })[] = [];
  const mounts: { readonly from: string; readonly prefix: string; readonly target: string }[] = [];
  visitOwnNodes(modules, (node, module) => {
    if (node.type !== "CallExpression") return;
    const method = /^\w+\.(get|post|put|patch|delete|all|use)$/.exec(
      dottedName(node.callee) ?? "",
    )?.[1];
    const [first, ...handlers] = node.arguments;
    const path = plainText(evaluator.evaluate(first, module));
    if (method === undefined || path?.startsWith("/") !== true) return;
    if (method !== "use")
      own.push({
        verb: method === "all" ? "get" : (method as Verb),
        module: module.path,
        path,
        handlers,
      });
    for (const handler of handlers) {
      const target = targetOf(handler, module, evaluator);
      if (method === "use" && target !== undefined)
        mounts.push({ from: module.path, prefix: path, target });
    }
  });
  const prefixesOf = (module: string, depth = 0): readonly string[] => {
    const to = mounts.filter(({ target }) => target === module);
    if (to.length === 0 || depth > 4) return [""];
    return to
      .slice(0, MOUNTS_MAX)
      .flatMap(({ from, prefix }) =>
        prefixesOf(from, depth + 1).map((before) => join(before, prefix)),
      );
  };
  return own
    .filter(({ path }) => !/[*(]/.test(path))
    .flatMap(({ path, ...one }) =>
      prefixesOf(one.module).map((prefix) => routeOf({ ...one, path: join(prefix, path) })),
    );
}

/** Parts of a path, with one slash between them. */
export function join(one: string, other: string): string {
  return `${one}/${other}`.replaceAll(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
}

/** The module of a router that is mounted. */
function targetOf(
  handler: unknown,
  module: SourceModule,
  { resolve }: Evaluator,
): string | undefined {
  if (!isNode(handler)) return undefined;
  // `app.use("/auth", router)`, or `auth.router` of what was imported.
  const [name] = (dottedName(handler) ?? "").split(".");
  const specifier =
    name !== undefined && name !== ""
      ? module.imports.get(name)?.from
      : handler.type === "CallExpression" && nameOf(handler.callee) === "require"
        ? nameOf(handler.arguments[0])
        : undefined;
  return specifier === undefined ? undefined : resolve(specifier, module.path)?.path;
}

const SENDS_TO_ENTRA = /^(?:getAuthCodeUrl|login|signIn|authenticate|redirectToLogin)$/;
const GUARDS =
  /^(?:is|ensure|require|check|must)?-?(?:Be)?(?:Auth|Authenticated|SignedIn|LoggedIn|Login)\w*$/i;
const ACQUIRES_TOKEN = /^(?:acquireToken\w*|getToken)$/;

/** A route by what its path and its handlers say. */
export function routeOf({
  verb,
  module,
  path,
  handlers,
}: Pick<Route, "verb" | "module" | "path"> & { readonly handlers: unknown }): Route {
  let [sends, guards, acquiresToken, fetches, redirects] = [0, 0, false, false, 0];
  visitNodes(handlers, (node) => {
    const name =
      node.type === "Identifier"
        ? node.name
        : node.type === "CallExpression" || node.type === "MemberExpression"
          ? dottedName(node.type === "CallExpression" ? node.callee : node)
              ?.split(".")
              .at(-1)
          : undefined;
    if (name === undefined) return;
    if (node.type === "CallExpression" && SENDS_TO_ENTRA.test(name)) sends = 3;
    if (GUARDS.test(name) && name !== "authenticate") guards = 3;
    if (node.type !== "CallExpression") return;
    if (ACQUIRES_TOKEN.test(name)) acquiresToken = true;
    if (name === "fetch") fetches = true;
    if (name === "redirect") redirects = 1;
  });
  const usesToken = acquiresToken || fetches;
  const isBack = /redirect|callback|acs|consume|log-?out|sign-?out|metadata|health/i.test(path);
  const isSignIn = /(?:sign|log)-?in/i.test(path);
  const isOpen = verb === "get" && !path.includes(":");
  return {
    verb,
    module,
    path,
    signsIn: isBack || !isOpen ? -1 : (isSignIn ? 3 : 0) + sends,
    needsUser:
      isBack || isSignIn || !isOpen
        ? -1
        : guards -
          redirects +
          (/profile|\bme\b|account|user|dashboard|orders/i.test(path) ? 2 : 0) +
          (usesToken ? 2 : 0),
    usesToken,
    acquiresToken,
  };
}

/**
 * The route that a person opens first, where the page only shows what an API answers: it asks for
 * the token, keeps it in the session, and redirects.
 */
export function routeBefore(page: Route | undefined, routes: readonly Route[]): Route | undefined {
  if (page === undefined || !page.usesToken || page.acquiresToken) return undefined;
  return routes.find(
    ({ verb, path, acquiresToken, signsIn }) =>
      verb === "get" && acquiresToken && signsIn === 0 && !path.includes(":"),
  );
}

/** The path at which Entra's answers arrive, where the sources leave the address to the environment. */
export function findAnswerPath(routes: readonly Route[]): string | undefined {
  return routes.find(({ path }) => /redirect|callback|acs|consume/i.test(path))?.path;
}

/** The best route by a score; undefined when none has one above zero. */
export function bestRoute(
  routes: readonly Route[],
  score: (route: Route) => number,
): Route | undefined {
  const [best] = routes.toSorted((one, other) => score(other) - score(one));
  return best !== undefined && score(best) > 0 ? best : undefined;
}
