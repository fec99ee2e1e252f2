/**
 * How rules compare users and scopes.
 */

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
