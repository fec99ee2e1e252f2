/**
 * Makes a whole world from what you know of your own registration: tenant, client id,
 * redirect URIs, scopes. The rest is filled in, always the same: ids are hashes of names. The
 * result is plain data like `contoso`, so you can add everything else that a world may have.
 */
import { createHash } from "node:crypto";
import { checkSettings } from "./settings-schema.ts";
import { checkWorld } from "./world-schema.ts";
import { defaultServiceSettings } from "./settings.ts";
import type { AppRegistration, ProtectedResource, User, World } from "./world.ts";
import { type AppSketch, checkSketch, type UserSketch, type WorldSketch } from "./world-sketch.ts";

const GRAPH = "https://graph.microsoft.com";
const GRAPH_SCOPES = ["User.Read", "Mail.Read", "Calendars.Read"];
const OPENID_SCOPES = ["openid", "profile", "offline_access", "email"];
const redirectTypes = {
  spa: "spa",
  web: "web",
  api: "web",
  native: "native",
  daemon: "web",
} as const;

/**
 * Makes a world from what you know of your own registration. The rest is filled in, always the
 * same: ids are hashes of names, and passwords and secrets are worthless.
 *
 * @throws HarnessError `bad-world`, with the path of each wrong field, what was found and what was expected
 * @example
 * const world = createWorld({
 *   tenant: "8a6c1f5e-0000-4000-8000-000000000001",
 *   apps: [{ kind: "daemon", clientId: "8a6c1f5e-0000-4000-8000-000000000002" }],
 * });
 */
export function createWorld(sketch: WorldSketch): World {
  checkSketch(sketch);
  const { tenant, apps, settings = {} } = sketch;
  const domain = sketch.domain ?? domainOf(sketch) ?? "contoso.example";
  const label = domain.split(".", 1)[0] ?? domain;
  const all = { ...defaultServiceSettings, ...settings };
  const world: World = {
    name: label,
    tenants: [
      {
        id: tenant,
        name: label,
        domains: [domain],
        region: "EU",
        devices: [],
        users: (sketch.users ?? ["adele"]).map((user) => memberOf(user, domain)),
        apps: apps.map((app, index) => registrationOf(app, nameOf(app, apps.slice(0, index)))),
      },
    ],
    resources: resourcesOf(sketch),
    settings: all,
  };
  checkSettings(all, world.tenants);
  return checkWorld(world);
}

function domainOf({ users = [] }: WorldSketch): string | undefined {
  const upns = users.map((one) => (typeof one === "string" ? one : one.upn));
  return upns.find((upn) => upn.includes("@"))?.split("@")[1];
}

function memberOf(sketch: string | UserSketch, domain: string): User {
  const given = typeof sketch === "string" ? { upn: sketch } : sketch;
  const upn = given.upn.includes("@") ? given.upn : `${given.upn}@${domain}`;
  const short = (upn.split("@")[0] ?? upn).toLowerCase();
  return {
    id: idOf(`user ${upn.toLowerCase()}`),
    name: short,
    password: `fixture-password-of-${short}`,
    ...given,
    upn,
    kind: "member",
    devices: [],
  };
}

function nameOf({ kind, name: given }: AppSketch, before: readonly AppSketch[]): string {
  if (given !== undefined) return given;
  const alike = before.filter((other) => other.kind === kind && other.name === undefined).length;
  return alike === 0 ? kind : `${kind}-${alike + 1}`;
}

function registrationOf(
  {
    kind,
    clientId,
    redirectUris = [],
    scopes = ["User.Read"],
    roles = [],
    secret,
    multiTenant,
  }: AppSketch,
  short: string,
): AppRegistration {
  const keepsSecret = kind === "web" || kind === "daemon" || kind === "api";
  const appRoles: Record<string, string[]> = {};
  for (const [resource, role] of roles.map(splitScope)) (appRoles[resource] ??= []).push(role);
  return {
    name: short,
    clientId,
    servicePrincipalId: idOf(`service principal ${clientId}`),
    kind,
    ...(multiTenant === undefined ? {} : { multiTenant }),
    redirectUris: redirectUris.map((uri) => ({ type: redirectTypes[kind], uri })),
    secrets: keepsSecret ? [{ value: secret ?? `fixture-secret-of-${short}` }] : [],
    certificates: [],
    delegated: scopes
      .filter((scope) => !OPENID_SCOPES.includes(scope))
      .map((scope) => splitScope(scope).join("/")),
    appRoles,
  };
}

/** Graph, the resources of the sketch, and those that its scopes and roles name. */
function resourcesOf({ apps, resources = [] }: WorldSketch): readonly ProtectedResource[] {
  const spoken = apps
    .flatMap(({ scopes = [], roles = [] }) => [
      ...scopes.map((scope) => ({ scope, isScope: true })),
      ...roles.map((scope) => ({ scope, isScope: false })),
    ])
    .filter(({ scope }) => !OPENID_SCOPES.includes(scope))
    .map(({ scope, isScope }) => ({ of: splitScope(scope), isScope }));
  const uris = [
    GRAPH,
    ...resources.map((one) => one.identifierUri),
    ...spoken.map(({ of }) => of[0]),
  ];
  return [...new Set(uris)].map((identifierUri) => {
    const given = resources.find((one) => one.identifierUri === identifierUri);
    const consented = spoken
      .filter(({ of, isScope }) => isScope && of[0] === identifierUri)
      .map(({ of }) => of[1]);
    const own = identifierUri === GRAPH ? graph : apiOf(identifierUri);
    const scopes = [...new Set([...own.scopes, ...(given?.scopes ?? []), ...consented])];
    return { ...own, ...given, scopes };
  });
}

const graph: ProtectedResource = {
  name: "graph",
  identifierUri: GRAPH,
  appId: "00000003-0000-0000-c000-000000000000",
  tokenVersion: "1.0",
  hosts: ["graph.microsoft.com"],
  scopes: GRAPH_SCOPES,
  cae: true,
};

function apiOf(identifierUri: string): ProtectedResource {
  const said = identifierUri.replace(/^[a-z]+:\/\//i, "");
  const isId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(said);
  return {
    name: said,
    identifierUri,
    appId: isId ? said : idOf(`resource ${identifierUri}`),
    tokenVersion: "2.0",
    hosts: [],
    scopes: [],
    cae: false,
  };
}

/** The resource, Graph when none is named, and the permission. */
function splitScope(scope: string): readonly [resource: string, permission: string] {
  const at = scope.lastIndexOf("/");
  return at < 0 ? [GRAPH, scope] : [scope.slice(0, at).replace(/\/$/, ""), scope.slice(at + 1)];
}

/** A GUID that is the same for the same name. */
function idOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
  ];
  return [...parts, hex.slice(20, 32)].join("-");
}
