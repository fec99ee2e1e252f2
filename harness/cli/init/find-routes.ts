/** Routes that a test can ask in place of a function that needs arguments: of an exported Express app, and of controllers of NestJS. */
import type { Evaluator } from "./evaluate.ts";
import { findNestRoutes } from "./find-nest.ts";
import {
  findRoutes,
  findWebApps,
  type FoundWebApp,
  type Route,
  type Verb,
} from "./find-web-app.ts";
import type { SourceModule } from "./source-module.ts";

/** What supertest asks, and of what. */
export interface RouteCall {
  readonly verb: Verb;
  /** With 1 in the place of each parameter. */
  readonly path: string;
  /** Where it is registered. */
  readonly module: string;
  readonly app: FoundWebApp | { readonly of: "nest" };
}

/** The routes in modules that lead to a client, those that ask for a token themselves first. */
export function findRouteCalls(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
  leading: ReadonlySet<string>,
): readonly RouteCall[] {
  const [app] = findWebApps(modules);
  const asked = (route: Route, of: RouteCall["app"]): RouteCall => ({
    verb: route.verb,
    module: route.module,
    path: route.path.replaceAll(/:\w+\??/g, "1"),
    app: of,
  });
  const inOrder = (routes: readonly Route[]): readonly Route[] =>
    routes
      .filter(({ module, path }) => leading.has(module) && !ASIDE.test(path))
      .toSorted((one, other) => scoreOf(other) - scoreOf(one));
  return [
    ...(app === undefined
      ? []
      : inOrder(findRoutes(modules, evaluator)).map((one) => asked(one, app))),
    ...inOrder(findNestRoutes(modules, evaluator)).map((one) => asked(one, { of: "nest" })),
  ];
}

const ASIDE = /health|ready|live|metrics|docs|favicon/i;

function scoreOf({ usesToken, verb }: Route): number {
  return (usesToken ? 2 : 0) + (verb === "get" ? 1 : 0);
}
