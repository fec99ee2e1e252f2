/** The rules between the fields of a world: unique names, references, certificates that fit their keys. */
import { createPrivateKey, type X509Certificate } from "node:crypto";
import { expected, type ReportProblem } from "../../core/validation.ts";
import { readCertificate } from "./certificates.ts";
import type {
  AppRegistration,
  Machine,
  ProtectedResource,
  SamlRegistration,
  Tenant,
  World,
} from "./world.ts";

type Path = Parameters<ReportProblem>[0];

/** Reports violations between the parts of a world. */
export function checkBetweenFields(world: World, report: ReportProblem): void {
  const { tenants, resources, machines = [] } = world;
  checkUnique(
    report,
    "tenant id",
    tenants.map(({ id }, index) => [["tenants", index, "id"], id]),
  );
  checkUnique(
    report,
    "identifier URI",
    resources.flatMap((resource, index) =>
      identifierUrisOf(resource).map(({ path, uri }): readonly [Path, string] => [
        ["resources", index, ...path],
        uri,
      ]),
    ),
  );
  tenants.forEach((tenant, index) =>
    checkTenant(world, tenant, reportBelow(report, ["tenants", index])),
  );
  checkUnique(
    report,
    "machine name",
    machines.map(({ name }, index) => [["machines", index, "name"], name]),
  );
  machines.forEach((machine, index) =>
    checkMachine(world, machine, reportBelow(report, ["machines", index])),
  );
}

/** An API that demands an authentication context reads it in the claim `acrs`. */
export function checkContext(
  { authenticationContext, optionalClaims = [] }: ProtectedResource,
  report: ReportProblem,
): void {
  if (authenticationContext === undefined || optionalClaims.includes("acrs")) return;
  report(
    ["optionalClaims"],
    "the API demands an authentication context, and its tokens do not name any",
    'Add "acrs" to its optionalClaims.',
  );
}

function checkTenant({ tenants }: World, tenant: Tenant, report: ReportProblem): void {
  const { apps, users, domains, federatedDomains = [] } = tenant;
  federatedDomains.forEach(({ domain }, index) => {
    if (domains.includes(domain)) return;
    const hint = `There are ${domains.join(", ")}.`;
    report(["federatedDomains", index, "domain"], expected("a domain of the tenant", domain), hint);
  });
  checkUnique(
    report,
    "app name",
    apps.map(({ name }, index) => [["apps", index, "name"], name]),
  );
  checkUnique(
    report,
    "client id",
    apps.map(({ clientId }, index) => [["apps", index, "clientId"], clientId]),
  );
  checkUnique(
    report,
    "object id",
    users.map(({ id }, index) => [["users", index, "id"], id]),
  );
  // A request names its app by its identifier alone.
  checkUnique(
    report,
    "identifier",
    apps.flatMap(({ saml }, index) =>
      (saml?.identifiers ?? []).map((identifier, number): readonly [Path, string] => [
        ["apps", index, "saml", "identifiers", number],
        identifier,
      ]),
    ),
  );
  users.forEach(({ kind, homeTenant }, index) => {
    if (kind !== "guest" || tenants.some(({ id }) => id === homeTenant)) return;
    report(
      ["users", index, "homeTenant"],
      expected("the id of a tenant of this world", homeTenant),
    );
  });
}

/** Reports violations within an app. */
export function checkRegistration(
  {
    kind,
    secrets,
    certificates,
    federatedCredentials = [],
    redirectUris,
    logoutUrl,
  }: AppRegistration,
  report: ReportProblem,
): void {
  const credentials = secrets.length + certificates.length + federatedCredentials.length;
  if (kind === "daemon" && credentials === 0) {
    report(
      ["secrets"],
      "a daemon needs a secret, a certificate or a federated credential, got none",
    );
  }
  redirectUris.forEach(({ uri }, index) => {
    if (URL.canParse(uri)) return;
    report(["redirectUris", index, "uri"], expected("an absolute URL", uri));
  });
  if (logoutUrl !== undefined && !URL.canParse(logoutUrl))
    report(["logoutUrl"], expected("an absolute URL", logoutUrl));
}

/** Reports a managed identity without its own fields, or with a credential, and other apps with these fields. */
export function checkIdentity(
  { kind, managedIdentity, secrets, certificates }: AppRegistration,
  report: ReportProblem,
): void {
  const isIdentity = kind === "managed-identity";
  if (isIdentity && managedIdentity === undefined) {
    report(
      ["managedIdentity"],
      expected("how the identity is assigned, and its resource id", undefined),
    );
  }
  if (!isIdentity && managedIdentity !== undefined) {
    report(
      ["managedIdentity"],
      `only an app of kind "managed-identity" has it, got kind "${kind}"`,
    );
  }
  if (isIdentity && secrets.length + certificates.length > 0) {
    report(["secrets"], "a managed identity has no secret or certificate of its own");
  }
}

/** Reports URLs, certificates and keys that are not valid, and a key of another certificate. */
export function checkSamlRegistration(
  { replyUrls, certificate, privateKey, requestCertificates = [] }: SamlRegistration,
  report: ReportProblem,
): void {
  replyUrls.forEach((url, index) => {
    if (!URL.canParse(url)) report(["replyUrls", index], expected("an absolute URL", url));
  });
  const own = readCertificate(certificate);
  if (own === undefined) report(["certificate"], "expected a certificate in PEM");
  else if (!isKeyOf(own, privateKey)) {
    report(["privateKey"], "expected the RSA private key of the certificate, in PEM");
  }
  requestCertificates.forEach((pem, index) => {
    if (readCertificate(pem) !== undefined) return;
    report(["requestCertificates", index], "expected a certificate in PEM");
  });
}

function checkMachine({ tenants }: World, machine: Machine, report: ReportProblem): void {
  const { source, identities, podIdentity } = machine;
  if (podIdentity === true && source !== "imds") {
    const message = "only IMDS is found by AZURE_POD_IDENTITY_AUTHORITY_HOST";
    report(["podIdentity"], `${message}, got the source "${source}"`);
  }
  const tenant = tenants.find(({ name }) => name === machine.tenant);
  if (tenant === undefined) {
    report(["tenant"], expected("the name of a tenant of this world", machine.tenant));
    return;
  }
  const assigned = identities.map((name, index) => {
    const app = tenant.apps.find((candidate) => candidate.name === name);
    if (app?.managedIdentity === undefined) {
      report(["identities", index], expected(`a managed identity of ${tenant.name}`, name));
    }
    return app?.managedIdentity?.assigned;
  });
  if (assigned.filter((how) => how === "system").length > 1) {
    report(["identities"], "a machine has at most one system-assigned identity");
  }
  if (source === "cloud-shell" && assigned.includes("user")) {
    report(["identities"], "Cloud Shell has no user-assigned identities");
  }
}

function identifierUrisOf({
  identifierUri,
  otherIdentifierUris = [],
}: ProtectedResource): readonly { readonly path: Path; readonly uri: string }[] {
  return [
    { path: ["identifierUri"], uri: identifierUri },
    ...otherIdentifierUris.map((uri, index) => ({ path: ["otherIdentifierUris", index], uri })),
  ];
}

function checkUnique(
  report: ReportProblem,
  what: string,
  values: readonly (readonly [path: Path, value: string])[],
): void {
  const seen = new Set<string>();
  for (const [path, value] of values) {
    if (seen.has(value)) report(path, `expected a unique ${what}, got "${value}" again`);
    seen.add(value);
  }
}

function reportBelow(report: ReportProblem, above: Path): ReportProblem {
  return (path, ...rest) => report([...above, ...path], ...rest);
}

function isKeyOf(certificate: X509Certificate, pem: string): boolean {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === "rsa" && certificate.checkPrivateKey(key);
  } catch {
    // The text is not a key.
    return false;
  }
}
