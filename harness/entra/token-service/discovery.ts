/**
 * What a client asks for before it requests a token: instance discovery, metadata
 * (openid-configuration), keys and the user realm (`docs/sources.md#a2`, A.3, G.6).
 */
import { cloudOfHost, issuerOriginOf, type LoginCloud, loginClouds } from "../directory/clouds.ts";
import { isSharedEndpoint, tenantOf, type EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";
import { federationAddress, federationOf } from "./federation.ts";
import { orderedKeys } from "./key-set.ts";

/** The clouds in every recorded answer (REC1). A newer sovereign cloud adds itself to the answers of its own hosts. */
const captured: ReadonlySet<LoginCloud["name"]> = new Set([
  "commercial",
  "21vianet",
  "germany",
  "government",
  "government-old",
]);

/** `GET /common/discovery/instance`: the clouds and their aliases; throws 50049 for a host of no cloud. */
export function instanceDiscovery(context: EstsContext): Record<string, unknown> {
  const asked = context.described.parameters["authorization_endpoint"] ?? "";
  const url = URL.canParse(asked) ? new URL(asked) : undefined;
  if (url === undefined || !isInstance(url.hostname)) {
    throw new EstsError(50049, `Authority: ${asked}.`);
  }
  const [, tenant = "common"] = url.pathname.split("/");
  const version = url.pathname.includes("/oauth2/v2.0/") ? "v2.0/" : "";
  return {
    tenant_discovery_endpoint: `https://${url.hostname}/${tenant}/${version}.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: loginClouds
      .filter(({ name, aliases }) => captured.has(name) || aliases.includes(url.hostname))
      .map(({ preferredNetwork, preferredCache, aliases }) => ({
        preferred_network: preferredNetwork,
        preferred_cache: preferredCache,
        aliases,
      })),
  };
}

/** Whether a host is one of a cloud's login hosts. */
export function isInstance(host: string): boolean {
  return loginClouds.some(({ aliases }) => aliases.includes(host));
}

/** `GET …/.well-known/openid-configuration`, keys in recorded order; throws 90002 for an unknown tenant. */
export function openidConfiguration(context: EstsContext): Record<string, unknown> {
  const { origin, described } = context;
  const segment = described.tenant ?? "common";
  const shared = isSharedEndpoint(segment);
  const tenant = shared ? undefined : tenantOf(context);
  const id = tenant?.id ?? segment;
  const isV2 = described.version === "2.0";
  const { instanceName, graphHost } = cloudAskedFor(context);
  const oauth = `${origin}/${id}/oauth2${isV2 ? "/v2.0" : ""}`;
  const isRegional = cloudOfHost(described.host)?.region !== undefined;
  return {
    token_endpoint: `${oauth}/token`,
    token_endpoint_auth_methods_supported: [
      "client_secret_post",
      "private_key_jwt",
      "client_secret_basic",
    ],
    jwks_uri: isV2 ? `${origin}/${id}/discovery/v2.0/keys` : `${origin}/common/discovery/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: isV2
      ? ["code", "id_token", "code id_token", "id_token token"]
      : ["code", "id_token", "code id_token", "token id_token", "token"],
    scopes_supported: isV2 ? ["openid", "profile", "email", "offline_access"] : ["openid"],
    issuer: issuerOf(origin, shared ? "{tenantid}" : id, isV2 ? "v2" : "v1"),
    ...(isV2
      ? { request_uri_parameter_supported: false }
      : { microsoft_multi_refresh_token: true }),
    userinfo_endpoint: `https://${graphHost}/oidc/userinfo`,
    // A region signs no one in.
    authorization_endpoint: isRegional ? "unsupported" : `${oauth}/authorize`,
    ...(isRegional
      ? { claims_supported: CLAIMS_SUPPORTED.filter((claim) => !CLAIMS_OF_PEOPLE.includes(claim)) }
      : {
          device_authorization_endpoint: `${oauth}/devicecode`,
          http_logout_supported: true,
          frontchannel_logout_supported: true,
          end_session_endpoint: `${oauth}/logout`,
          claims_supported: CLAIMS_SUPPORTED,
          kerberos_endpoint: `${origin}/${id}/kerberos`,
        }),
    tenant_region_scope: tenant?.region ?? null,
    cloud_instance_name: instanceName,
    cloud_graph_host_name: "graph.windows.net",
    msgraph_host: graphHost,
    rbac_url: "https://pas.windows.net",
  };
}

/** `GET …/discovery/v2.0/keys`: the published keys, in the order of `ServiceSettings.keySet`. */
export function publishedKeys(context: EstsContext): Record<string, unknown> {
  const segment = context.described.tenant ?? "common";
  const id = isSharedEndpoint(segment) ? "{tenantid}" : tenantOf(context).id;
  return {
    keys: orderedKeys(context.directory.publishedKeys(), {
      keySet: context.settings.keySet,
      segment,
    }).map(({ kid, n, e, x5c, tenantId = id, instanceName }) => ({
      kty: "RSA",
      use: "sig",
      kid,
      x5t: kid,
      n,
      e,
      x5c: [x5c],
      cloud_instance_name: instanceName ?? cloudAskedFor(context).instanceName,
      issuer: issuerOf(context.origin, tenantId, "v2"),
    })),
  };
}

/** `GET /common/userrealm/{upn}` or `/getuserrealm.srf?login=`: where the user's password is verified. */
export function userRealm(context: EstsContext): Record<string, unknown> {
  const { user, login, "api-version": version = "" } = context.described.parameters;
  const upn = user ?? login ?? decodedLastSegment(context.request.url);
  const home = context.directory.homeOf(upn);
  if (login !== undefined || version.startsWith("2.")) return realmOf(context, upn);
  if (home === undefined) return { ver: "1.0", account_type: "Unknown" };
  const federation = federationOf(context, upn);
  if (federation !== undefined)
    return {
      ver: "1.0",
      account_type: "Federated",
      domain_name: federation.domain,
      federation_protocol: "WSTrust",
      federation_metadata_url: `https://${federation.host}/adfs/services/trust/mex`,
      federation_active_auth_url: `https://${federation.host}/adfs/services/trust/2005/usernamemixed`,
      cloud_instance_name: cloudAskedFor(context).instanceName,
      cloud_audience_urn: "urn:federation:MicrosoftOnline",
    };
  return {
    ver: "1.0",
    account_type: "Managed",
    domain_name: upn.slice(upn.indexOf("@") + 1),
    cloud_instance_name: cloudAskedFor(context).instanceName,
    cloud_audience_urn: "urn:federation:MicrosoftOnline",
  };
}

/** The answer of version 2.1, and of the older address. */
function realmOf(context: EstsContext, upn: string): Record<string, unknown> {
  const home = context.directory.homeOf(upn);
  if (home === undefined) return { NameSpaceType: "Unknown", Login: upn };
  const federation = federationOf(context, upn);
  return {
    NameSpaceType: federation === undefined ? "Managed" : "Federated",
    ...(federation === undefined ? {} : { federation_protocol: "WSTrust" }),
    Login: upn,
    ...(federation === undefined ? {} : { AuthURL: federationAddress(federation, upn) }),
    DomainName: upn.slice(upn.indexOf("@") + 1),
    FederationBrandName: home.tenant.name,
    cloudinstancename: cloudAskedFor(context).instanceName,
  };
}

const CLAIMS_SUPPORTED = [
  "sub",
  "iss",
  "cloud_instance_name",
  "cloud_instance_host_name",
  "cloud_graph_host_name",
  "msgraph_host",
  "aud",
  "exp",
  "iat",
  "auth_time",
  "acr",
  "nonce",
  "preferred_username",
  "name",
  "tid",
  "ver",
  "at_hash",
  "c_hash",
  "email",
];

const CLAIMS_OF_PEOPLE = ["preferred_username", "name", "email"];

/** The cloud of the host that was asked; the public cloud for a host of no cloud. */
function cloudAskedFor({ described: { host } }: EstsContext): PublicNames {
  return cloudOfHost(host)?.cloud ?? publicNames;
}

type PublicNames = Pick<LoginCloud, "instanceName" | "graphHost">;

const publicNames: PublicNames = {
  instanceName: "microsoftonline.com",
  graphHost: "graph.microsoft.com",
};

function issuerOf(origin: string, tenantId: string, version: "v1" | "v2"): string {
  return version === "v2"
    ? `${issuerOriginOf(origin)}/${tenantId}/v2.0`
    : `https://sts.windows.net/${tenantId}/`;
}

function decodedLastSegment(url: string): string {
  const last = new URL(url).pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
