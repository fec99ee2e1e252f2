/** Checks a world before a run: what a script could trip over later, said now and by name. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { HarnessError } from "../errors.ts";
import { checkMachines } from "./check-machines.ts";
import type { ConditionalAccessPolicy, SamlRegistration, Tenant, World } from "./world.ts";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Returns the world; throws `bad-world` with the path of the wrong field. */
export function checkWorld(world: World): World {
  checkLists(world, "", ["tenants", "resources"]);
  for (const [index, tenant] of world.tenants.entries()) {
    const at = `tenants[${index}]`;
    checkLists(tenant, at, ["domains", "users", "apps"]);
    if (tenant.policies !== undefined) checkLists(tenant, at, ["policies"]);
    tenant.policies?.forEach((policy, number) =>
      checkPolicy(policy, `world.${at}.policies[${number}]`),
    );
    for (const [number, app] of tenant.apps.entries()) {
      checkLists(app, `${at}.apps[${number}]`, APP_LISTS);
    }
  }
  if (world.tenants.length === 0) throw bad("tenants", "a world needs at least one tenant");
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
  const wrong = (field: string, expected: string): HarnessError =>
    new HarnessError("bad-world", `expected ${expected}`, { place: `${place}.${field}` });
  const { name, state, users, apps, conditions, controls, resilienceDefaults } = policy;
  if (typeof name !== "string" || name === "") throw wrong("name", "a text");
  if (!["enabled", "report-only", "disabled"].includes(state)) {
    throw wrong("state", "enabled, report-only or disabled");
  }
  for (const field of ["groups", "roles"] as const) {
    if (!Array.isArray(users?.[field])) throw wrong(`users.${field}`, "a list");
  }
  if (users.include !== "all" && !Array.isArray(users.include)) {
    throw wrong("users.include", '"all" or a list');
  }
  if (apps !== "all" && !Array.isArray(apps)) throw wrong("apps", '"all" or a list');
  if (!Array.isArray(conditions)) throw wrong("conditions", "a list");
  if (!Array.isArray(controls)) throw wrong("controls", "a list");
  if (!["enabled", "disabled"].includes(resilienceDefaults)) {
    throw wrong("resilienceDefaults", "enabled or disabled");
  }
}

const APP_LISTS = ["redirectUris", "secrets", "certificates", "delegated"];

/** A world may come from a file that no compiler has seen. */
function checkLists(value: unknown, path: string, names: readonly string[]): void {
  const isObject = typeof value === "object" && value !== null;
  if (!isObject) throw bad(path, "expected an object; begin with a copy of the world contoso");
  for (const name of names) {
    if (Array.isArray((value as Readonly<Record<string, unknown>>)[name])) continue;
    throw bad(path === "" ? name : `${path}.${name}`, "expected a list");
  }
}

function checkTenant(world: World, tenant: Tenant, path: string): void {
  if (!GUID.test(tenant.id)) throw bad(`${path}.id`, `"${tenant.id}" is no GUID in lower case`);
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
    if (!GUID.test(user.id)) throw bad(`${at}.id`, `"${user.id}" is no GUID in lower case`);
    if (user.kind === "guest" && !world.tenants.some((other) => other.id === user.homeTenant)) {
      throw bad(`${at}.homeTenant`, `"${user.homeTenant ?? ""}" is no tenant of this world`);
    }
  });
  tenant.apps.forEach((app, index) => {
    const at = `${path}.apps[${index}]`;
    if (!GUID.test(app.clientId))
      throw bad(`${at}.clientId`, `"${app.clientId}" is no GUID in lower case`);
    if (app.kind === "daemon" && app.secrets.length + app.certificates.length === 0) {
      throw bad(`${at}.secrets`, "a daemon needs a secret or a certificate");
    }
    if (app.saml !== undefined) checkSaml(app.saml, `${at}.saml`);
  });
  // A request names its app by identifier alone.
  unique(
    `${path}.apps.saml.identifiers`,
    tenant.apps.flatMap((app) => app.saml?.identifiers ?? []),
  );
}

function checkSaml(saml: SamlRegistration, path: string): void {
  checkLists(saml, path, ["identifiers", "replyUrls"]);
  const { identifiers, replyUrls, sign, certificate, privateKey } = saml;
  if (identifiers.length === 0) throw bad(`${path}.identifiers`, "an app needs an identifier");
  if (replyUrls.length === 0) throw bad(`${path}.replyUrls`, "an app needs a reply URL");
  replyUrls.forEach((url, index) => {
    if (!URL.canParse(url)) throw bad(`${path}.replyUrls[${index}]`, `"${url}" is no address`);
  });
  if (!["assertion", "response", "both"].includes(sign))
    throw bad(`${path}.sign`, `"${String(sign)}" is none of assertion, response, both`);
  const own = readCertificate(certificate, `${path}.certificate`);
  if (!isKeyOf(own, privateKey))
    throw bad(`${path}.privateKey`, "expected the certificate's RSA private key, as PEM");
  if (saml.requestCertificates === undefined) return;
  checkLists(saml, path, ["requestCertificates"]);
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
