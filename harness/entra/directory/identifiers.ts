/**
 * Identifier URIs of resources as requests and registrations write them. A scope is an identifier,
 * a slash and a permission, so an identifier that ends in a slash gives two in a row:
 * `https://management.azure.com//.default` (`docs/sources.md#a7`).
 */
import type { ProtectedResource } from "./world.ts";

/** A permission with the identifier of its resource. */
export interface NamedPermission {
  readonly identifier: string;
  readonly permission: string;
}

const GRAPH = "https://graph.microsoft.com";
const OPENID_SCOPES: ReadonlySet<string> = new Set([
  "openid",
  "profile",
  "offline_access",
  "email",
]);
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Segments of an authority that stand for many tenants (`docs/sources.md#a1`). */
export const sharedTenants: readonly string[] = ["common", "organizations", "consumers"];

/** Whether a text is the id of a tenant, an app or a request, in capitals or not. */
export function isGuid(text: string): boolean {
  return GUID.test(text);
}

/** Whether a scope is one of OpenID Connect, which belongs to no resource. */
export function isOpenidScope(scope: string): boolean {
  return OPENID_SCOPES.has(scope);
}

/** The two parts of a scope; without a resource it is one of Microsoft Graph. */
export function splitScope(scope: string): NamedPermission {
  const at = scope.lastIndexOf("/");
  return at < 0
    ? { identifier: GRAPH, permission: scope }
    : { identifier: scope.slice(0, at), permission: scope.slice(at + 1) };
}

/** Every identifier of a resource, its app id last. */
export function identifiersOf({
  identifierUri,
  otherIdentifierUris = [],
  appId,
}: Pick<ProtectedResource, "identifierUri" | "otherIdentifierUris" | "appId">): readonly string[] {
  return [identifierUri, ...otherIdentifierUris, appId];
}

/** Whether an identifier names the resource; a slash at the end makes no difference. */
export function isIdentifierOf(
  resource: Parameters<typeof identifiersOf>[0],
  identifier: string,
): boolean {
  return identifiersOf(resource).some((one) => withoutSlash(one) === withoutSlash(identifier));
}

/** The resource with exactly that identifier, else the one whose identifier differs by a slash at the end. */
export function findResource(
  resources: readonly ProtectedResource[],
  identifier: string,
): ProtectedResource | undefined {
  return (
    resources.find((resource) => identifiersOf(resource).includes(identifier)) ??
    resources.find((resource) => isIdentifierOf(resource, identifier))
  );
}

/** What of the permissions, written as scopes, is of that resource: their names. */
export function permissionsOf(
  resource: ProtectedResource,
  scopes: readonly string[],
): readonly string[] {
  return scopes
    .map(splitScope)
    .filter(({ identifier }) => isIdentifierOf(resource, identifier))
    .map(({ permission }) => permission);
}

function withoutSlash(identifier: string): string {
  return identifier.replace(/\/$/, "");
}
