/** The Conditional Access policies of each tenant, as a run changes them. */
import type { StateStore } from "../../core/state-store.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { ConditionalAccessPolicy, Tenant } from "./world.ts";

export interface Policies {
  /** The policies as of now. */
  policies(tenant: Tenant): readonly ConditionalAccessPolicy[];
  /** Adds a policy, or replaces the one of that name; one that requires more, or applies to more users, counts as enabled now. */
  setPolicy(tenant: Tenant, policy: ConditionalAccessPolicy): void;
  removePolicy(tenant: Tenant, name: string): void;
}

/** Policies as the world has them; `onChanged` is called for each tenant whose policies change. */
export function createPolicies(
  clock: Clock,
  onChanged: (tenant: Tenant) => void,
  state: StateStore,
): Policies {
  const changed = state.map<readonly ConditionalAccessPolicy[]>("policies");
  const policiesOf = (tenant: Tenant): readonly ConditionalAccessPolicy[] =>
    changed.get(tenant.id) ?? tenant.policies ?? [];
  const change = (tenant: Tenant, policies: readonly ConditionalAccessPolicy[]): void => {
    changed.set(tenant.id, policies);
    onChanged(tenant);
  };

  return {
    policies: policiesOf,
    setPolicy(tenant, policy) {
      const before = policiesOf(tenant).find(({ name }) => name === policy.name);
      const others = policiesOf(tenant).filter((other) => other !== before);
      change(tenant, [...others, sinceWhen(policy, before, clock.now())]);
    },
    removePolicy: (tenant, name) =>
      change(
        tenant,
        policiesOf(tenant).filter((policy) => policy.name !== name),
      ),
  };
}

/** The policy with the time from which its controls are required. */
function sinceWhen(
  policy: ConditionalAccessPolicy,
  before: ConditionalAccessPolicy | undefined,
  nowMs: number,
): ConditionalAccessPolicy {
  const isOld =
    before?.state === "enabled" &&
    isWithin(policy.controls, before.controls) &&
    appliesToNoOneNew(policy, before);
  const { enabledAtMs: _, ...rest } = policy;
  const enabledAtMs = policy.enabledAtMs ?? (isOld ? before.enabledAtMs : nowMs);
  return enabledAtMs === undefined ? rest : { ...rest, enabledAtMs };
}

/** Whether everyone to whom the policy applies was covered by the earlier one. */
function appliesToNoOneNew(
  { users, apps, conditions, locations, authenticationContexts }: ConditionalAccessPolicy,
  before: ConditionalAccessPolicy,
): boolean {
  const isForSameRequests =
    JSON.stringify([locations, authenticationContexts]) ===
      JSON.stringify([before.locations, before.authenticationContexts]) &&
    isWithin(before.users.exclude ?? [], users.exclude ?? []);
  const isForUsers =
    before.users.include === "all" ||
    (isWithin(users.include, before.users.include) &&
      isWithin(users.groups, before.users.groups) &&
      isWithin(users.roles, before.users.roles));
  return (
    isForSameRequests &&
    isForUsers &&
    isWithin(apps, before.apps) &&
    isWithin(before.conditions, conditions)
  );
}

function isWithin<Item>(some: "all" | readonly Item[], all: "all" | readonly Item[]): boolean {
  if (all === "all") return true;
  return some !== "all" && some.every((item) => all.includes(item));
}
