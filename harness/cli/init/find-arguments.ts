/** Which calls of a project's sources call a function or make an object of a class, and with what. */
import type { Node } from "@babel/types";
import {
  dottedName,
  type Fields,
  isNode,
  nameOf,
  requiredBy,
  type SourceModule,
  valueOf,
  visitNodes,
} from "./source-module.ts";

/** The arguments of one call, and where it stands. */
export interface Arguments {
  readonly values: readonly unknown[];
  readonly module: SourceModule;
}

type Resolve = (specifier: string, from: string) => SourceModule | undefined;

/** By the function or class; read when it is first asked for. */
export function createCallIndex(
  modules: ReadonlyMap<string, SourceModule>,
  resolve: Resolve,
): (owner: Node) => readonly Arguments[] {
  let index: Map<Node, Arguments[]> | undefined;
  return (owner) => (index ??= indexCalls(modules, resolve)).get(owner) ?? [];
}

function indexCalls(
  modules: ReadonlyMap<string, SourceModule>,
  resolve: Resolve,
): Map<Node, Arguments[]> {
  const index = new Map<Node, Arguments[]>();
  const methods = methodsOf(modules);
  for (const module of modules.values())
    visitNodes(module.program, (node) => {
      if (node.type !== "CallExpression" && node.type !== "NewExpression") return;
      const called =
        calledBy(node.callee, module, resolve)?.node ??
        methods.get(nameOf((node.callee as Fields)["property"]) ?? "");
      if (called === undefined) return;
      const calls = index.get(called) ?? [];
      calls.push({ values: node.arguments, module });
      index.set(called, calls);
    });
  return index;
}

/** Methods of classes whose name only one class has: whose method a call means is not known otherwise. */
function methodsOf(modules: ReadonlyMap<string, SourceModule>): ReadonlyMap<string, Node> {
  const found = new Map<string, Node>();
  const ambiguous = new Set<string>();
  for (const module of modules.values())
    visitNodes(module.program, (node) => {
      if (node.type !== "ClassMethod" && node.type !== "ClassPrivateMethod") return;
      const name = nameOf(node.key);
      if (name === undefined) return;
      if (found.has(name)) ambiguous.add(name);
      found.set(name, node);
    });
  for (const name of ambiguous) found.delete(name);
  return found;
}

/** A function or class, and the module that declares it. */
export interface Declared {
  readonly node: Fields;
  readonly module: SourceModule;
}

/** The function or class of the project that a callee means. */
export function calledBy(
  callee: unknown,
  module: SourceModule,
  resolve: Resolve,
): Declared | undefined {
  const required = requiredBy(callee);
  if (required !== undefined) return exportOf(resolve(required, module.path), "module.exports");
  const [root = "", name, ...more] = (dottedName(callee) ?? "").split(".");
  if (root === "" || more.length > 0) return undefined;
  const imported = module.imports.get(root);
  if (imported === undefined)
    return name === undefined ? declaredIn(module, module.variables.get(root)) : undefined;
  const from = resolve(imported.from, module.path);
  if (name !== undefined) return imported.name === "*" ? exportOf(from, name) : undefined;
  return exportOf(from, imported.name) ?? exportOf(from, "module.exports");
}

function exportOf(module: SourceModule | undefined, name: string): Declared | undefined {
  return module === undefined ? undefined : declaredIn(module, module.exports.get(name));
}

function declaredIn(module: SourceModule, node: unknown): Declared | undefined {
  const value = valueOf(node, module);
  return value === undefined ? undefined : { node: value, module };
}

/** What a function without branches gives back. */
export function returnedBy(called: Fields | undefined): Fields | undefined {
  if (called === undefined || !/Function/.test(called.type)) return undefined;
  const body = called["body"];
  if (!isNode(body)) return undefined;
  if (body.type !== "BlockStatement") return body;
  const last = body.body.findLast((one) => one.type === "ReturnStatement");
  return last !== undefined && isNode(last.argument) ? last.argument : undefined;
}

/** `ConfigType<typeof settings>` of NestJS: the name of what makes the settings. */
export function settingsNamedBy(annotation: Fields | undefined): string | undefined {
  let name: string | undefined;
  let isConfigType = false;
  visitNodes(annotation, (node) => {
    if (node.type === "TSTypeReference" && nameOf(node.typeName) === "ConfigType")
      isConfigType = true;
    if (node.type === "TSTypeQuery") name ??= nameOf(node.exprName);
  });
  return isConfigType ? name : undefined;
}
