/** What a script may look up and change in its world while it runs; `harness/runner/simulation/recorded-world-controls.ts` does it and records it. */
import type { AppRegistration, ConditionalAccessPolicy, Tenant, User } from "./world.ts";

/** Changes of the world by the script; each is recorded. */
export interface WorldControls {
  tenant(name?: string): Tenant;
  /** By UPN or short name (the part before the @). */
  user(name: string, tenant?: string): User;
  app(name: string, tenant?: string): AppRegistration;
  revokeSessions(users: readonly User[] | "everyone"): void;
  /** By the user or by an administrator. */
  changePassword(user: User): void;
  disable(user: User): void;
  delete(user: User): void;
  /** An administrator asks a second factor of the user: what was granted without it is void. */
  enableMfa(user: User): void;
  /** The certificate with which the user signs in is on its issuer's revocation list from now on. */
  revokeCertificate(user: User): void;
  /** The user's risk is found to be high. */
  raiseRisk(user: User): void;
  /** Replaces the user's groups, by name. */
  setGroups(user: User, groups: readonly string[]): void;
  /** Adds a Conditional Access policy, or replaces the one of that name; default: of the first tenant. */
  setPolicy(policy: ConditionalAccessPolicy, tenant?: string): void;
  removePolicy(name: string, tenant?: string): void;
  /** Publishes a new signing key and signs with it; old keys stay published for `overlapMs`. */
  rotateKeys(options?: { readonly overlapMs?: number }): void;
}
