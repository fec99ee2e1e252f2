/**
 * The directory of a run: look-ups over a readonly world, and what the run changes in it
 * (revocations, disabled users, signing keys). It answers; the token service decides.
 */
import type { Clock } from "../clock/clock.ts";
import { HarnessError } from "../errors.ts";
import { loadSigningKey, SIGNING_KEY_COUNT, type SigningKey } from "./signing-keys.ts";
import type { AppRegistration, ProtectedResource, Tenant, User, World } from "./world.ts";

export interface Directory {
  readonly world: World;
  /** By GUID or verified domain; `undefined` for `common` and the like. */
  tenant(segment: string): Tenant | undefined;
  /** An app that can be used in a tenant: registered there, or multi-tenant elsewhere. */
  app(tenant: Tenant, clientId: string): AppRegistration | undefined;
  /** An app by its client id, wherever it is registered. */
  appAnywhere(clientId: string | undefined): AppRegistration | undefined;
  /** By object id or UPN. */
  user(tenant: Tenant, idOrUpn: string): User | undefined;
  /** The tenant in which a UPN is at home. */
  homeOf(upn: string): { readonly tenant: Tenant; readonly user: User } | undefined;
  /** By identifier URI or app id. */
  resource(identifier: string): ProtectedResource | undefined;
  resourceAtHost(host: string): ProtectedResource | undefined;

  isDisabled(user: User): boolean;
  /** Grants issued to the user before this instant are void. ms since the epoch; 0 when never revoked. */
  tokensValidFrom(user: User): number;
  /** How often the user's grants were voided: tells grants apart that are as old as the revocation, to the millisecond. */
  revocations(user: User): number;
  revokeSessions(users: readonly User[]): void;
  disable(user: User): void;

  /** The key that signs now. */
  signingKey(): SigningKey;
  /** The published key set, the signing key first. */
  publishedKeys(): readonly SigningKey[];
  /** Signs with the next key; the old one stays published for `overlapMs`. */
  rotateKeys(overlapMs: number): void;
}

/** The directory of a world in which nothing has changed yet; its times come from `clock`. */
export function createDirectory(world: World, clock: Clock): Directory {
  const tenants = new Map<string, Tenant>();
  for (const tenant of world.tenants) {
    for (const name of [tenant.id, ...tenant.domains]) tenants.set(name.toLowerCase(), tenant);
  }
  const validFrom = new Map<string, number>();
  const revocations = new Map<string, number>();
  const disabled = new Set<string>();
  const retired: { key: SigningKey; untilMs: number }[] = [];
  let signing = 0;

  const revoke = (user: User): void => {
    validFrom.set(user.id, clock.now());
    revocations.set(user.id, (revocations.get(user.id) ?? 0) + 1);
  };

  return {
    world,
    tenant: (segment) => tenants.get(segment.toLowerCase()),
    app(tenant, clientId) {
      const wanted = clientId.toLowerCase();
      const own = tenant.apps.find((app) => app.clientId === wanted);
      if (own !== undefined) return own;
      return world.tenants
        .flatMap((other) => other.apps)
        .find((app) => app.multiTenant === true && app.clientId === wanted);
    },
    appAnywhere: (clientId) =>
      world.tenants.flatMap(({ apps }) => apps).find((app) => app.clientId === clientId),
    user(tenant, idOrUpn) {
      const wanted = idOrUpn.toLowerCase();
      return tenant.users.find((user) => user.id === wanted || user.upn.toLowerCase() === wanted);
    },
    homeOf(upn) {
      const wanted = upn.toLowerCase();
      for (const tenant of world.tenants) {
        const user = tenant.users.find(
          (candidate) => candidate.kind === "member" && candidate.upn.toLowerCase() === wanted,
        );
        if (user !== undefined) return { tenant, user };
      }
      return undefined;
    },
    resource: (identifier) =>
      world.resources.find(
        (resource) => resource.identifierUri === identifier || resource.appId === identifier,
      ),
    resourceAtHost: (host) => world.resources.find((resource) => resource.hosts.includes(host)),

    isDisabled: (user) => user.disabled === true || disabled.has(user.id),
    tokensValidFrom: (user) => validFrom.get(user.id) ?? 0,
    revocations: (user) => revocations.get(user.id) ?? 0,
    revokeSessions: (users) => users.forEach(revoke),
    disable(user) {
      disabled.add(user.id);
      revoke(user);
    },

    signingKey: () => loadSigningKey(signing),
    publishedKeys: () => [
      loadSigningKey(signing),
      ...retired.filter(({ untilMs }) => clock.now() < untilMs).map(({ key }) => key),
    ],
    rotateKeys(overlapMs) {
      if (signing + 1 >= SIGNING_KEY_COUNT) {
        throw new HarnessError(
          "bad-scenario",
          `the script rotates the signing keys more than ${SIGNING_KEY_COUNT - 1} times`,
          {
            hint: "The fixture keys are used up; rotate less often.",
          },
        );
      }
      retired.push({ key: loadSigningKey(signing), untilMs: clock.now() + overlapMs });
      signing += 1;
    },
  };
}
