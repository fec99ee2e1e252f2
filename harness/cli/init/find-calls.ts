/**
 * Finds what a test can call: exported functions, methods of exported classes and of what exported
 * functions return, which need no arguments and lead to a client of Entra.
 */
import { posix } from "node:path";
import type { Node } from "@babel/types";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import type { Evaluator } from "./evaluate.ts";
import { isTestFile } from "./own-sources.ts";
import type { FoundClient } from "./found-client.ts";
import { findHandlers, type Trigger } from "./find-functions.ts";
import { findRouteCalls, type RouteCall } from "./find-routes.ts";
import { isLifecycleMethod, needsContainer } from "./find-nest.ts";
import {
  dottedName,
  type Fields,
  isIdentifierName,
  isNode,
  nameOf,
  type SourceModule,
  valueOf,
  visitNodes,
} from "./source-module.ts";

/** A function of the app that a test can call without arguments. */
export interface AppCall {
  readonly path: string;
  /** `default`, or the name that is exported. */
  readonly exported: string;
  /** A name of its own, for a default export as well. */
  readonly name: string;
  /**
   * What is exported: the function, a class with the method, a class that the container of NestJS
   * makes, a function that returns an object with the method, a handler of Azure Functions, or a
   * web app with a route.
   */
  readonly of: "function" | "class" | "injectable" | "factory" | "handler" | "route";
  readonly method?: string;
  /** Of a handler. */
  readonly trigger?: Trigger;
  readonly route?: RouteCall;
}

interface Candidate extends AppCall {
  readonly score: number;
  readonly body: Fields;
}

/** As `--call` takes it: `src/graph.ts#listUsers`, `src/mail.ts#MailService.unread`, `src/app.ts#POST /orders`. */
export function callName({ path, exported, method, route }: AppCall): string {
  if (route !== undefined) return `${route.module}#${routeName(route)}`;
  return `${path}#${exported}${method === undefined ? "" : `.${method}`}`;
}

/** `POST /orders`. */
function routeName({ verb, path }: RouteCall): string {
  return `${verb.toUpperCase()} ${path}`;
}

/** The calls that lead to a client, the likeliest first. */
export function findCalls(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
  clients: readonly FoundClient[],
): readonly AppCall[] {
  const leading = modulesThatLeadTo(clients, modules, evaluator);
  const handlers = handlersIn(modules, evaluator).filter(({ path }) => leading.has(path));
  const preparing = preparingIn(clients, modules);
  const others = [...new Set([...leading, ...modules.keys()])].flatMap((path) => {
    const module = modules.get(path);
    if (module === undefined || isTestFile(path)) return [];
    const found = candidatesIn(module)
      .filter(({ score }) => score > 0)
      .map((one) => ({ ...one, score: one.score + readiness(one, preparing) }));
    // A container may hand the client to a class that does not import where it is made.
    return leading.has(path) ? found : found.filter(isInjectedAndTalks);
  });
  return [
    ...handlers,
    ...others.toSorted((one, other) => other.score - one.score),
    ...routesIn(modules, evaluator, leading),
  ];
}

function routesIn(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
  leading: ReadonlySet<string>,
): readonly AppCall[] {
  return findRouteCalls(modules, evaluator, leading).map((route) => {
    const { path, exported } =
      route.app.of === "nest" ? { path: route.module, exported: "default" } : route.app;
    return { path, exported, name: routeName(route), of: "route", route };
  });
}

/** The call that `--call FILE#NAME` names; throws `bad-usage` when it does not exist or needs arguments. */
export function findNamedCall(
  named: string,
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): AppCall {
  const [file = "", wanted = ""] = named.replace(/^\.\//, "").split("#", 2);
  const module = modules.get(posix.normalize(file.replaceAll("\\", "/")));
  if (module === undefined) {
    throw new HarnessError("bad-usage", `--call: there is no source file "${file}"`, {
      hint: suggestNames(
        file,
        modules.keys(),
        "Write --call FILE#FUNCTION, such as src/graph.ts#listUsers.",
      ),
    });
  }
  const handlers = handlersIn(modules, evaluator).filter(({ path }) => path === module.path);
  const routes = routesIn(modules, evaluator, new Set(modules.keys()));
  const calls = [
    ...handlers,
    ...candidatesIn(module),
    ...routes.filter(({ route }) => route?.module === module.path),
  ];
  const found = calls.find((call) => callName(call) === `${module.path}#${wanted}`);
  if (found !== undefined) return found;
  const names = calls.map((call) => callName(call).split("#")[1] ?? "");
  throw new HarnessError(
    "bad-usage",
    `--call: ${module.path} exports no function "${wanted}" that needs no arguments`,
    {
      hint: suggestNames(
        wanted,
        names,
        names.length === 0
          ? "Export a function without arguments that does a piece of the app's work."
          : `There are ${names.join(", ")}.`,
      ),
    },
  );
}

/** Exported functions that make a client of what they are given, by the path of their module. */
function preparingIn(
  clients: readonly FoundClient[],
  modules: ReadonlyMap<string, SourceModule>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, ReadonlySet<string>>();
  for (const [path, module] of modules) {
    const lines = clients.filter((one) => one.path === path).map(({ line }) => line);
    const names = [...module.exports].flatMap(([name, node]) => {
      const value = valueOf(node, module);
      if (value === undefined || !isFunction(value) || needsNoArguments(value)) return [];
      const { start, end } = value.loc ?? {};
      const holds = (line: number): boolean =>
        start !== undefined && end !== undefined && start.line <= line && line <= end.line;
      return lines.some(holds) ? [name] : [];
    });
    if (names.length > 0) found.set(path, new Set(names));
  }
  return found;
}

/** What prepares the client itself comes before what waits until another function has done so. */
function readiness(
  { path, body }: Candidate,
  preparing: ReadonlyMap<string, ReadonlySet<string>>,
): number {
  const names = new Set([...preparing.values()].flatMap((some) => [...some]));
  let prepares = false;
  visitNodes(body, (node) => {
    if (node.type !== "CallExpression") return;
    if (names.has((dottedName(node.callee) ?? "").split(".").at(-1) ?? "")) prepares = true;
  });
  if (prepares) return TALKS_SCORE;
  return preparing.has(path) ? -TALKS_SCORE : 0;
}

function isInjectedAndTalks({ of, score }: Candidate): boolean {
  return of === "injectable" && score >= TALKS_SCORE;
}

/** Modules with a client, and those that import them, at any distance. */
function modulesThatLeadTo(
  clients: readonly FoundClient[],
  modules: ReadonlyMap<string, SourceModule>,
  { resolve }: Evaluator,
): ReadonlySet<string> {
  const leading = new Set(clients.map(({ path }) => path));
  for (let size = -1; size !== leading.size;) {
    size = leading.size;
    for (const { path, specifiers } of modules.values())
      if (specifiers.some((one) => leading.has(resolve(one, path)?.path ?? ""))) leading.add(path);
  }
  return leading;
}

/** Those that ask for something themselves first, then those that need no body. */
function handlersIn(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): readonly AppCall[] {
  const found = findHandlers(modules, evaluator).flatMap(({ trigger, export: at, handler }) => {
    if (at === undefined) return [];
    const name =
      at.exported === "default" ? (nameOf((handler as Fields)["id"]) ?? "handler") : at.exported;
    const needsBody = trigger.kind === "http" && trigger.verb !== "GET";
    const score = scoreOf(handler, name) * 2 - (needsBody ? 1 : 0);
    return [{ call: { ...at, name, of: "handler", trigger } as const, score }];
  });
  return found.toSorted((one, other) => other.score - one.score).map(({ call }) => call);
}

function candidatesIn(module: SourceModule): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const [exported, node] of module.exports) {
    if (exported === "module.exports" && valueOf(node, module)?.type === "ObjectExpression")
      continue;
    const value = valueOf(node, module);
    if (value === undefined) continue;
    const isDefault = exported === "default" || exported === "module.exports";
    const name = nameOf((value as Fields)["id"]) ?? (isDefault ? "run" : exported);
    const at = { path: module.path, exported: isDefault ? "default" : exported, name };
    if (value.type === "ClassDeclaration" || value.type === "ClassExpression")
      found.push(...methodsOf(value, at));
    else if (isFunction(value) && needsNoArguments(value)) {
      found.push({ ...at, of: "function", score: scoreOf(value, name), body: value });
      found.push(...returnedMethods(value, at));
    }
  }
  return found;
}

function isFunction(node: Fields): boolean {
  return /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ObjectMethod|ClassMethod)$/.test(
    node.type,
  );
}

function needsNoArguments(node: Fields): boolean {
  const params = node["params"];
  if (!Array.isArray(params)) return true;
  return params.every(
    (param: unknown) =>
      isNode(param) &&
      (param.type === "AssignmentPattern" ||
        param.type === "RestElement" ||
        (param.type === "Identifier" && (param.optional === true || param.name === "this"))),
  );
}

type At = Pick<AppCall, "path" | "exported" | "name">;

function methodsOf(node: Fields, at: At): readonly Candidate[] {
  if (node.type !== "ClassDeclaration" && node.type !== "ClassExpression") return [];
  const members = (node.body.body as readonly Node[]).filter(isNode);
  const constructor = members.find((one) => one["kind"] === "constructor");
  const isInjectable = needsContainer(node);
  if (constructor !== undefined && !isInjectable && !needsNoArguments(constructor)) return [];
  return members.flatMap((member) => {
    const method = nameOf(member["key"]);
    const isCallable =
      member.type === "ClassMethod" &&
      member.kind === "method" &&
      !member.static &&
      member.accessibility !== "private" &&
      member.accessibility !== "protected";
    if (method === undefined || !isIdentifierName(method)) return [];
    if (!isCallable || !needsNoArguments(member)) return [];
    if (isInjectable && isLifecycleMethod(method)) return [];
    const of = isInjectable ? "injectable" : "class";
    return [{ ...at, of, method, score: scoreOf(member, method), body: member } as const];
  });
}

function returnedMethods(node: Fields, at: At): readonly Candidate[] {
  const returned: Fields[] = [];
  const body = node["body"];
  if (isNode(body) && body.type === "ObjectExpression") returned.push(body);
  if (isNode(body) && body.type === "BlockStatement")
    for (const statement of body.body)
      if (statement.type === "ReturnStatement" && isNode(statement.argument))
        returned.push(statement.argument);
  return returned.flatMap((object) => {
    if (object.type !== "ObjectExpression") return [];
    return object.properties.flatMap((property) => {
      if (property.type === "SpreadElement") return [];
      const method = nameOf(property.key);
      const value = property.type === "ObjectMethod" ? property : property.value;
      if (method === undefined || !isIdentifierName(method)) return [];
      if (!isNode(value) || !isFunction(value)) return [];
      if (!needsNoArguments(value)) return [];
      return [
        { ...at, of: "factory", method, score: scoreOf(value, method), body: value } as const,
      ];
    });
  });
}

const TALKS = /^(?:fetch|acquireToken\w*|getToken|api|request|query)$|^(?:axios|got|superagent)\b/;
const ASKS =
  /^(?:get|list|load|read|fetch|sync|send|run|main|post|find|query|export|import|collect)/i;
const MAKES = /(?:client|credential|application|app|server|config|middleware|logger|router)s?$/i;

/** What a request in the body itself counts for. */
const TALKS_SCORE = 4;

/** How likely a call is a piece of the app's work that ends in a request with a token. */
function scoreOf(node: Fields, name: string): number {
  let talks = 0;
  visitNodes(node, (inner) => {
    if (inner.type !== "CallExpression" && inner.type !== "OptionalCallExpression") return;
    const called = dottedName(inner.callee) ?? nameOf((inner.callee as Fields)["property"]) ?? "";
    if (TALKS.test(called) || TALKS.test(called.split(".").at(-1) ?? "")) talks += 1;
  });
  const isAsync = node["async"] === true;
  return (
    (talks > 0 ? TALKS_SCORE : 0) +
    (isAsync ? 2 : 0) +
    (ASKS.test(name) ? 1 : 0) +
    (MAKES.test(name) ? -4 : 0) +
    (isAsync || talks > 0 ? 0 : -3)
  );
}
