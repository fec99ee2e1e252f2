/**
 * Checks that a window's effect and endpoints are possible at its site, by the tables of
 * effects and sites. Part of `validate.ts`.
 */
import { refuse, show } from "../core/shape.ts";
import { effectTraits, traitsOf } from "./effect-traits.ts";
import type { FaultEffectKind, FaultSite, FaultWindow } from "./plan.ts";
import { siteTraits } from "./site-traits.ts";

/** Refuses an effect that cannot happen at the window's site, and endpoints that are never asked there. */
export function checkSite(window: FaultWindow, path: string): void {
  checkEffect(window, path);
  checkEndpoints(window, path);
  checkEndpointsOfEffect(window, path);
}

function checkEffect({ at, effect }: FaultWindow, path: string): void {
  const { sites, clientSees } = traitsOf(effect);
  if (sites.includes(at)) return;
  const [usual] = sites;
  const others = alternativesAt(at, effect.kind);
  const otherwise = others.length === 0 ? "" : `, or use ${others.map(show).join(" or ")}`;
  refuse(
    `${path}.at`,
    `is "${at}"; "${effect.kind}" (the client ${clientSees}) is possible at ${listed(sites)}`,
    `Put it at "${usual}"${otherwise}.`,
  );
}

/** Effects that are possible at a site and act as that one does, or the only one that is possible there. */
function alternativesAt(at: FaultSite, kind: FaultEffectKind): readonly FaultEffectKind[] {
  const kinds = Object.keys(effectTraits) as FaultEffectKind[];
  const possible = kinds.filter((other) => traitsOf({ kind: other }).sites.includes(at));
  if (possible.length === 1) return possible;
  const { acts } = traitsOf({ kind });
  return acts === "on-connection"
    ? possible.filter((other) => traitsOf({ kind: other }).acts === acts)
    : [];
}

function checkEndpoints({ at, on }: FaultWindow, path: string): void {
  if (on === "all") return;
  const passing = siteTraits[at].endpoints;
  const stray = on.findIndex((endpoint) => !passing.includes(endpoint));
  const found = on[stray];
  if (found === undefined) return;
  const home = homes.find((site) => siteTraits[site].endpoints.includes(found));
  refuse(
    `${path}.on[${stray}]`,
    `is "${found}", which is never asked at "${at}"; possible there: ${listed(passing)}`,
    home === undefined ? undefined : `Put it at "${home}".`,
  );
}

/** Where requests end; each endpoint is at one of them. */
const homes: readonly FaultSite[] = ["primary", "resource", "machine"];

function checkEndpointsOfEffect({ on, effect }: FaultWindow, path: string): void {
  const { endpoints } = traitsOf(effect);
  if (endpoints === "any") return;
  if (on !== "all" && on.every((endpoint) => endpoints.includes(endpoint))) return;
  const found = on === "all" ? '"all"' : `[${listed(on)}]`;
  refuse(
    `${path}.on`,
    `is ${found}; "${effect.kind}" means nothing for other endpoints than ${listed(endpoints)}`,
    `Write [${listed(endpoints)}].`,
  );
}

function listed(names: readonly string[]): string {
  return names.map(show).join(", ");
}
