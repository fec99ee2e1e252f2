/** The functions of Azure, programming model 4, that a test can call: handlers of `app.http` that are exported. */
import type { ObjectExpression } from "@babel/types";
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

/** How the host calls a function. */
export interface HttpTrigger {
  readonly functionName: string;
  /** Below `/api/`. */
  readonly route: string;
}

/** A function that answers GET at a path without parameters. */
export interface FoundHandler {
  readonly trigger: HttpTrigger;
  /** Where the handler is; undefined when nothing exports it. */
  readonly export: { readonly path: string; readonly exported: string } | undefined;
  readonly handler: Fields;
  /** Where the function is registered. */
  readonly path: string;
}

const PACKAGE = "@azure/functions";

/** Every handler that a request without a body can call, in the order of the sources. */
export function findHandlers(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): readonly FoundHandler[] {
  const found: FoundHandler[] = [];
  for (const module of modules.values()) {
    if (isTestFile(module.path)) continue;
    visitNodes(module.program, (node) => {
      const handler = handlerAt(node, module, evaluator);
      if (handler !== undefined) found.push(handler);
    });
  }
  return found;
}

/** `app.http(name, { methods, route, handler })`, `app.get(name, handler)`, and both of `func.app`. */
function handlerAt(
  node: Fields,
  module: SourceModule,
  evaluator: Evaluator,
): FoundHandler | undefined {
  if (node.type !== "CallExpression") return undefined;
  const callee = dottedName(node.callee) ?? "";
  const [root = ""] = callee.split(".");
  if (!/(?:^|\.)app\.(?:http|get)$/.test(callee)) return undefined;
  if (module.imports.get(root)?.from !== PACKAGE) return undefined;
  const [first, second] = node.arguments;
  const functionName = plainText(evaluator.evaluate(first, module));
  if (functionName === undefined) return undefined;
  const options = valueOf(second, module);
  const value = options?.type === "ObjectExpression" ? handlerOf(options) : second;
  const said = evaluator.evaluate(second, module);
  const methods = evaluator.property(said, "methods");
  const route = plainText(evaluator.property(said, "route")) ?? functionName;
  const takesGet =
    methods.kind !== "list" || methods.items.some((one) => plainText(one)?.toUpperCase() === "GET");
  if (!takesGet || /\{[^?}]+\}/.test(route)) return undefined;
  const at = whereExported(value, module, evaluator);
  if (at === undefined) return undefined;
  return { trigger: { functionName, route }, ...at, path: module.path };
}

function handlerOf(options: ObjectExpression): unknown {
  const property = options.properties.find(
    (one) => one.type !== "SpreadElement" && nameOf(one.key) === "handler",
  );
  return property?.type === "ObjectProperty" ? property.value : property;
}

/** The handler itself, and the module that exports it under which name. */
function whereExported(
  value: unknown,
  module: SourceModule,
  { resolve }: Evaluator,
): Pick<FoundHandler, "export" | "handler"> | undefined {
  const imported = module.imports.get(nameOf(value) ?? "");
  if (imported !== undefined) {
    const from = resolve(imported.from, module.path);
    const handler = from && valueOf(from.exports.get(imported.name), from);
    if (from === undefined || handler === undefined) return undefined;
    return { handler, export: { path: from.path, exported: imported.name } };
  }
  const handler = valueOf(value, module);
  if (handler === undefined) return undefined;
  for (const [exported, node] of module.exports)
    if (isNode(node) && valueOf(node, module) === handler) {
      const isDefault = exported === "module.exports";
      const name = isDefault ? "default" : exported;
      return { handler, export: { path: module.path, exported: name } };
    }
  return { handler, export: undefined };
}
