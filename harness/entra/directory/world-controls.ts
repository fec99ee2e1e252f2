/** What a script may look up and change in its world during a run; `runner/simulation/recorded-world-controls.ts` implements it. */
import type { AppRegistration, ConditionalAccessPolicy, Tenant, User } from "./world.ts";

/**
 * What a script may look up and change in its world during a run. Each change is recorded in the
 * history.
 *
 * @throws HarnessError `unknown-name`, with the nearest name, for a tenant, user, app or policy that does not exist
 * @example
 * const user = world.user("adele");
 * world.revokeSessions([user]);
 * world.setGroups(user, ["board"]);
 */
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
  /** An administrator requires a second factor of the user; grants without it become void. */
  enableMfa(user: User): void;
  /** Puts the certificate with which the user signs in on the revocation list of its issuer. */
  revokeCertificate(user: User): void;
  /** Sets the user's risk to high. */
  raiseRisk(user: User): void;
  /** Replaces the user's groups, by name. */
  setGroups(user: User, groups: readonly string[]): void;
  /** From where the user works from now on, by the name of a location; `undefined`: a place without a name. */
  setLocation(user: User, location: string | undefined): void;
  /** Adds a Conditional Access policy, or replaces the one of that name; default: of the first tenant. */
  setPolicy(policy: ConditionalAccessPolicy, tenant?: string): void;
  removePolicy(name: string, tenant?: string): void;
  /** Publishes a new signing key and signs with it; old keys stay published for `overlapMs`. */
  rotateKeys(options?: { readonly overlapMs?: number }): void;
}
