/**
 * When the primary was last well, as far as a plan tells: what the backup system goes by
 * when it decides which changes of a directory count.
 */
import type { Endpoint } from "../entra/request/endpoint.ts";
import { failsOver } from "./effect-traits.ts";
import type { FaultPlan, FaultWindow } from "./plan.ts";
import { isOpenAt } from "./window.ts";

/** Where users sign in, and get their tokens. */
const SIGNS_IN: ReadonlySet<Endpoint> = new Set<Endpoint>(["token", "authorize", "saml"]);

/** When the primary was last well, by ms since the scenario began: `elapsedMs` when it is well now, -Infinity when it never was. */
export function lastWellMs(plan: FaultPlan, elapsedMs: number): number {
  const failing = plan.filter(keepsFromSigningIn);
  const isWellAt = (atMs: number): boolean => !failing.some((window) => isOpenAt(window, atMs));
  if (isWellAt(elapsedMs)) return elapsedMs;
  // It stops being well only where a window opens.
  const ends = failing
    .map(({ from }) => from - 1)
    .filter((atMs) => atMs >= 0 && atMs < elapsedMs && isWellAt(atMs));
  return Math.max(-Infinity, ...ends);
}

function keepsFromSigningIn({ at, on, chance, preflights, effect }: FaultWindow): boolean {
  // Neither a person nor a simple request asks first.
  if (preflights === "only") return false;
  const isOfUsers = on === "all" || on.some((endpoint) => SIGNS_IN.has(endpoint));
  return at === "primary" && chance !== 0 && isOfUsers && failsOver(effect);
}
