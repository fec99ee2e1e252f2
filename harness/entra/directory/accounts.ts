/** Changes of users in a run: revocations, disabled and deleted accounts, second factors, groups. */
import type { StateStore } from "../../core/state-store.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { AppRegistration, SecondFactor, User } from "./world.ts";

export interface Accounts {
  isDisabled(user: User): boolean;
  isDeleted(user: User): boolean;
  /** Grants issued to the user before this time are void. ms since the Unix epoch; 0 when never revoked. */
  tokensValidFrom(user: User): number;
  /** How often the user's grants were voided. Distinguishes grants that were issued in the millisecond of a revocation. */
  revocations(user: User): number;
  revokeSessions(users: readonly User[]): void;
  disable(user: User): void;
  delete(user: User): void;
  /** Refuses sign-in by the certificate from now on; voids no grant. */
  revokeCertificate(user: User): void;
  isCertificateRevoked(user: User): boolean;
  /** Requires a second factor of the user from now on, and voids grants without it. */
  enableMfa(user: User): void;
  /** Whether MFA was enabled after that many revocations, so that a grant of that time lacks it. */
  lacksMfa(user: User, revocations: number): boolean;
  /** Whether an administrator requires a second factor of the user, also without a policy. */
  requiresMfa(user: User): boolean;
  /** What the user has registered by now. */
  secondFactor(user: User): SecondFactor;
  /** Registers the app of a user who had nothing registered. */
  registerSecondFactor(user: User): void;
  /** When the user first proved themselves a second time; `undefined` when never. ms since the Unix epoch. */
  provedAtMs(user: User): number | undefined;
  noteProved(user: User): void;
  /** Whether the user's risk was raised. */
  isAtRisk(user: User): boolean;
  raiseRisk(user: User): void;
  /** The named location from which the user works now. */
  location(user: User): string | undefined;
  /** From `undefined` on, the user is at no place that has a name. */
  setLocation(user: User, location: string | undefined): void;
  /** What the user has consented to for an app, as full scope URIs. */
  consents(app: AppRegistration, user: User): readonly string[];
  consent(app: AppRegistration, user: User, scopes: readonly string[]): void;
  /** Names of the user's groups now. */
  groups(user: User): readonly string[];
  setGroups(user: User, groups: readonly string[]): void;
}

/** Accounts as the world has them; `onRevoked` is called for each user whose grants are voided. */
export function createAccounts(
  clock: Clock,
  onRevoked: (user: User) => void,
  state: StateStore,
): Accounts {
  const validFrom = state.map<number>("tokens valid from");
  const revocations = state.map<number>("revocations");
  const mfaSince = state.map<number>("multi-factor since");
  const groups = state.map<readonly string[]>("groups");
  const secondFactors = state.map<SecondFactor>("second factors");
  const provedAt = state.map<number>("second factors used");
  const consents = state.map<readonly string[]>("consents");
  const locations = state.map<string>("locations");
  const risky = state.map<true>("users at risk");
  const disabled = state.map<true>("disabled users");
  const deleted = state.map<true>("deleted users");
  const withoutCertificate = state.map<true>("revoked certificates");

  const revoke = (user: User): void => {
    validFrom.set(user.id, clock.now());
    revocations.set(user.id, (revocations.get(user.id) ?? 0) + 1);
    onRevoked(user);
  };

  return {
    isDisabled: (user) => user.disabled === true || disabled.has(user.id),
    isDeleted: (user) => deleted.has(user.id),
    tokensValidFrom: (user) => validFrom.get(user.id) ?? 0,
    revocations: (user) => revocations.get(user.id) ?? 0,
    revokeSessions: (users) => users.forEach(revoke),
    disable(user) {
      disabled.set(user.id, true);
      revoke(user);
    },
    delete(user) {
      deleted.set(user.id, true);
      revoke(user);
    },
    revokeCertificate: (user) => void withoutCertificate.set(user.id, true),
    isCertificateRevoked: (user) => withoutCertificate.has(user.id),
    enableMfa(user) {
      revoke(user);
      mfaSince.set(user.id, revocations.get(user.id) ?? 0);
    },
    lacksMfa: (user, before) => before < (mfaSince.get(user.id) ?? 0),
    requiresMfa: (user) => mfaSince.has(user.id),
    secondFactor: (user) => secondFactors.get(user.id) ?? user.secondFactor ?? { kind: "app" },
    registerSecondFactor: (user) => void secondFactors.set(user.id, { kind: "app" }),
    provedAtMs: (user) => provedAt.get(user.id),
    noteProved(user) {
      if (!provedAt.has(user.id)) provedAt.set(user.id, clock.now());
    },
    isAtRisk: (user) => risky.has(user.id),
    raiseRisk(user) {
      risky.set(user.id, true);
      revoke(user);
    },
    location: (user) =>
      (locations.has(user.id) ? locations.get(user.id) : user.location) || undefined,
    setLocation: (user, location) => void locations.set(user.id, location ?? ""),
    consents: (app, user) => consents.get(`${app.clientId} ${user.id}`) ?? [],
    consent(app, user, scopes) {
      const key = `${app.clientId} ${user.id}`;
      consents.set(key, [...new Set([...(consents.get(key) ?? []), ...scopes])]);
    },
    groups: (user) => groups.get(user.id) ?? user.groups ?? [],
    setGroups: (user, names) => void groups.set(user.id, names),
  };
}
