/**
 * The directory of a run: look-ups over a readonly world, and what the run changes in it
 * (revocations, disabled users, policies, signing keys). It answers; the token service decides.
 */
import type { Clock } from "../clock/clock.ts";
import { HarnessError } from "../errors.ts";
import { loadSigningKey, SIGNING_KEY_COUNT, type SigningKey } from "./signing-keys.ts";
import type {
  AppRegistration,
  ConditionalAccessPolicy,
  ProtectedResource,
  Tenant,
  User,
  World,
} from "./world.ts";

/** A change that others are told of when it happens, as by the events of continuous access evaluation. */
export type DirectoryChange =
  | { readonly kind: "user-revoked"; readonly user: User }
  | { readonly kind: "policies-changed"; readonly tenant: Tenant };

export interface Directory {
  readonly world: World;
  /** By GUID or verified domain; `undefined` for `common` and the like. */
  tenant(segment: string): Tenant | undefined;
  /** An app that can be used in a tenant: registered there, or multi-tenant elsewhere. */
  app(tenant: Tenant, clientId: string): AppRegistration | undefined;
  /** An app by its client id, wherever it is registered. */
  appAnywhere(clientId: string | undefined): AppRegistration | undefined;
  /** By object id or UPN; `undefined` once deleted. */
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
  delete(user: User): void;
  /** Voids no grant: sign-in by it is refused from now on. */
  revokeCertificate(user: User): void;
  isCertificateRevoked(user: User): boolean;
  /** From now on the user needs a second factor, and what was granted without it is void. */
  enableMfa(user: User): void;
  /** Whether MFA was enabled after that many revocations: what an older grant of the user lacks. */
  lacksMfa(user: User, revocations: number): boolean;

  /** Names of the user's groups now. */
  groups(user: User): readonly string[];
  setGroups(user: User, groups: readonly string[]): void;
  /** The Conditional Access policies of a tenant now. */
  policies(tenant: Tenant): readonly ConditionalAccessPolicy[];
  /** Adds a policy, or replaces the one of that name; one whose controls are new counts as enabled now. */
  setPolicy(tenant: Tenant, policy: ConditionalAccessPolicy): void;
  removePolicy(tenant: Tenant, name: string): void;
  /** Calls back at each change from now on. */
  watch(listener: (change: DirectoryChange) => void): void;

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
  const deleted = new Set<string>();
  const withoutCertificate = new Set<string>();
  const mfaSince = new Map<string, number>();
  const groups = new Map<string, readonly string[]>();
  const policies = new Map<string, readonly ConditionalAccessPolicy[]>();
  const listeners: ((change: DirectoryChange) => void)[] = [];
  const retired: { key: SigningKey; untilMs: number }[] = [];
  let signing = 0;

  const revoke = (user: User): void => {
    validFrom.set(user.id, clock.now());
    revocations.set(user.id, (revocations.get(user.id) ?? 0) + 1);
    tell({ kind: "user-revoked", user });
  };
  const tell = (change: DirectoryChange): void => listeners.forEach((listener) => listener(change));
  const policiesOf = (tenant: Tenant): readonly ConditionalAccessPolicy[] =>
    policies.get(tenant.id) ?? tenant.policies ?? [];
  const changePolicies = (tenant: Tenant, changed: readonly ConditionalAccessPolicy[]): void => {
    policies.set(tenant.id, changed);
    tell({ kind: "policies-changed", tenant });
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
      return tenant.users.find(
        ({ id, upn }) => !deleted.has(id) && (id === wanted || upn.toLowerCase() === wanted),
      );
    },
    homeOf(upn) {
      const wanted = upn.toLowerCase();
      for (const tenant of world.tenants) {
        const user = tenant.users.find(
          ({ id, kind, upn }) =>
            kind === "member" && !deleted.has(id) && upn.toLowerCase() === wanted,
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
    delete(user) {
      deleted.add(user.id);
      revoke(user);
    },
    revokeCertificate: (user) => void withoutCertificate.add(user.id),
    isCertificateRevoked: (user) => withoutCertificate.has(user.id),
    enableMfa(user) {
      revoke(user);
      mfaSince.set(user.id, revocations.get(user.id) ?? 0);
    },
    lacksMfa: (user, before) => before < (mfaSince.get(user.id) ?? 0),

    groups: (user) => groups.get(user.id) ?? user.groups ?? [],
    setGroups: (user, names) => void groups.set(user.id, names),
    policies: policiesOf,
    setPolicy(tenant, policy) {
      const before = policiesOf(tenant).find(({ name }) => name === policy.name);
      changePolicies(tenant, [
        ...policiesOf(tenant).filter((other) => other !== before),
        sinceWhen(policy, before, clock.now()),
      ]);
    },
    removePolicy: (tenant, name) =>
      changePolicies(
        tenant,
        policiesOf(tenant).filter((policy) => policy.name !== name),
      ),
    watch: (listener) => void listeners.push(listener),

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

/** The policy with the instant from which its controls were asked for. */
function sinceWhen(
  policy: ConditionalAccessPolicy,
  before: ConditionalAccessPolicy | undefined,
  nowMs: number,
): ConditionalAccessPolicy {
  const isOld =
    before?.state === "enabled" &&
    policy.controls.every((control) => before.controls.includes(control));
  const { enabledAtMs: _, ...rest } = policy;
  const enabledAtMs = policy.enabledAtMs ?? (isOld ? before.enabledAtMs : nowMs);
  return enabledAtMs === undefined ? rest : { ...rest, enabledAtMs };
}
