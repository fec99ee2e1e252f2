/** The functions of Azure, programming model 4, that a test can call: their handlers, and what calls them. */
import type { ObjectExpression } from "@babel/types";
import type { Evaluator, Value } from "./evaluate.ts";
import { plainText } from "./find-runner.ts";
import { visitOwnNodes } from "./own-sources.ts";
import {
  dottedName,
  type Fields,
  isNode,
  nameOf,
  type SourceModule,
  valueOf,
} from "./source-module.ts";

/** How the host calls a function. */
export type Trigger =
  | {
      readonly kind: "http";
      readonly functionName: string;
      readonly verb: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
      /** Below `/api/`, with its parameters filled in. */
      readonly route: string;
      readonly parameters: Readonly<Record<string, string>>;
    }
  | {
      /** A batch is a list of messages or documents, a blob its bytes. */
      readonly kind: "timer" | "message" | "batch" | "blob";
      readonly functionName: string;
    };

/** A function that a test can call without knowing what the app expects. */
export interface FoundHandler {
  readonly trigger: Trigger;
  /** Where the handler is; undefined when nothing exports it. */
  readonly export: { readonly path: string; readonly exported: string } | undefined;
  readonly handler: Fields;
  /** Where the function is registered. */
  readonly path: string;
}

const PACKAGE = "@azure/functions";

/** Every handler with a trigger that is known, in the order of the sources. */
export function findHandlers(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): readonly FoundHandler[] {
  const found: FoundHandler[] = [];
  visitOwnNodes(modules, (node, module) => {
    const handler = handlerAt(node, module, evaluator);
    if (handler !== undefined) found.push(handler);
  });
  return found;
}

/** By the method of `app`. */
const kinds: ReadonlyMap<string, Trigger["kind"]> = new Map([
  ...["http", "get", "post", "put", "patch", "deleteRequest"].map(
    (name) => [name, "http"] as const,
  ),
  ["timer", "timer"],
  ...["storageQueue", "serviceBusQueue", "serviceBusTopic", "eventHub", "eventGrid"].map(
    (name) => [name, "message"] as const,
  ),
  ["cosmosDB", "batch"],
  ["storageBlob", "blob"],
]);

/** `app.http(name, { methods, route, handler })`, `app.get(name, handler)`, `app.timer(name, …)`, and all of `func.app`. */
function handlerAt(
  node: Fields,
  module: SourceModule,
  evaluator: Evaluator,
): FoundHandler | undefined {
  if (node.type !== "CallExpression") return undefined;
  const callee = dottedName(node.callee) ?? "";
  const [root = ""] = callee.split(".");
  const method = /(?:^|\.)app\.(\w+)$/.exec(callee)?.[1] ?? "";
  const kind = kinds.get(method);
  if (kind === undefined || module.imports.get(root)?.from !== PACKAGE) return undefined;
  const [first, second] = node.arguments;
  const functionName = plainText(evaluator.evaluate(first, module));
  if (functionName === undefined) return undefined;
  const options = valueOf(second, module);
  const value = options?.type === "ObjectExpression" ? handlerOf(options) : second;
  const said = evaluator.evaluate(second, module);
  const at = whereExported(value, module, evaluator);
  if (at === undefined) return undefined;
  const trigger: Trigger =
    kind === "http"
      ? {
          kind,
          functionName,
          verb: verbOf(method, evaluator.property(said, "methods")),
          ...filledIn(plainText(evaluator.property(said, "route")) ?? functionName),
        }
      : { kind: isBatch(evaluator.property(said, "cardinality")) ? "batch" : kind, functionName };
  return { trigger, ...at, path: module.path };
}

/** `cardinality: "many"` of Event Hubs and Service Bus. */
function isBatch(cardinality: Value): boolean {
  return plainText(cardinality) === "many";
}

const VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** GET where the function takes it, as it needs no body. */
function verbOf(method: string, methods: Value): (typeof VERBS)[number] {
  const named =
    methods.kind === "list" ? methods.items.map((one) => plainText(one)?.toUpperCase()) : [];
  const said =
    method === "http" ? named : [method === "deleteRequest" ? "DELETE" : method.toUpperCase()];
  return VERBS.find((verb) => said.length === 0 || said.includes(verb)) ?? "GET";
}

/** A route without its optional parameters, and with 1 for the others. */
function filledIn(route: string): {
  readonly route: string;
  readonly parameters: Readonly<Record<string, string>>;
} {
  const parameters: Record<string, string> = {};
  const filled = route
    .replaceAll(/\/?\{[^}]*\?\}/g, "")
    .replaceAll(/\{\*?(\w+)[^}]*\}/g, (_whole, name: string) => (parameters[name] = "1"));
  return { route: filled, parameters };
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
