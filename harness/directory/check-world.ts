/** Checks a world before a run: what a script could trip over later, said now and by name. */
import { HarnessError } from "../errors.ts";
import { checkMachines } from "./check-machines.ts";
import type { Tenant, World } from "./world.ts";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Returns the world; throws `bad-world` with the path of the wrong field. */
export function checkWorld(world: World): World {
  checkLists(world, "", ["tenants", "resources"]);
  for (const [index, tenant] of world.tenants.entries()) {
    const at = `tenants[${index}]`;
    checkLists(tenant, at, ["domains", "users", "apps"]);
    if (tenant.policies !== undefined) checkLists(tenant, at, ["policies"]);
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
  });
}

function unique(path: string, values: readonly string[]): void {
  values.forEach((value, index) => {
    if (values.indexOf(value) !== index) throw bad(`${path}[${index}]`, `"${value}" stands twice`);
  });
}

function bad(place: string, message: string): HarnessError {
  return new HarnessError("bad-world", message, { place: `world.${place}` });
}
