/** Checks a world before a run: what a script could trip over later, said now and by name. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { HarnessError } from "../../core/errors.ts";
import { refusingThere } from "../../core/shape.ts";
import { checkMachines } from "./check-machines.ts";
import { policyShape, worldShape } from "./world-shape.ts";
import type { ConditionalAccessPolicy, SamlRegistration, Tenant, World } from "./world.ts";

/** Returns the world; throws `bad-world` with the path of the wrong field. */
export function checkWorld(world: World): World {
  refusingThere("bad-world", () => worldShape(world, "world"));
  unique(
    "tenants",
    world.tenants.map((tenant) => tenant.id),
  );
  unique(
    "resources",
    world.resources.map((resource) => resource.identifierUri),
  );
  world.tenants.forEach((tenant, index) => checkTenant(world, tenant, `tenants[${index}]`));
  checkMachines(world);
  return world;
}

/** Throws `bad-world` with the path of the wrong field of a Conditional Access policy below `place`. */
export function checkPolicy(policy: ConditionalAccessPolicy, place: string): void {
  refusingThere("bad-world", () => policyShape(policy, place));
}

function checkTenant(world: World, tenant: Tenant, path: string): void {
  unique(
    `${path}.apps`,
    tenant.apps.map((app) => app.name),
  );
  unique(
    `${path}.apps`,
    tenant.apps.map((app) => app.clientId),
  );
  unique(
    `${path}.users`,
    tenant.users.map((user) => user.id),
  );
  tenant.users.forEach((user, index) => {
    const at = `${path}.users[${index}]`;
    if (user.kind === "guest" && !world.tenants.some((other) => other.id === user.homeTenant)) {
      throw bad(`${at}.homeTenant`, `"${user.homeTenant ?? ""}" is no tenant of this world`);
    }
  });
  tenant.apps.forEach((app, index) => {
    const at = `${path}.apps[${index}]`;
    if (app.kind === "daemon" && app.secrets.length + app.certificates.length === 0) {
      throw bad(`${at}.secrets`, "a daemon needs a secret or a certificate");
    }
    app.redirectUris.forEach(({ uri }, number) => {
      if (URL.canParse(uri)) return;
      throw bad(`${at}.redirectUris[${number}].uri`, `"${uri}" is no whole address`);
    });
    if (app.saml !== undefined) checkSaml(app.saml, `${at}.saml`);
  });
  // A request names its app by identifier alone.
  unique(
    `${path}.apps.saml.identifiers`,
    tenant.apps.flatMap((app) => app.saml?.identifiers ?? []),
  );
}

function checkSaml(saml: SamlRegistration, path: string): void {
  const { identifiers, replyUrls, certificate, privateKey } = saml;
  if (identifiers.length === 0) throw bad(`${path}.identifiers`, "an app needs an identifier");
  if (replyUrls.length === 0) throw bad(`${path}.replyUrls`, "an app needs a reply URL");
  replyUrls.forEach((url, index) => {
    if (!URL.canParse(url)) throw bad(`${path}.replyUrls[${index}]`, `"${url}" is no address`);
  });
  const own = readCertificate(certificate, `${path}.certificate`);
  if (!isKeyOf(own, privateKey))
    throw bad(`${path}.privateKey`, "expected the certificate's RSA private key, as PEM");
  if (saml.requestCertificates === undefined) return;
  if (saml.requestCertificates.length === 0)
    throw bad(`${path}.requestCertificates`, "leave it out when requests need no signature");
  saml.requestCertificates.forEach((pem, index) =>
    readCertificate(pem, `${path}.requestCertificates[${index}]`),
  );
}

function readCertificate(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw bad(path, "expected a certificate, as PEM");
  }
}

function isKeyOf(certificate: X509Certificate, pem: string): boolean {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === "rsa" && certificate.checkPrivateKey(key);
  } catch {
    // No key at all.
    return false;
  }
}

function unique(path: string, values: readonly string[]): void {
  values.forEach((value, index) => {
    if (values.indexOf(value) !== index) throw bad(`${path}[${index}]`, `"${value}" stands twice`);
  });
}

function bad(place: string, message: string): HarnessError {
  return new HarnessError("bad-world", message, { place: `world.${place}` });
}
