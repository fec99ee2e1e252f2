/**
 * The older protocol, at addresses without `v2.0`: an app names a resource and not scopes, and
 * the numbers of a reply are strings (`docs/sources.md#a6`).
 */
import type { EntraRequest } from "../request/endpoint.ts";
import { isOpenidScope } from "../directory/identifiers.ts";
import { BACKDATED_SECONDS } from "../directory/opaque-ids.ts";
import { EstsError } from "./ests-error.ts";

/** Throws 901002 for a request of today's protocol that names a resource, which only the older one has. */
export function refuseResourceParameter({ version, parameters }: EntraRequest): void {
  const { resource } = parameters;
  if (version === "2.0" && resource !== undefined && resource !== "")
    throw new EstsError(901002, `Parameter: resource=${resource}.`);
}

/** The request with the scope for which its resource stands; one that names no resource stays as it is. */
export function withScopeOfResource(described: EntraRequest): EntraRequest {
  const { version, parameters } = described;
  const { resource, scope = "" } = parameters;
  if (version !== "1.0" || resource === undefined || resource === "") return described;
  const openid = scope.split(/\s+/).filter((word) => isOpenidScope(word));
  return {
    ...described,
    parameters: { ...parameters, scope: [...openid, `${resource}/.default`].join(" ") },
  };
}

/** The reply of the token endpoint in the form of the older protocol. */
export function v1Reply(
  { parameters }: EntraRequest,
  body: Readonly<Record<string, unknown>>,
  nowMs: number,
): Record<string, unknown> {
  const { token_type: type, scope, expires_in: lifetime, ext_expires_in: extended, ...rest } = body;
  const issuedAtSeconds = Math.floor(nowMs / 1_000);
  const names = String(scope)
    .split(" ")
    .map((word) => word.slice(word.lastIndexOf("/") + 1))
    .filter((name) => name !== ".default" && !isOpenidScope(name));
  return {
    token_type: type,
    ...(scope === undefined ? {} : { scope: [...new Set(names)].join(" ") }),
    expires_in: String(lifetime),
    ext_expires_in: String(extended),
    expires_on: String(issuedAtSeconds + Number(lifetime)),
    not_before: String(issuedAtSeconds - BACKDATED_SECONDS),
    ...(parameters["resource"] === undefined ? {} : { resource: parameters["resource"] }),
    ...Object.fromEntries(
      Object.entries(rest).map(([name, value]) => [
        name,
        typeof value === "number" ? String(value) : value,
      ]),
    ),
  };
}
