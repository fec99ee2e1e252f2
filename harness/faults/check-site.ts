/** Checks that a window's effect and endpoints are possible at its site, by the tables of effects and sites. */
import { expected, type ReportProblem } from "../core/validation.ts";
import { isOfDevice } from "./check-device.ts";
import { effectTraits, traitsOf } from "./effect-traits.ts";
import type { FaultEffectKind, FaultSite, FaultWindow } from "./plan.ts";
import { siteTraits } from "./site-traits.ts";

/** Reports an effect that cannot happen at the window's site, and endpoints that are never asked there. */
export function checkSite(window: FaultWindow, report: ReportProblem): void {
  checkEffect(window, report);
  // What such a window may say apart from its effect is in `check-device.ts`.
  if (isOfDevice(window.at)) return;
  checkEndpoints(window, report);
  checkEndpointsOfEffect(window, report);
}

function checkEffect({ at, effect }: FaultWindow, report: ReportProblem): void {
  const { sites, clientSees } = traitsOf(effect);
  if (sites.includes(at)) return;
  const others = alternativesAt(at, effect.kind).map((kind) => `"${kind}"`);
  const otherwise = others.length === 0 ? "" : `, or use ${others.join(" or ")}`;
  report(
    ["at"],
    expected(`${oneOf(sites)}, where "${effect.kind}" is possible (the client ${clientSees})`, at),
    `Put it at "${sites[0]}"${otherwise}.`,
  );
}

/** Effects that are possible at a site and act as that one does, or the only one that is possible there. */
function alternativesAt(at: FaultSite, kind: FaultEffectKind): readonly FaultEffectKind[] {
  const kinds = Object.keys(effectTraits) as FaultEffectKind[];
  const possible = kinds.filter((other) => traitsOf({ kind: other }).sites.includes(at));
  if (possible.length === 1) return possible;
  const { acts } = traitsOf({ kind });
  if (acts !== "on-connection") return [];
  return possible.filter((other) => traitsOf({ kind: other }).acts === acts);
}

function checkEndpoints({ at, on }: FaultWindow, report: ReportProblem): void {
  if (on === "all") return;
  const passing = siteTraits[at].endpoints;
  on.forEach((endpoint, index) => {
    if (passing.includes(endpoint)) return;
    const home = homes.find((site) => siteTraits[site].endpoints.includes(endpoint));
    // Stryker disable next-line ConditionalExpression: each endpoint has a home.
    report(
      ["on", index],
      expected(`${oneOf(passing)}, which are asked at "${at}"`, endpoint),
      home === undefined ? undefined : `Put it at "${home}".`,
    );
  });
}

/** Where requests end; each endpoint is at one of them. */
const homes: readonly FaultSite[] = ["primary", "resource", "machine"];

function checkEndpointsOfEffect({ on, effect }: FaultWindow, report: ReportProblem): void {
  const { endpoints } = traitsOf(effect);
  if (endpoints === "any") return;
  if (on !== "all" && on.every((endpoint) => endpoints.includes(endpoint))) return;
  const only = `[${listed(endpoints)}]`;
  const message = expected(`${only}, all that "${effect.kind}" can break`, on);
  report(["on"], message, `Write ${only}.`);
}

function oneOf(names: readonly string[]): string {
  return names.length === 1 ? listed(names) : `one of ${listed(names)}`;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
