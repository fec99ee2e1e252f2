/** The machines in the input of `createWorld`, and what they become: machines, and an app for each managed identity. */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { acrossFields, type ReportProblem, schemaOf } from "../../core/validation.ts";
import { hashedId } from "./hashed-id.ts";
import { splitScope } from "./identifiers.ts";
import { type AppRegistration, type Machine, type MachineSource, machineSources } from "./world.ts";
import { guid, mark, regionName } from "./world-schema.ts";

/**
 * A machine or service of Azure on which your code runs, with its managed identities. Tests name it:
 * `useEntra({ world, machine: "jobs" })`.
 *
 * @example
 * const machine: MachineSketch = {
 *   name: "jobs",
 *   source: "app-service",
 *   identities: [{ assigned: "user", name: "reports", clientId: "8a6c1f5e-0000-4000-8000-000000000004" }],
 * };
 */
export interface MachineSketch {
  /** Unique in the world. */
  readonly name: string;
  /** Where the code finds its identity endpoint: `imds` on a virtual machine or in a container group, `app-service` also in Functions and Container Apps. */
  readonly source: MachineSource;
  /** Azure region; default `westeurope`. */
  readonly region?: string;
  /** Default: the commercial cloud. */
  readonly cloud?: NonNullable<Machine["cloud"]>;
  /** Default: a system-assigned identity without application permissions. */
  readonly identities?: readonly IdentitySketch[];
  /** IMDS only: clients find the endpoint by `AZURE_POD_IDENTITY_AUTHORITY_HOST`. */
  readonly podIdentity?: true;
}

/**
 * A managed identity. A user-assigned one that several machines share is written at each by its
 * name, and what else is known of it once.
 *
 * @example
 * const identity: IdentitySketch = { assigned: "system", roles: ["api://orders/Orders.Read.All"] };
 */
export interface IdentitySketch {
  readonly assigned: "system" | "user";
  /** Default: the name of the machine and `-identity`; a user-assigned one has a name of its own. */
  readonly name?: string;
  /** Client id, by which code asks for it where there are several; default: a hash of the name. */
  readonly clientId?: string;
  /** Object id of its service principal: `oid` of its tokens; default: a hash of the name. */
  readonly principalId?: string;
  /** Its Azure Resource Manager id; default: one in a subscription of the fixtures. */
  readonly resourceId?: string;
  /** Application permissions, such as `api://orders/Orders.Read.All`; default: none. */
  readonly roles?: readonly string[];
}

/** The schema of a machine of a sketch. */
export const machineSketch = schemaOf<MachineSketch>()((z) =>
  z
    .strictObject({
      name: nonEmptyString(),
      source: z.enum(machineSources),
      region: regionName().optional(),
      cloud: z
        .enum([
          "commercial",
          "government",
          "government-secret",
          "government-top-secret",
          "21vianet",
        ])
        .optional(),
      identities: z.array(identitySketch()).optional(),
      podIdentity: mark(),
    })
    .meta({ id: "MachineSketch" }),
);

const identitySketch = schemaOf<IdentitySketch>()((z) =>
  z
    .strictObject({
      assigned: z.enum(["system", "user"]),
      name: nonEmptyString().optional(),
      clientId: guid().optional(),
      principalId: guid().optional(),
      resourceId: nonEmptyString().optional(),
      roles: z.array(nonEmptyString()).optional(),
    })
    .check(acrossFields(checkIdentity))
    .meta({ id: "IdentitySketch" }),
);

function checkIdentity({ assigned, name }: IdentitySketch, report: ReportProblem): void {
  if (assigned === "system" || name !== undefined) return;
  report(["name"], "a user-assigned identity has a name of its own: several machines may share it");
}

/** The machines of a tenant, and its managed identities: one app for each name. */
export function machinesOf(
  sketches: readonly MachineSketch[],
  tenant: string,
): { readonly machines: readonly Machine[]; readonly identities: readonly AppRegistration[] } {
  const identities = new Map<string, IdentitySketch>();
  const machines = sketches.map(
    ({ region = "westeurope", identities: own = [{ assigned: "system" }], ...rest }): Machine => ({
      ...rest,
      region,
      tenant,
      identities: own.map((identity) => {
        const name = identity.name ?? `${rest.name}-identity`;
        identities.set(name, { ...identities.get(name), ...identity });
        return name;
      }),
    }),
  );
  const apps = [...identities].map(([name, identity]) => identityOf(name, identity));
  return { machines, identities: apps };
}

const SUBSCRIPTION = "/subscriptions/66666666-ffff-4fff-8fff-000000000001/resourceGroups/fixtures";

function identityOf(
  name: string,
  { assigned, clientId, principalId, resourceId, roles = [] }: IdentitySketch,
): AppRegistration {
  const appRoles: Record<string, string[]> = {};
  for (const { identifier, permission } of roles.map(splitScope))
    (appRoles[identifier] ??= []).push(permission);
  const kind = assigned === "user" ? "userAssignedIdentities" : "systemAssignedIdentities";
  const byDefault = `${SUBSCRIPTION}/providers/Microsoft.ManagedIdentity/${kind}/${name}`;
  return {
    name,
    clientId: clientId ?? hashedId(`managed identity ${name}`),
    servicePrincipalId: principalId ?? hashedId(`principal of managed identity ${name}`),
    kind: "managed-identity",
    managedIdentity: { assigned, resourceId: resourceId ?? byDefault },
    redirectUris: [],
    secrets: [],
    certificates: [],
    delegated: [],
    appRoles,
  };
}
