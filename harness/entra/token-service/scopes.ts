/** Scopes as ESTS reads them: of one resource at a time, with `.default`, next to those of OpenID Connect. */
import type { Directory } from "../directory/directory.ts";
import type { EstsContext } from "./context.ts";
import { isOpenidScope, permissionsOf, splitScope } from "../directory/identifiers.ts";
import type { AppRegistration, ProtectedResource } from "../directory/world.ts";
import { EstsError } from "./ests-error.ts";

export interface ParsedScopes {
  readonly resource: ProtectedResource;
  /** The resource as the client named it: `aud` of a v1 token. */
  readonly audience: string;
  /** Permission names without the resource, in the order of the request; `.default` resolved. */
  readonly permissions: readonly string[];
  /** As the client wrote them, and `.default` with what it stands for: clients cache tokens by these. */
  readonly granted: readonly string[];
  readonly openid: boolean;
  readonly profile: boolean;
  readonly offlineAccess: boolean;
}

/** Reads a delegated scope parameter; throws 70011, 500011, 650053 or 65001 when it cannot be granted. */
export function parseDelegatedScopes(
  scope: string,
  app: AppRegistration,
  { directory, settings }: Pick<EstsContext, "directory" | "settings">,
): ParsedScopes {
  const words = scope.split(/\s+/).filter((word) => word !== "");
  const wanted = words.filter((word) => !isOpenidScope(word));
  const read = wanted.map((word) => readScope(word, directory));
  const resource = read[0]?.resource ?? directory.resource("https://graph.microsoft.com");
  if (resource === undefined) throw new EstsError(500011);
  if (read.some((entry) => entry.resource !== resource))
    throw new EstsError(70011, "Scopes of two resources in one request.");
  // Microsoft's own samples have both User.Read and user.read.
  const named = (permission: string): string =>
    resource.scopes.find((name) => same(name, permission)) ?? permission;
  const consented = permissionsOf(resource, app.delegated).map(named);
  const permissions = read.flatMap(({ permission }) =>
    permission === ".default" ? consented : [named(permission)],
  );
  for (const permission of permissions) {
    if (!resource.scopes.includes(permission)) throw new EstsError(650053, `Scope: ${permission}.`);
    if (!consented.includes(permission)) throw new EstsError(65001, `Scope: ${permission}.`);
  }
  return {
    resource,
    audience: read[0]?.identifier ?? resource.identifierUri,
    ...(settings.grantedScopes === "consented"
      ? { permissions: consented, granted: consentedWords(read, wanted, consented) }
      : {
          permissions: permissions.length === 0 ? consented.slice(0, 1) : permissions,
          granted:
            read.length === 0 ? consented.slice(0, 1) : grantedWords(wanted, read, consented),
        }),
    openid: words.includes("openid"),
    profile: words.includes("profile"),
    offlineAccess: words.includes("offline_access"),
  };
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** All consented permissions, written as the client writes those it asks for, and `.default` where it was asked. */
function consentedWords(
  named: readonly ReadScope[],
  wanted: readonly string[],
  consented: readonly string[],
): readonly string[] {
  const [first] = named;
  const isBare = first === undefined || wanted[0] === first.permission;
  const byDefault = wanted.filter((word) => word.endsWith("/.default"));
  const words = consented.map((name) => (isBare ? name : `${first.identifier}/${name}`));
  return [...new Set([...words, ...byDefault])];
}

function grantedWords(
  wanted: readonly string[],
  named: readonly ReadScope[],
  consented: readonly string[],
): readonly string[] {
  const all = named.flatMap(({ permission, identifier }, index) => [
    ...(permission === ".default" ? consented.map((name) => `${identifier}/${name}`) : []),
    wanted[index] ?? "",
  ]);
  return [...new Set(all)];
}

/** Reads the scope of client credentials, `<resource>/.default`, beside which words of OpenID Connect mean nothing; throws 1002012, 70011 or 500011. */
export function parseAppScope(scope: string, directory: Directory): ReadScope {
  const words = scope.split(/\s+/).filter((word) => word !== "" && !isOpenidScope(word));
  const [word = ""] = words;
  if (!word.endsWith("/.default")) throw new EstsError(1002012, `Scope: ${scope}.`);
  if (words.length !== 1) throw new EstsError(70011, "Scopes of two resources in one request.");
  return readScope(word, directory);
}

interface ReadScope {
  readonly resource: ProtectedResource;
  /** The resource as the client named it. */
  readonly identifier: string;
  readonly permission: string;
}

function readScope(word: string, directory: Directory): ReadScope {
  const { identifier, permission } = splitScope(word);
  const resource = directory.resource(identifier);
  if (resource === undefined) throw new EstsError(500011, `Resource: ${identifier}.`);
  return { resource, identifier, permission };
}
