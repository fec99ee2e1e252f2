/**
 * Makes a whole world from what you know of your own registration: tenant, client id,
 * redirect URIs, scopes. The rest is filled in, always the same: ids are hashes of names. The
 * result is plain data like `contoso`, so you can add everything else that a world may have.
 */
import { readFileSync } from "node:fs";
import { explaining } from "../../core/explain.ts";
import { hashedId } from "./hashed-id.ts";
import { findResource, isGuid, isOpenidScope, splitScope } from "./identifiers.ts";
import { machinesOf } from "./machine-sketch.ts";
import { microsoftResources } from "./microsoft-resources.ts";
import { checkSettings } from "./settings-schema.ts";
import { checkWorld } from "./world-schema.ts";
import { defaultServiceSettings } from "./settings.ts";
import type {
  AppRegistration,
  ClientSecret,
  ProtectedResource,
  SamlRegistration,
  User,
  World,
} from "./world.ts";
import {
  type AppSketch,
  checkSketch,
  type SamlSketch,
  type UserSketch,
  type WorldSketch,
} from "./world-sketch.ts";

const GRAPH = "https://graph.microsoft.com";
const GRAPH_SCOPES = ["User.Read", "Mail.Read", "Calendars.Read"];
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
  // In a test file it often stands outside of every test, where only a runner prints the error.
  return explaining(() => worldOf(sketch));
}

function worldOf(sketch: WorldSketch): World {
  checkSketch(sketch);
  const { tenant, apps = [], settings = {} } = sketch;
  const domain = sketch.domain ?? domainOf(sketch) ?? "contoso.example";
  const label = domain.split(".", 1)[0] ?? domain;
  const { machines, identities } = machinesOf(sketch.machines ?? [], label);
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
        apps: [
          ...apps.map((app, index) => registrationOf(app, nameOf(app, apps.slice(0, index)))),
          ...identities,
        ],
      },
    ],
    resources: resourcesOf(sketch),
    settings: all,
    ...(machines.length === 0 ? {} : { machines }),
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
    id: hashedId(`user ${upn.toLowerCase()}`),
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

function registrationOf(app: AppSketch, short: string): AppRegistration {
  const { kind, clientId, redirectUris = [], scopes = ["User.Read"], saml } = app;
  const { certificates = [], federatedCredentials, multiTenant, optionalClaims, logoutUrl } = app;
  return {
    name: short,
    clientId,
    servicePrincipalId: hashedId(`service principal ${clientId}`),
    kind,
    ...(multiTenant === undefined ? {} : { multiTenant }),
    redirectUris: redirectUris.map((uri) =>
      typeof uri === "string" ? { type: redirectTypes[kind], uri } : uri,
    ),
    secrets: secretsOf(app, short),
    certificates,
    ...(federatedCredentials === undefined ? {} : { federatedCredentials }),
    ...(optionalClaims?.idToken === undefined ? {} : { optionalClaims: optionalClaims.idToken }),
    delegated: [...scopes, ...scopesOfOwnApi(app)].filter(isNoOpenidScope).map((scope) => {
      const { identifier, permission } = splitScope(scope);
      return `${identifier}/${permission}`;
    }),
    appRoles: rolesOf(app),
    ...(logoutUrl === undefined ? {} : { logoutUrl }),
    ...(saml === undefined ? {} : { saml: samlOf(app, saml) }),
  };
}

/** An app that proves itself otherwise has no secret, unless it names one. */
function secretsOf(app: AppSketch, short: string): readonly ClientSecret[] {
  const { kind, secret, certificates = [], federatedCredentials = [] } = app;
  if (secret !== undefined) return [{ value: secret }];
  const keepsSecret = kind === "web" || kind === "daemon" || kind === "api";
  const provesOtherwise = certificates.length + federatedCredentials.length > 0;
  return keepsSecret && !provesOtherwise ? [{ value: `fixture-secret-of-${short}` }] : [];
}

function rolesOf({ roles = [] }: AppSketch): Record<string, readonly string[]> {
  const appRoles: Record<string, string[]> = {};
  for (const { identifier, permission } of roles.map(splitScope))
    (appRoles[identifier] ??= []).push(permission);
  return appRoles;
}

function samlOf(
  { identifierUris = [], redirectUris = [] }: AppSketch,
  { identifiers, replyUrls, sign = "assertion", ...rest }: SamlSketch,
): SamlRegistration {
  return {
    ...samlPair(),
    ...rest,
    identifiers: identifiers ?? identifierUris,
    replyUrls: replyUrls ?? redirectUris.map((uri) => (typeof uri === "string" ? uri : uri.uri)),
    sign,
  };
}

/** What signs for apps that have no pair of their own. */
function samlPair(): Pick<SamlRegistration, "certificate" | "privateKey"> {
  const read = (name: string): string =>
    readFileSync(new URL(`../../../fixtures/keys/saml-apps.${name}.pem`, import.meta.url), "utf8");
  return { certificate: read("cert"), privateKey: read("key") };
}

/** Graph, the APIs of the sketch and of its apps, and those that scopes and roles name; Azure's own only where they are given more. */
function resourcesOf({
  apps = [],
  resources = [],
  machines = [],
}: WorldSketch): readonly ProtectedResource[] {
  const scopes = apps.flatMap((app) => app.scopes ?? []).filter(isNoOpenidScope);
  const identities = machines.flatMap((machine) => machine.identities ?? []);
  const roles = [...apps, ...identities].flatMap((app) => app.roles ?? []);
  const found: ProtectedResource[] = [graph];
  const add = (identifierUri: string, more: Partial<ProtectedResource>): void => {
    const known = findResource(found, identifierUri);
    const merged = merge(
      known ?? findResource(microsoftResources, identifierUri) ?? apiOf(identifierUri),
      more,
    );
    if (known === undefined) found.push(merged);
    else found[found.indexOf(known)] = merged;
  };
  for (const { identifierUri, ...more } of resources) add(identifierUri, more);
  for (const app of apps)
    if (hasApi(app)) add(app.identifierUris?.[0] ?? app.clientId, ownApi(app));
  for (const scope of scopes) {
    const { identifier, permission } = splitScope(scope);
    add(identifier, { scopes: [permission] });
  }
  for (const role of roles) add(splitScope(role).identifier, {});
  return found;
}

function isNoOpenidScope(scope: string): boolean {
  return !isOpenidScope(scope);
}

function merge(known: ProtectedResource, more: Partial<ProtectedResource>): ProtectedResource {
  const { scopes = [], otherIdentifierUris = [] } = more;
  const others = [...new Set([...(known.otherIdentifierUris ?? []), ...otherIdentifierUris])];
  return {
    ...known,
    ...more,
    ...(others.length === 0 ? {} : { otherIdentifierUris: others }),
    scopes: [...new Set([...known.scopes, ...scopes])],
  };
}

/** An app has an API when it says by what name or with which permissions; one of kind `api` may say so elsewhere. */
function hasApi({ identifierUris = [], exposes }: AppSketch): boolean {
  return identifierUris.length > 0 || exposes !== undefined;
}

/** An app needs no consent to its own API. */
function scopesOfOwnApi({ clientId, identifierUris = [], exposes = [] }: AppSketch): string[] {
  return exposes.map((name) => `${identifierUris[0] ?? clientId}/${name}`);
}

/** The API of an app, whose tokens are for its client id. */
function ownApi(app: AppSketch): Partial<ProtectedResource> {
  const { clientId, identifierUris = [], exposes = [], tokenVersion, optionalClaims } = app;
  return {
    appId: clientId,
    otherIdentifierUris: identifierUris.slice(1),
    scopes: exposes,
    ...(tokenVersion === undefined ? {} : { tokenVersion }),
    ...(optionalClaims?.accessToken === undefined
      ? {}
      : { optionalClaims: optionalClaims.accessToken }),
  };
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
  const said = identifierUri.replace(/^[a-z]+:\/\//i, "").replace(/\/$/, "");
  return {
    name: said,
    identifierUri,
    appId: isGuid(said) ? said.toLowerCase() : hashedId(`resource ${identifierUri}`),
    tokenVersion: "2.0",
    hosts: [],
    scopes: [],
    cae: false,
  };
}
