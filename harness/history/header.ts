/** What a scenario says beforehand, and its journal carries for the rules: bounds, and the row it stands for. */

/** Bounds a scenario may set for the rules; each has a default in its rule's file. */
export interface RuleLimits {
  /** How long after the last fault operations may still fail, ms. */
  readonly recoveryWithinMs?: number;
  /** Requests per minute the service can bear in recovery, all clients together. */
  readonly recoveryRequestsPerMinuteMax?: number;
  /** How long past refresh_in an operation may be delayed by a failing refresh, ms. */
  readonly proactiveRefreshDelayMaxMs?: number;
  /** Like requests by one client in five minutes; ESTS's loop detection is at 15. */
  readonly likeRequestsPer5MinutesMax?: number;
  /** Share of operations that must end ok of those that could have, 0 to 1. */
  readonly availabilityMin?: number;
  /** How often an outage may make people sign in who were signed in before it. */
  readonly promptsMax?: number;
  /** How long a person may look at a blank page or a spinner, ms. */
  readonly screenStuckMaxMs?: number;
}

/**
 * The row of the backup system's table that an application stands for, with what the
 * documents promise it (`harness/entra/backup/edition.ts`).
 */
export interface FlowRow {
  /** A flow of the table, or `userinfo`. */
  readonly flow: string;
  /** Who is meant, such as `a desktop app`. */
  readonly as: string;
  readonly edition: string;
  readonly documented: "protected" | "not" | "never";
  /** What the document says, in our own words, and its address. */
  readonly says: string;
  readonly source: string;
}
