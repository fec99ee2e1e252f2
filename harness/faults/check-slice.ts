/**
 * Checks the slice of a window. One that no request of the window's site, endpoints and effect
 * can match would break nothing, and look like a calm day. Whether the world knows a name is
 * not decided here. Part of `validate.ts`.
 */
import {
  type Endpoint,
  grantNameOf,
  grantNames,
  namesGrant,
  namesTenant,
  regionOf,
} from "../entra/request/endpoint.ts";
import { machineOrigins } from "../entra/request/machine-address.ts";
import {
  type Check,
  type FieldsOf,
  name,
  object,
  oneOf,
  oneOrMore,
  optional,
  refuse,
  show,
} from "../core/shape.ts";
import { isConnectionEffect } from "./effect-traits.ts";
import type { FaultSlice, FaultWindow } from "./plan.ts";
import { siteTraits } from "./site-traits.ts";

/** A name as a request bears it: without a space before or after it. */
const trimmed: Check = (value, path) => {
  name(value, path);
  const found = value as string;
  const bare = found.trim();
  if (found !== bare) refuse(path, `is ${show(found)}, with a space around it`, write(bare));
};

const grant: Check = (value, path) => {
  trimmed(value, path);
  const found = grantNameOf(value as string);
  // Extension grants are named by a URN: RFC 6749 section 4.5.
  if (found.startsWith("urn:")) return;
  const urn = `urn:ietf:params:oauth:grant-type:${found}`;
  const meant = grantNameOf(urn);
  if (meant !== urn && meant !== found)
    refuse(path, `is ${show(value)}, which is called ${show(meant)} here`, write(meant));
  oneOf(grantNames)(found, path);
};

const host: Check = (value, path) => {
  trimmed(value, path);
  const found = value as string;
  if (/[/:\s]/.test(found)) {
    refuse(path, `is ${show(found)}; it must be a host name without scheme, port and path`);
  }
  if (found.includes("*")) {
    const hint = "List the hosts, or narrow the window by where.region.";
    refuse(path, `is ${show(found)}; a host is compared whole, without wildcards`, hint);
  }
  const named = URL.parse(`https://${found}`)?.hostname.replace(/\.$/, "");
  if (named === undefined) refuse(path, `is ${show(found)}, which is not a host name`);
  if (named !== found.toLowerCase())
    refuse(path, `is ${show(found)}, which requests never name in that form`, write(named ?? ""));
};

const region: Check = (value, path) => {
  trimmed(value, path);
  const found = (value as string).toLowerCase();
  if (/^[a-z0-9-]+$/.test(found)) return;
  const meant = (regionOf(found) ?? found).replaceAll(/[^a-z0-9-]/g, "");
  const complaint = `is ${show(value)}; it must be the first label of a regional host`;
  refuse(path, complaint, meant === "" ? undefined : write(meant));
};

function write(name: string): string {
  return `Write ${show(name)}.`;
}

/** Checks the form of `where`. */
export const slice = object({
  tenant: optional(oneOrMore(trimmed)),
  user: optional(oneOrMore(trimmed)),
  grant: optional(oneOrMore(grant)),
  app: optional(oneOrMore(trimmed)),
  host: optional(oneOrMore(host)),
  region: optional(oneOrMore(region)),
} satisfies FieldsOf<FaultSlice>);

/** Refuses a field by which the window could take no request. */
export function checkSlice(window: FaultWindow, path: string): void {
  const { where } = window;
  if (where === undefined) return;
  const place = `${path}.where`;
  checkNamedAtSite(window, where, place);
  checkNamedOnConnection(window, where, place);
  checkNamedByEndpoints(window, where, place);
  checkIdentityGrant(window, where, place);
  checkHosts(window, where, place);
}

function checkNamedAtSite({ at }: FaultWindow, where: FaultSlice, place: string): void {
  const field = siteTraits[at].unnamed.find((candidate) => where[candidate] !== undefined);
  if (field === undefined) return;
  const [what, hint] =
    at === "machine"
      ? ["a machine's endpoint", "Slice by host, or by the app of a user-assigned identity."]
      : ["a protected API", "Slice by host, or by nothing."];
  refuse(
    `${place}.${field}`,
    `cannot narrow a window at "${at}": a request to ${what} does not name one`,
    hint,
  );
}

function checkNamedOnConnection({ effect }: FaultWindow, where: FaultSlice, place: string): void {
  if (!isConnectionEffect(effect)) return;
  const field = (["grant", "app", "user"] as const).find((name) => where[name] !== undefined);
  if (field === undefined) return;
  const why = "no body exists yet when a connection is made";
  const hint = "Slice it by tenant, host or region, or use another effect.";
  refuse(`${place}.${field}`, `cannot narrow "${effect.kind}": ${why}`, hint);
}

const namesBy = { tenant: namesTenant, grant: namesGrant } as const;

function checkNamedByEndpoints({ on }: FaultWindow, where: FaultSlice, place: string): void {
  if (on === "all") return;
  for (const field of ["tenant", "grant"] as const) {
    const names: (endpoint: Endpoint) => boolean = namesBy[field];
    if (where[field] === undefined || on.some(names)) continue;
    const asked = on.map(show).join(" or ");
    const hint = field === "grant" ? 'Add "token" to `on`, or leave it out.' : "Leave it out.";
    refuse(
      `${place}.${field}`,
      `cannot narrow a window on ${asked}, which names no ${field}`,
      hint,
    );
  }
}

/** A machine's endpoint asks the regional token service behind the network that clients use. */
function checkIdentityGrant({ at }: FaultWindow, where: FaultSlice, place: string): void {
  const grants = [where.grant ?? []].flat();
  if (at === "primary" || at === "backup" || grants.length === 0) return;
  if (!grants.every((found) => found === "managed_identity")) return;
  const why = "a machine's endpoint asks for it behind the edge";
  refuse(
    `${place}.grant`,
    `cannot be "managed_identity" at "${at}": ${why}`,
    'Put it at "primary".',
  );
}

function checkHosts({ at }: FaultWindow, where: FaultSlice, place: string): void {
  const hosts = [where.host ?? []].flat().map((found) => found.toLowerCase());
  if (hosts.length === 0) return;
  if (at === "machine") {
    const known = [...new Set(machineOrigins.map((origin) => new URL(origin).hostname))];
    if (!hosts.some((found) => known.includes(found)))
      refuse(
        `${place}.host`,
        `names no endpoint of a machine; possible: ${known.map(show).join(", ")}`,
      );
  }
  const regions = [where.region ?? []].flat().map((found) => found.toLowerCase());
  if (regions.length === 0 || hosts.some((found) => regions.includes(regionOf(found) ?? "")))
    return;
  const said = [where.region ?? []].flat().map(show).join(" or ");
  refuse(
    `${place}.region`,
    `is ${said}, but no host of where.host is of that region`,
    "Leave one of them out.",
  );
}
