/** The app's registration in the simulated tenant: what the sources show, or what was given. */
import { HarnessError } from "../../core/errors.ts";
import { fromRegistration } from "../../entra/directory/from-registration.ts";
import { splitScope } from "../../entra/directory/identifiers.ts";
import type { AppSketch } from "../../entra/directory/world-sketch.ts";
import type { AppKind, Choices } from "./choices.ts";
import type { ClientFields, SamlFields } from "./client-fields.ts";
import { scopesOf } from "./find-scopes.ts";

/** The app's registration, as far as the sources show it. */
export interface Registration {
  readonly tenant: string;
  readonly domain?: string;
  readonly clientId: string;
  /** False for a managed identity that no one names: its client id is made up. */
  readonly isClientIdKnown: boolean;
  readonly redirectUris: readonly string[];
  /** Delegated permissions. */
  readonly scopes: readonly string[];
  /** APIs other than Graph for which tokens are requested. */
  readonly apis: readonly RequestedApi[];
  readonly isMultiTenant: boolean;
  readonly saml?: SamlFields;
}

/** An API for which the app requests tokens. */
export interface RequestedApi {
  readonly identifierUri: string;
  /** Where the simulator answers for it. */
  readonly hosts: readonly string[];
}

const registeredKinds = {
  page: "spa",
  web: "web",
  next: "web",
  saml: "web",
  native: "native",
  job: "daemon",
} as const;

/** The app of `az ad app show`, where it was given. */
export function registeredApp(kind: AppKind, { registration }: Choices): AppSketch | undefined {
  if (registration === undefined) return undefined;
  if (kind !== "managed-identity")
    return fromRegistration(registration, { kind: registeredKinds[kind] });
  throw new HarnessError("bad-usage", "a managed identity has no app registration", {
    hint: "Leave the file out; --client-id names a user-assigned identity.",
  });
}

/** An app whose sources sign in by SAML, with what its registration does not say of it. */
export function withSaml(
  registered: AppSketch,
  { saml: found }: ClientFields,
  replyUrls: readonly string[],
): AppSketch {
  if (found === undefined) return registered;
  const { saml, identifierUris = [], redirectUris = [] } = registered;
  const isWithout = saml === undefined;
  return {
    ...registered,
    saml: {
      ...(isWithout || identifierUris.length === 0 ? { identifiers: [found.entityId] } : {}),
      ...(isWithout || redirectUris.length === 0 ? { replyUrls } : {}),
      ...saml,
    },
  };
}

/** What the sources show of it. */
export function registrationOf(
  kind: AppKind,
  fields: ClientFields,
  scopeTexts: readonly string[],
  addresses: {
    readonly origin: string | undefined;
    readonly redirectUris: readonly string[];
    readonly hosts: readonly string[];
  },
): Registration {
  const { clientId, isClientIdKnown, tenant, domain, isMultiTenant, redirectUri, saml } = fields;
  const { origin } = addresses;
  const scopes = scopesOf(scopeTexts);
  const permissions = scopes.filter((scope) => !scope.endsWith("/.default"));
  const address = origin === undefined ? redirectUri : addressOf(redirectUri, origin);
  return {
    tenant,
    ...(domain === undefined ? {} : { domain }),
    clientId,
    isClientIdKnown,
    redirectUris:
      kind === "page" && address !== undefined
        ? [...new Set([address, `${origin ?? ""}/`])]
        : addresses.redirectUris,
    scopes: kind === "page" || kind === "web" || kind === "native" ? permissions : [],
    // In a page `entra.api` answers at any host.
    apis: kind === "page" ? [] : apisOf(scopes, addresses.hosts),
    isMultiTenant,
    ...(saml === undefined ? {} : { saml }),
  };
}

/** A redirect URI may be a path; without one MSAL takes the page itself. */
function addressOf(redirectUri: string | undefined, origin: string): string {
  return URL.parse(redirectUri ?? "/", `${origin}/`)?.href ?? `${origin}/`;
}

/** The APIs of the scopes, but for Graph, which every world has. Each host is that of the API with its name, else of the first. */
function apisOf(scopes: readonly string[], hosts: readonly string[]): readonly RequestedApi[] {
  const wanted = scopes
    .filter((scope) => scope.endsWith("/.default") || (hosts.length > 0 && scope.includes("/")))
    .map((scope) => splitScope(scope).identifier.replace(/\/$/, ""));
  const uris = [...new Set(wanted)].filter((uri) => uri !== "https://graph.microsoft.com");
  const apiOf = (host: string): string | undefined => {
    const [label = ""] = host.split(".");
    return uris.find((uri) => label.includes(uri.replace(/^.*[/:]/, ""))) ?? uris[0];
  };
  return uris.map((identifierUri) => ({
    identifierUri,
    hosts: hosts.filter((host) => apiOf(host) === identifierUri),
  }));
}
