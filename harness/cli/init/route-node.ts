/** Routes of a single-page app, however its router writes them down. */
import type { SourceAt } from "./source-at.ts";

/** A route, with those that stand below it. */
export interface RouteNode {
  /** As written; empty for a layout and for an index. */
  readonly path: string;
  /** By what stands at the route itself. */
  readonly isGuarded: boolean;
  /** Something is shown, and it is no redirect. */
  readonly isPage: boolean;
  /** What it shows: a component; undefined when it is not found. */
  readonly shows: SourceAt | undefined;
  readonly below: readonly RouteNode[];
}

/** A page at its whole path, without a slash at the beginning. */
export interface RoutePage {
  readonly path: string;
  /** By itself, or by a route around it. */
  readonly isGuarded: boolean;
  readonly shows: SourceAt | undefined;
}

/** The pages of routes, those below others with what these say. */
export function pagesOf(
  routes: readonly RouteNode[],
  around: Pick<RoutePage, "path" | "isGuarded"> = { path: "", isGuarded: false },
): readonly RoutePage[] {
  return routes.flatMap(({ path: written, isGuarded, isPage, shows, below }) => {
    // A path of React Router may name all of those around it again.
    const isWhole = written.startsWith(`/${around.path}/`);
    const path = isWhole ? joinPaths(written) : joinPaths(around.path, written);
    const here = { path, isGuarded: around.isGuarded || isGuarded };
    return [...(isPage ? [{ ...here, shows }] : []), ...pagesOf(below, here)];
  });
}

function joinPaths(...paths: readonly string[]): string {
  return paths
    .map((path) => path.replaceAll(/^\/+|\/+$/g, ""))
    .filter((path) => path !== "")
    .join("/");
}
