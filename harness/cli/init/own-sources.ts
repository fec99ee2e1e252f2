/** The sources of a project that are no tests: all that looks for something in an app walks them. */
import { type Fields, type SourceModule, visitNodes } from "./source-module.ts";

/** Whether a path is that of a test, a mock or their like. */
export function isTestFile(path: string): boolean {
  return /(?:\.|-)(?:test|spec)\.[cm]?[jt]sx?$|(?:^|\/)(?:__tests__|__mocks__|e2e|cypress)\//.test(
    path,
  );
}

/** In the order of their paths. */
export function ownModules(modules: ReadonlyMap<string, SourceModule>): readonly SourceModule[] {
  return [...modules.values()].filter(({ path }) => !isTestFile(path));
}

/** Calls back for every node of them, parents first. */
export function visitOwnNodes(
  modules: ReadonlyMap<string, SourceModule>,
  visit: (node: Fields, module: SourceModule) => void,
): void {
  for (const module of ownModules(modules))
    visitNodes(module.program, (node) => visit(node, module));
}
