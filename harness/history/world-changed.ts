/** The event of a change in the world, and which changes do not end a session. */
import type { EventBase } from "./event-base.ts";

/**
 * The script changed something in the world.
 *
 * @example
 * const changes = history.events.filter((event) => event.kind === "world-changed");
 */
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
    | "location-changed"
    | "policy-set"
    | "policy-removed";
  readonly tenant: string;
  /** Object ids; absent: everyone in the tenant. */
  readonly users?: readonly string[];
  readonly app?: string;
  /** Of `keys-rotated`: how long the old keys stay published, ms; absent for a day. */
  readonly overlapMs?: number;
  /** The name of the Conditional Access policy. */
  readonly policy?: string;
}

/** Changes that end no session: tokens that were issued stay valid. */
export const harmlessChanges: ReadonlySet<WorldChanged["change"]> = new Set([
  "keys-rotated",
  "secret-rolled",
  "certificate-revoked",
  "groups-changed",
  "location-changed",
  "policy-set",
  "policy-removed",
] as const);
