/**
 * The directory of a run: look-ups in a readonly world, and what the run changes in it
 * (accounts, policies, signing keys). It decides nothing; the token service does.
 */
import type { Clock } from "../../core/time/clock.ts";
import { createMemoryStore, type StateStore } from "../../core/state-store.ts";
import { type Accounts, createAccounts } from "./accounts.ts";
import { findResource } from "./identifiers.ts";
import { createKeyRotation, type KeyRotation } from "./key-rotation.ts";
import { microsoftClients } from "./microsoft-clients.ts";
import { microsoftResources } from "./microsoft-resources.ts";
import { createPolicies, type Policies } from "./policies.ts";
import type { AppRegistration, ProtectedResource, Tenant, User, World } from "./world.ts";

/** A change that is published when it happens, like the events of continuous access evaluation. */
export type DirectoryChange =
  | { readonly kind: "user-revoked"; readonly user: User }
  | { readonly kind: "policies-changed"; readonly tenant: Tenant };

/**
 * Look-ups in a world and its changes during a run: accounts, policies, signing keys. Look-ups
 * return `undefined` for what does not exist.
 *
 * @example
 * const tenant = directory.tenant("contoso.example");
 * const user = tenant && directory.user(tenant, "adele@contoso.example");
 */
export interface Directory extends Accounts, Policies, KeyRotation {
  readonly world: World;
  /** By GUID or verified domain; `undefined` for `common` and the like. */
  tenant(segment: string): Tenant | undefined;
  /** An app that can be used in a tenant: registered there, multi-tenant elsewhere, or one of Microsoft's own. */
  app(tenant: Tenant, clientId: string): AppRegistration | undefined;
  /** An app by its client id, in any tenant; Microsoft's own are known without being in the world. */
  appAnywhere(clientId: string | undefined): AppRegistration | undefined;
  /** By object id or UPN; `undefined` once deleted. */
  user(tenant: Tenant, idOrUpn: string): User | undefined;
  /** The home tenant of a UPN. */
  homeOf(upn: string): { readonly tenant: Tenant; readonly user: User } | undefined;
  /** By identifier URI, with or without a slash at its end, or app id; Azure's own resources are known without being in the world. */
  resource(identifier: string): ProtectedResource | undefined;
  resourceAtHost(host: string): ProtectedResource | undefined;

  /** Calls back on each change from now on. */
  watch(listener: (change: DirectoryChange) => void): void;
}

/**
 * The directory of a world, with the changes in `state` (default: none yet). Times of changes come
 * from `clock`.
 *
 * @example
 * const directory = createDirectory(contoso, clock);
 * directory.revokeSessions(contoso.tenants.flatMap(({ users }) => users));
 */
export function createDirectory(
  world: World,
  clock: Clock,
  state: StateStore = createMemoryStore(),
): Directory {
  const tenants = new Map<string, Tenant>();
  for (const tenant of world.tenants) {
    for (const name of [tenant.id, ...tenant.domains]) tenants.set(name.toLowerCase(), tenant);
  }
  const listeners: ((change: DirectoryChange) => void)[] = [];
  const notify = (change: DirectoryChange): void =>
    listeners.forEach((listener) => listener(change));
  const accounts = createAccounts(clock, (user) => notify({ kind: "user-revoked", user }), state);
  const policies = createPolicies(
    clock,
    (tenant) => notify({ kind: "policies-changed", tenant }),
    state,
  );
  const keys = createKeyRotation(clock, state);

  return {
    world,
    ...accounts,
    ...policies,
    ...keys,
    tenant: (segment) => tenants.get(segment.toLowerCase()),
    app(tenant, clientId) {
      const wanted = clientId.toLowerCase();
      const own = tenant.apps.find((app) => app.clientId === wanted);
      if (own !== undefined) return own;
      return (
        world.tenants
          .flatMap((other) => other.apps)
          .find((app) => app.multiTenant === true && app.clientId === wanted) ??
        microsoftClients.find((app) => app.clientId === wanted)
      );
    },
    appAnywhere: (clientId) =>
      [...world.tenants.flatMap(({ apps }) => apps), ...microsoftClients].find(
        (app) => app.clientId === clientId,
      ),
    user(tenant, idOrUpn) {
      const wanted = idOrUpn.toLowerCase();
      return tenant.users.find(
        (user) =>
          !accounts.isDeleted(user) && (user.id === wanted || user.upn.toLowerCase() === wanted),
      );
    },
    homeOf(upn) {
      const wanted = upn.toLowerCase();
      for (const tenant of world.tenants) {
        const user = tenant.users.find(
          (candidate) =>
            candidate.kind === "member" &&
            !accounts.isDeleted(candidate) &&
            candidate.upn.toLowerCase() === wanted,
        );
        if (user !== undefined) return { tenant, user };
      }
      return undefined;
    },
    resource: (identifier) =>
      findResource(world.resources, identifier) ?? findResource(microsoftResources, identifier),
    resourceAtHost: (host) => world.resources.find((resource) => resource.hosts.includes(host)),

    watch: (listener) => void listeners.push(listener),
  };
}
