/** Checks the machines of a world and the identities on them: part of `check-world.ts`. */
import { HarnessError } from "../../core/errors.ts";
import type { AppRegistration, Machine, ServiceSettings, World } from "./world.ts";

/** Throws `bad-world` with the path of the wrong field. */
export function checkMachines(world: World): void {
  for (const [index, { apps }] of world.tenants.entries()) {
    apps.forEach((app, number) => checkIdentity(app, `tenants[${index}].apps[${number}]`));
  }
  const { machines = [] } = world;
  machines.forEach((machine, index) => {
    const at = `machines[${index}]`;
    if (machines.findIndex(({ name }) => name === machine.name) !== index)
      throw bad(`${at}.name`, `"${machine.name}" stands twice`);
    checkMachine(world, machine, at);
  });
}

/** Throws `bad-world` for a figure of the machines' endpoints that is no whole number, or too small for any token. */
export function checkMachineSettings(settings: ServiceSettings): void {
  const least = {
    managedIdentityTokenSeconds: 1,
    managedIdentityCacheSeconds: 0,
    imdsRequestsPerSecondMax: 0,
    imdsConcurrentRequestsMax: 0,
    imdsAnswerMs: 0,
  } as const satisfies Partial<Record<keyof ServiceSettings, number>>;
  for (const name of Object.keys(least) as (keyof typeof least)[]) {
    if (Number.isSafeInteger(settings[name]) && settings[name] >= least[name]) continue;
    throw new HarnessError("bad-world", `expected a whole number from ${least[name]} on`, {
      place: `settings.${name}`,
    });
  }
}

/** A managed identity has what the others have not, and nothing that a program could show. */
function checkIdentity(
  { kind, managedIdentity, secrets, certificates }: AppRegistration,
  at: string,
) {
  if (kind === "managed-identity" && managedIdentity === undefined)
    throw bad(
      `${at}.managedIdentity`,
      "a managed identity says how it is assigned, and its resource id",
    );
  if (kind !== "managed-identity" && managedIdentity !== undefined)
    throw bad(`${at}.managedIdentity`, `a ${kind} app is no managed identity`);
  if (kind === "managed-identity" && secrets.length + certificates.length > 0)
    throw bad(`${at}.secrets`, "a managed identity has no secret and no certificate of its own");
}

function checkMachine({ tenants }: World, machine: Machine, at: string): void {
  const { source, region, identities, podIdentity } = machine;
  if (!/^[a-z][a-z0-9-]*$/.test(region))
    throw bad(`${at}.region`, `"${region}" is no region; write it like "westeurope"`);
  if (podIdentity === true && source !== "imds")
    throw bad(`${at}.podIdentity`, "only IMDS is found by AZURE_POD_IDENTITY_AUTHORITY_HOST");
  const tenant = tenants.find(({ name }) => name === machine.tenant);
  if (tenant === undefined)
    throw bad(`${at}.tenant`, `"${machine.tenant}" is no tenant of this world`);
  const here = identities.map((name, number) => {
    const app = tenant.apps.find((candidate) => candidate.name === name);
    if (app?.managedIdentity !== undefined) return app.managedIdentity.assigned;
    throw bad(`${at}.identities[${number}]`, `"${name}" is no managed identity of ${tenant.name}`);
  });
  if (here.filter((assigned) => assigned === "system").length > 1)
    throw bad(`${at}.identities`, "a machine has one system-assigned identity at most");
  if (source === "cloud-shell" && here.includes("user"))
    throw bad(`${at}.identities`, "Cloud Shell has no user-assigned identities");
}

function bad(place: string, message: string): HarnessError {
  return new HarnessError("bad-world", message, { place: `world.${place}` });
}
