/**
 * Client id, tenant, redirect URI and secret of a client, as its sources and the command line have
 * them. What is read from the environment becomes a variable that the tests set.
 */
import { HarnessError } from "../../core/errors.ts";
import { hashedId } from "../../entra/directory/hashed-id.ts";
import { isGuid, sharedTenants } from "../../entra/directory/identifiers.ts";
import type { AppKind, Choices } from "./choices.ts";
import { fillIn, isSecretName } from "./environment.ts";
import type { Evaluator, Value } from "./evaluate.ts";
import { findCertificate, type FoundCertificate } from "./find-certificate.ts";
import type { FoundClient } from "./found-client.ts";

/** What the sources say of the registration, with the variables that they read it from. */
export interface ClientFields {
  readonly clientId: string;
  /** The sources or the command line name the client id; a managed identity may do without. */
  readonly isClientIdKnown: boolean;
  readonly tenant: string;
  readonly domain?: string;
  readonly isMultiTenant: boolean;
  readonly redirectUri?: string;
  /** Of SAML: the entity id, and the variable that holds Entra's certificate. */
  readonly saml?: SamlFields;
  /** Set for an app that proves itself by a certificate. */
  readonly certificate?: FoundCertificate;
  /** What each variable has to be. */
  readonly variables: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** The entity id, and the variable that holds Entra's certificate, or the path of its file. */
export interface SamlFields {
  readonly entityId: string;
  readonly certificateVariable: string;
  readonly isCertificateFile: boolean;
}

export interface FieldSources {
  readonly variables: ReadonlyMap<string, string>;
  readonly origin: string | undefined;
  readonly choices: Choices;
  readonly missing: string[];
  readonly kind: AppKind;
  readonly evaluator: Evaluator;
}

const LOGIN_HOST = "https://login.microsoftonline.com/";

/** Reads the fields; what is missing is added to `missing`. */
export function fieldsOf(client: FoundClient, sources: FieldSources): ClientFields {
  const { choices, missing } = sources;
  const set: Record<string, string> = {};
  const notes: string[] = [];
  const at = `${client.path}:${client.line}`;
  const isFromEnvironment = readsEnvironment(client, sources.variables);
  const clientId = idFrom(isFromEnvironment ? AZURE_CLIENT_ID : client.clientId, {
    given: choices.clientId,
    option: "--client-id",
    invented: hashedId("brownout init client"),
    isOptional:
      ["managed-identity", "saml"].includes(client.kind) ||
      client.called === "EnvironmentCredential",
    what: `the client id that ${at} uses`,
    set,
    sources,
  });
  const tenancy = tenancyOf(client, sources, set, at);
  const redirect = fillIn(client.redirectUri, {
    environment: sources.variables,
    ...originOption(sources),
  });
  if (client.secret.kind === "text") {
    const variables = client.secret.parts.flatMap((part) =>
      part.kind === "variable" ? [part.name] : [],
    );
    const isJob = client.kind === "credential" || sources.kind === "job";
    for (const name of variables) set[name] = isJob ? SECRET : "fixture-secret-of-web";
    if (variables.length === 0)
      missing.push(
        `the client secret, which is written into ${at}: let the app read it from a variable of the environment, process.env.CLIENT_SECRET`,
      );
  }
  const certificate = certificateOf(client, sources, at);
  return {
    clientId,
    isClientIdKnown:
      choices.clientId !== undefined || client.clientId.kind !== "unknown" || isFromEnvironment,
    ...tenancy,
    ...(redirect?.text === undefined ? {} : { redirectUri: redirect.text }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(client.kind === "saml" ? { saml: samlOf(client, sources, set, at) } : {}),
    variables: set,
    notes,
  };
}

/** A certificate from variables; an assertion comes from a place of which the sources say nothing. */
function certificateOf(
  client: FoundClient,
  { missing, evaluator }: FieldSources,
  at: string,
): FoundCertificate | undefined {
  if (!client.usesCertificate) return undefined;
  const found = client.usesAssertion ? undefined : findCertificate(client.certificate, evaluator);
  if (found !== undefined) return found;
  missing.push(
    client.usesAssertion
      ? `a secret or a certificate: ${at} proves itself by an assertion, for which init writes no world yet (docs/guide/worlds.md)`
      : `where the certificate is from: let ${at} read it from variables of the environment, such as process.env.CERT_THUMBPRINT and process.env.CERT_KEY, which the tests set`,
  );
  return undefined;
}

const AZURE_CLIENT_ID: Value = {
  kind: "text",
  parts: [{ kind: "variable", name: "AZURE_CLIENT_ID" }],
};

/** The user-assigned identity that `DefaultAzureCredential` takes from the environment by itself. */
function readsEnvironment(
  { called, clientId }: FoundClient,
  variables: ReadonlyMap<string, string>,
): boolean {
  return (
    called === "DefaultAzureCredential" &&
    clientId.kind === "unknown" &&
    variables.has("AZURE_CLIENT_ID")
  );
}

/** The simulated Entra signs with a key of its own, so the app has to take its certificate from a variable. */
function samlOf(
  { entityId, certificate }: FoundClient,
  { variables, missing }: FieldSources,
  set: Record<string, string>,
  at: string,
): SamlFields {
  const found = fillIn(entityId, { environment: variables });
  const [variable] = found?.variables ?? [];
  const invented = "https://app.contoso.example/saml";
  if (variable !== undefined) set[variable] = found?.text ?? invented;
  if (found?.text === undefined && variable === undefined)
    missing.push(`the entity id, the option "issuer" in ${at}`);
  const isCertificateFile = certificate.kind === "file";
  const from = isCertificateFile ? certificate.path : certificate;
  const [part, ...more] = from.kind === "text" ? from.parts : [];
  if (part?.kind === "variable" && more.length === 0) {
    const entity = found?.text ?? invented;
    return { entityId: entity, certificateVariable: part.name, isCertificateFile };
  }
  missing.push(
    `Entra's certificate as a variable: let ${at} read "idpCert" from process.env.SAML_IDP_CERT, or from a file that a variable names, which the tests set for the simulated Entra; or set it in the test before the app is loaded: docs/guide/saml.md`,
  );
  return { entityId: invented, certificateVariable: "", isCertificateFile };
}

/** Stands for the secret of the simulated registration, which is worthless. */
const SECRET = "fixture-secret-of-daemon";

function originOption({ origin }: FieldSources): { readonly origin?: string } {
  return origin === undefined ? {} : { origin };
}

interface IdParts {
  readonly given: string | undefined;
  readonly option: string;
  readonly invented: string;
  readonly isOptional: boolean;
  readonly what: string;
  readonly set: Record<string, string>;
  readonly sources: FieldSources;
}

/** An id that stands in the sources, or in a variable that the tests set. */
function idFrom(value: Value, parts: IdParts): string {
  const { given, option, invented, isOptional, what, set, sources } = parts;
  if (given !== undefined && !isGuid(given)) {
    throw new HarnessError("bad-usage", `${option} is "${given}", which is not a GUID`, {
      hint: `Write ${option} ${invented}`,
    });
  }
  const found = fillIn(value, { environment: sources.variables, ...originOption(sources) });
  const [variable, ...more] = found?.variables ?? [];
  if (variable !== undefined && more.length === 0) {
    const known = found?.text !== undefined && isGuid(found.text) ? found.text : undefined;
    set[variable] = (given ?? known ?? invented).toLowerCase();
    return set[variable];
  }
  if (found?.text !== undefined && isGuid(found.text)) return found.text.toLowerCase();
  if (given !== undefined) return given.toLowerCase();
  const said = found?.text ?? found?.placeholder;
  if (said !== undefined)
    sources.missing.push(`${what}: it is "${said}", and should be a GUID; write yours there`);
  else if (!isOptional) sources.missing.push(`${what}: ${option} GUID`);
  return invented;
}

function tenancyOf(
  client: FoundClient,
  sources: FieldSources,
  set: Record<string, string>,
  at: string,
): Pick<ClientFields, "tenant" | "domain" | "isMultiTenant"> {
  const { choices, missing, variables } = sources;
  const tenantOrAuthority = client.tenant.kind === "unknown" ? client.authority : client.tenant;
  const value = client.kind === "saml" ? client.entryPoint : tenantOrAuthority;
  const invented = choices.tenant ?? hashedId("brownout init tenant");
  if (choices.tenant !== undefined && !isGuid(choices.tenant)) {
    throw new HarnessError("bad-usage", `--tenant is "${choices.tenant}", which is not a GUID`, {
      hint: "The tenant id is on the overview page of Entra.",
    });
  }
  if (value.kind !== "text")
    return { tenant: invented.toLowerCase(), isMultiTenant: client.kind !== "credential" };
  setTenantVariables(value, {
    variables,
    set,
    // Auth.js compares the issuer with that of the metadata, which have a version.
    invented: (name) =>
      inventedFor(name, invented) +
      (client.kind === "auth-js" && !isTenantName(name) ? "/v2.0" : ""),
  });
  const filled = fillIn(value, { environment: new Map([...variables, ...Object.entries(set)]) });
  const text = filled?.text ?? filled?.placeholder ?? "";
  const host = /^https:\/\/([^/]+)\/?/.exec(text)?.[1];
  if (host !== undefined && `https://${host}/` !== LOGIN_HOST) {
    missing.push(
      `an authority at ${LOGIN_HOST}: ${at} uses ${host}, and init writes no world for other clouds and External ID`,
    );
  }
  const [tenant = ""] = text.replace(/^https:\/\/[^/]+\/?/, "").split("/", 1);
  if (isGuid(tenant)) return { tenant: tenant.toLowerCase(), isMultiTenant: false };
  const isDomain = /^[\w-]+(?:\.[\w-]+)+$/.test(tenant);
  const isShared = tenant === "" || sharedTenants.includes(tenant);
  if (!isDomain && !isShared && choices.tenant === undefined) {
    missing.push(
      `the tenant that ${at} uses: it is "${tenant}", and should be a GUID, a domain, common or organizations; write yours there, or add --tenant GUID where a build puts it in`,
    );
  }
  return {
    tenant: invented.toLowerCase(),
    ...(isDomain ? { domain: tenant.toLowerCase() } : {}),
    isMultiTenant: isShared,
  };
}

/** The variables of an authority are the host, the tenant, or both at once, by their names and values. */
function setTenantVariables(
  value: Value,
  {
    variables,
    set,
    invented,
  }: {
    readonly variables: ReadonlyMap<string, string>;
    readonly set: Record<string, string>;
    readonly invented: (name: string) => string;
  },
): void {
  if (value.kind !== "text") return;
  for (const part of value.parts) {
    if (part.kind !== "variable" || isSecretName(part.name)) continue;
    set[part.name] = variables.get(part.name) ?? invented(part.name);
  }
}

/** By its name a variable holds the page of SAML, the authority, its host, or the tenant alone. */
function inventedFor(name: string, tenant: string): string {
  if (/entry[-_.]?point|sso|login[-_.]?url/i.test(name)) return `${LOGIN_HOST}${tenant}/saml2`;
  if (/authority|issuer/i.test(name)) return `${LOGIN_HOST}${tenant}`;
  return /instance|cloud|host|endpoint|url/i.test(name) ? LOGIN_HOST : tenant;
}

/** Neither an authority nor a host, by its name. */
function isTenantName(name: string): boolean {
  return !/authority|issuer/i.test(name);
}

/** The variables of the client, and those that @azure/identity reads by itself. */
export function environmentOf(
  client: FoundClient,
  { variables, clientId, tenant }: ClientFields,
): Readonly<Record<string, string>> {
  if (client.called === "EnvironmentCredential")
    return {
      ...variables,
      AZURE_TENANT_ID: tenant,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_SECRET: SECRET,
    };
  return variables;
}
