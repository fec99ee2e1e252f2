/**
 * Checks the slice of a window against its site, endpoints and effect: a window that no
 * request can match would break nothing, and the run would look calm. Whether the world knows
 * a name is not decided here.
 */
import { expected, type ReportProblem } from "../core/validation.ts";
import { type Endpoint, namesGrant, namesTenant, regionOf } from "../entra/request/endpoint.ts";
import { machineOrigins } from "../entra/request/machine-address.ts";
import { isOfDevice } from "./check-device.ts";
import { isConnectionEffect } from "./effect-traits.ts";
import type { FaultSlice, FaultWindow } from "./plan.ts";
import { siteTraits } from "./site-traits.ts";

/** Reports the fields of a slice by which its window could take no request. */
export function checkSlice(window: FaultWindow, report: ReportProblem): void {
  const { where } = window;
  if (where === undefined || isOfDevice(window.at)) return;
  const reportField: ReportField = (field, message, hint) =>
    report(["where", field], message, hint);
  // The first reason is enough for a field.
  const reported = new Set<keyof FaultSlice>();
  const once: ReportField = (field, message, hint) => {
    if (!reported.has(field)) reportField(field, message, hint);
    reported.add(field);
  };
  checkSite(window, where, once);
  checkConnection(window, where, once);
  checkEndpoints(window, where, once);
  checkIdentityGrant(window, where, once);
  checkHosts(window, where, once);
}

type ReportField = (field: keyof FaultSlice, message: string, hint: string) => void;

function checkSite({ at }: FaultWindow, where: FaultSlice, report: ReportField): void {
  const hint =
    at === "machine"
      ? "Narrow it by host, or by the app of a user-assigned identity."
      : "Narrow it by host.";
  for (const field of siteTraits[at].unnamed) {
    if (where[field] === undefined) continue;
    report(field, `cannot narrow a window at "${at}": its requests name no ${field}`, hint);
  }
}

function checkConnection({ effect }: FaultWindow, where: FaultSlice, report: ReportField): void {
  if (!isConnectionEffect(effect)) return;
  for (const field of ["grant", "app", "user"] as const) {
    if (where[field] === undefined) continue;
    const why = "a connection is made before there is a body that names one";
    const hint = "Narrow it by tenant, host or region, or use another effect.";
    report(field, `cannot narrow "${effect.kind}": ${why}`, hint);
  }
}

function checkEndpoints({ on }: FaultWindow, where: FaultSlice, report: ReportField): void {
  if (on === "all") return;
  const asked = on.map((endpoint) => `"${endpoint}"`).join(" and ");
  const check = (field: "tenant" | "grant", names: (endpoint: Endpoint) => boolean): void => {
    if (where[field] === undefined || on.some(names)) return;
    const hint = field === "grant" ? 'Add "token" to its endpoints.' : "Leave it out.";
    report(field, `cannot narrow a window on ${asked}: its requests name no ${field}`, hint);
  };
  check("tenant", namesTenant);
  check("grant", namesGrant);
}

/** A machine's endpoint asks the regional token service behind the network that clients use. */
function checkIdentityGrant({ at }: FaultWindow, where: FaultSlice, report: ReportField): void {
  const grants = valuesOf(where.grant);
  if (grants.length === 0 || at === "primary" || at === "backup") return;
  if (!grants.every((grant) => grant === "managed_identity")) return;
  const why = "machines ask for it behind the edge";
  report(
    "grant",
    `"managed_identity" is never asked for at "${at}": ${why}`,
    'Put it at "primary".',
  );
}

const machineHosts = [...new Set(machineOrigins.map((origin) => new URL(origin).hostname))];

function checkHosts({ at }: FaultWindow, where: FaultSlice, report: ReportField): void {
  const hosts = valuesOf(where.host);
  if (hosts.length === 0) return;
  if (at === "machine" && !hosts.some((host) => machineHosts.includes(host))) {
    const hint = `There are ${machineHosts.join(", ")}.`;
    report("host", expected("the host of a machine's endpoint", where.host), hint);
  }
  const regions = valuesOf(where.region);
  if (regions.length === 0 || hosts.some((host) => regions.includes(regionOf(host) ?? ""))) return;
  report("region", "none of the hosts in `host` is of that region", "Leave one of them out.");
}

function valuesOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat().map((name) => name.toLowerCase());
}
