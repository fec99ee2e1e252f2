/** The event of a change in the world, and which changes end no session: rules must not take them for a revocation. */
import type { EventBase } from "./event-base.ts";

/** Something in the world changed, by the script. */
export interface WorldChanged extends EventBase {
  readonly kind: "world-changed";
  readonly change:
    | "sessions-revoked"
    | "password-changed"
    | "user-disabled"
    | "user-deleted"
    | "mfa-enabled"
    | "user-risk-high"
    | "refresh-tokens-revoked"
    | "keys-rotated"
    | "secret-rolled"
    | "certificate-revoked"
    | "groups-changed"
    | "policy-set"
    | "policy-removed";
  readonly tenant: string;
  /** Object ids; absent means everyone in the tenant. */
  readonly users?: readonly string[];
  readonly app?: string;
  /** Name of the Conditional Access policy. */
  readonly policy?: string;
}

/** Changes that end no session: what was granted stays good. */
export const harmlessChanges: ReadonlySet<WorldChanged["change"]> = new Set([
  "keys-rotated",
  "secret-rolled",
  "certificate-revoked",
  "groups-changed",
  "policy-set",
  "policy-removed",
] as const);
