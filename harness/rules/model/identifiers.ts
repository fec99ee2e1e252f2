/**
 * How rules compare users, tenants and scopes.
 */
import type { ExchangeBegan, OperationInvoked } from "../../history/event.ts";

/** `oid.tid` → the object id, lower case. */
export function objectIdOf(homeAccountId: string): string {
  return (homeAccountId.split(".")[0] ?? "").toLowerCase();
}

/** Scopes in one order, without those that every client adds by itself. */
export function scopeKey(scopes: string): string {
  return scopes
    .toLowerCase()
    .split(/\s+/)
    .filter((scope) => scope !== "" && !IMPLIED_SCOPES.has(scope))
    .sort()
    .join(" ");
}

const IMPLIED_SCOPES = new Set(["openid", "profile", "offline_access", "email"]);

/**
 * What a request asks for, as `scopeKey`: its scopes, and of a request by resource, as v1 and the
 * endpoints of machines have them, all permissions to that resource. Empty when it does not say.
 */
export function resourceKey({
  scope = "",
  url = "",
  form,
}: Pick<Partial<ExchangeBegan>, "url" | "form"> & { readonly scope?: string | undefined }): string {
  const resource = form?.["resource"] ?? URL.parse(url)?.searchParams.get("resource") ?? "";
  return scopeKey(resource === "" ? scope : `${scope} ${resource.replace(/\/$/, "")}/.default`);
}

/** The same for all names of a tenant; on a shared endpoint, that of the user or of the call, else the segment. */
export function tenantKeyOf({
  began: { tenant = "", tenantId },
  operation,
}: {
  readonly began: ExchangeBegan;
  readonly operation?: OperationInvoked;
}): string {
  if (tenantId !== undefined) return tenantId;
  return SHARED_SEGMENTS.has(tenant) ? (operation?.tenant ?? "") || tenant : tenant;
}

const SHARED_SEGMENTS: ReadonlySet<string> = new Set(["common", "organizations", "consumers"]);
