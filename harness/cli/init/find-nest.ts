/** What is known of a NestJS app without starting it: which classes its container makes, and its root module. */
import type { Evaluator } from "./evaluate.ts";
import { isTestFile } from "./find-clients.ts";
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
  const sources = [...modules.values()].filter(({ path }) => !isTestFile(path));
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

function membersOf(node: Fields): readonly Fields[] {
  if (node.type !== "ClassDeclaration" && node.type !== "ClassExpression") return [];
  return (node.body.body as readonly unknown[]).filter(isNode);
}

/** Whether a class or one of its members has a decorator of that name, called or not. */
function isDecorated(node: Fields, name: string): boolean {
  const decorators = node["decorators"];
  if (!Array.isArray(decorators)) return false;
  return decorators.some((one: unknown) => {
    if (!isNode(one) || one.type !== "Decorator") return false;
    const { expression } = one;
    return (
      dottedName(expression.type === "CallExpression" ? expression.callee : expression) === name
    );
  });
}
