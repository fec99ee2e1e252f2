/**
 * When the primary was last healthy, by a fault plan. The backup system considers changes of a
 * directory up to then.
 */
import type { Endpoint } from "../entra/request/endpoint.ts";
import { failsOver } from "./effect-traits.ts";
import type { FaultPlan, FaultWindow } from "./plan.ts";
import { isOpenAt } from "./window.ts";

/** Where users sign in and get their tokens. */
const SIGNS_IN: ReadonlySet<Endpoint> = new Set<Endpoint>(["token", "authorize", "saml"]);

/** When the primary was last healthy, in ms since the start of the scenario: `elapsedMs` when it is healthy now, -Infinity when it never was. */
export function lastHealthyMs(plan: FaultPlan, elapsedMs: number): number {
  const failing = plan.filter(preventsSignIn);
  const isHealthyAt = (atMs: number): boolean => !failing.some((window) => isOpenAt(window, atMs));
  if (isHealthyAt(elapsedMs)) return elapsedMs;
  // It becomes unhealthy only when a window opens.
  const ends = failing
    .map(({ from }) => from - 1)
    .filter((atMs) => atMs >= 0 && atMs < elapsedMs && isHealthyAt(atMs));
  return Math.max(-Infinity, ...ends);
}

function preventsSignIn({ at, on, chance, preflights, effect }: FaultWindow): boolean {
  // A user's navigation and a simple request have no preflight.
  if (preflights === "only") return false;
  const isOfUsers = on === "all" || on.some((endpoint) => SIGNS_IN.has(endpoint));
  return at === "primary" && chance !== 0 && isOfUsers && failsOver(effect);
}
