/** Worlds whose primary enforces Conditional Access, for tests. */
import { contoso } from "../../fixtures/worlds/contoso.ts";
import { mfaPolicy } from "../../fixtures/worlds/mfa-policy.ts";
import type {
  ConditionalAccessPolicy,
  Device,
  User,
  World,
} from "../../harness/entra/directory/world.ts";

/** Contoso with these policies, and its people and devices changed by short name. */
export function enforcedWorld(
  policies: readonly Partial<ConditionalAccessPolicy>[],
  {
    users = {},
    devices = {},
  }: {
    readonly users?: Readonly<Record<string, Partial<User>>>;
    readonly devices?: Readonly<Record<string, Partial<Device>>>;
  } = {},
): World {
  const [first, ...others] = contoso.tenants;
  if (first === undefined) throw new Error("contoso has no tenant");
  const changed = {
    ...first,
    policies: policies.map((policy) => mfaPolicy({ name: "MFA for everyone", ...policy })),
    users: first.users.map((user) => ({ ...user, ...users[user.upn.split("@")[0] ?? ""] })),
    devices: first.devices.map((device) => ({ ...device, ...devices[device.name] })),
  };
  return {
    ...contoso,
    tenants: [changed, ...others],
    settings: { ...contoso.settings, conditionalAccess: "enforced" },
  };
}
