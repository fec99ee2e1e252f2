/** What is known of a NestJS app without starting it: which classes its container makes, and its root module. */
import type { Evaluator } from "./evaluate.ts";
import { plainText } from "./find-runner.ts";
import { join, type Route, routeOf, type Verb } from "./find-web-app.ts";
import { isTestFile, ownModules, visitOwnNodes } from "./own-sources.ts";
import {
  dottedName,
  type Fields,
  isNode,
  nameOf,
  type SourceModule,
  valueOf,
  visitNodes,
} from "./source-module.ts";

/** An exported class that is decorated as a module. */
export interface NestModule {
  readonly path: string;
  /** `default`, or the name that is exported. */
  readonly exported: string;
  readonly name: string;
}

/** What the container calls by itself when it starts and stops. */
export function isLifecycleMethod(name: string): boolean {
  return STARTS.has(name) || /^(?:onModuleDestroy|(?:before|on)ApplicationShutdown)$/.test(name);
}

const STARTS: ReadonlySet<string> = new Set(["onModuleInit", "onApplicationBootstrap"]);

/** Whether only the container can make a class complete: it injects something, or waits for its start. */
export function needsContainer(node: Fields): boolean {
  if (!isDecorated(node, "Injectable") && !isDecorated(node, "Controller")) return false;
  return membersOf(node).some((member) => {
    const name = nameOf(member["key"]) ?? "";
    if (member["kind"] === "constructor") return (member["params"] as readonly []).length > 0;
    return STARTS.has(name) || isDecorated(member, "Inject");
  });
}

/** The module that `NestFactory` starts; without one the class `AppModule`, then any other module. */
export function findNestModule(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): NestModule | undefined {
  const sources = ownModules(modules);
  const found = sources.flatMap((module) =>
    [...module.exports].flatMap(([exported, node]) => {
      const declared = valueOf(node, module);
      if (declared === undefined || !isDecorated(declared, "Module")) return [];
      return [{ path: module.path, exported, name: nameOf(declared["id"]) ?? exported }];
    }),
  );
  const started = sources.flatMap((module) => startedModules(module, evaluator));
  return (
    found.find((one) =>
      started.some(({ path, exported }) => one.path === path && one.exported === exported),
    ) ??
    found.find(({ name }) => name === "AppModule") ??
    found[0]
  );
}

/** What a source gives to `NestFactory.create()` and its like. */
function startedModules(
  module: SourceModule,
  { resolve }: Evaluator,
): readonly Pick<NestModule, "path" | "exported">[] {
  const found: Pick<NestModule, "path" | "exported">[] = [];
  visitNodes(module.program, (node) => {
    if (node.type !== "CallExpression") return;
    if (!/^NestFactory\.create\w*$/.test(dottedName(node.callee) ?? "")) return;
    const name = nameOf(node.arguments[0]) ?? "";
    const imported = module.imports.get(name);
    const path = imported === undefined ? module.path : resolve(imported.from, module.path)?.path;
    if (path !== undefined) found.push({ path, exported: imported?.name ?? name });
  });
  return found;
}

const verbs: ReadonlyMap<string, Verb> = new Map([
  ["Get", "get"],
  ["Post", "post"],
  ["Put", "put"],
  ["Patch", "patch"],
  ["Delete", "delete"],
]);

/** The routes of all controllers, without a global prefix, which a test does not set. */
export function findNestRoutes(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): readonly Route[] {
  const found: Route[] = [];
  visitOwnNodes(modules, (node, module) => {
    const controller = decoratorOf(node, "Controller");
    if (controller === undefined) return;
    const prefix = pathIn(controller, module, evaluator);
    for (const member of membersOf(node))
      for (const [name, verb] of verbs) {
        const decorator = decoratorOf(member, name);
        if (decorator === undefined) continue;
        const path = join(`/${prefix}`, pathIn(decorator, module, evaluator));
        if (!/[*(]/.test(path))
          found.push(routeOf({ verb, module: module.path, path, handlers: member }));
      }
  });
  return found;
}

/** `@Get("items")` or `@Controller({ path: "items" })`; nothing is the path itself. */
function pathIn(decorator: Fields, module: SourceModule, evaluator: Evaluator): string {
  const given = evaluator.evaluate((decorator["arguments"] as unknown[] | undefined)?.[0], module);
  return plainText(given) ?? plainText(evaluator.property(given, "path")) ?? "";
}

/** An exported function that prepares the app as `main.ts` does: sessions, pipes, cookies. */
export function findNestSetup(
  modules: ReadonlyMap<string, SourceModule>,
): Pick<NestModule, "path" | "exported"> | undefined {
  for (const module of ownModules(modules)) {
    for (const [exported, node] of module.exports) {
      const value = valueOf(node, module);
      const params = value?.["params"];
      const [only, ...more] = Array.isArray(params) ? (params as readonly unknown[]) : [];
      const name = nameOf(only);
      if (value === undefined || name === undefined || more.length > 0) continue;
      if (usesMiddleware(value["body"], name)) return { path: module.path, exported };
    }
  }
  return undefined;
}

/** Where a source prepares an app in a function that a test cannot call. */
export function findHiddenSetup(modules: ReadonlyMap<string, SourceModule>): string | undefined {
  const module = [...modules.values()].find(
    ({ path, program }) =>
      !isTestFile(path) && startsNest(program) && usesMiddleware(program, undefined),
  );
  return module?.path;
}

function startsNest(program: unknown): boolean {
  let starts = false;
  visitNodes(program, (node) => {
    if (
      node.type === "CallExpression" &&
      (dottedName(node.callee) ?? "").startsWith("NestFactory.create")
    )
      starts = true;
  });
  return starts;
}

/** Whether a body calls `app.use(…)`. */
function usesMiddleware(body: unknown, app: string | undefined): boolean {
  let uses = false;
  visitNodes(body, (node) => {
    if (node.type !== "CallExpression") return;
    const [object, method, ...more] = (dottedName(node.callee) ?? "").split(".");
    if (method === "use" && more.length === 0 && (app === undefined || object === app)) uses = true;
  });
  return uses;
}

function membersOf(node: Fields): readonly Fields[] {
  if (node.type !== "ClassDeclaration" && node.type !== "ClassExpression") return [];
  return (node.body.body as readonly unknown[]).filter(isNode);
}

/** Whether a class or one of its members has a decorator of that name, called or not. */
function isDecorated(node: Fields, name: string): boolean {
  return decoratorOf(node, name) !== undefined;
}

/** The expression of that decorator: a call, or its name. */
function decoratorOf(node: Fields, name: string): Fields | undefined {
  const decorators = node["decorators"];
  if (!Array.isArray(decorators)) return undefined;
  for (const one of decorators as readonly unknown[]) {
    if (!isNode(one) || one.type !== "Decorator" || !isNode(one.expression)) continue;
    const { expression } = one;
    const called = expression.type === "CallExpression" ? expression.callee : expression;
    if (dottedName(called) === name) return expression;
  }
  return undefined;
}
