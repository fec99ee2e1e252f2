/** A Conditional Access policy of a tenant, as plain data. */

/**
 * A Conditional Access policy. The backup system always goes by it; the primary enforces it where
 * `ServiceSettings.conditionalAccess` is `enforced`.
 *
 * @see docs/sources.md#d3
 * @example
 * const policy: ConditionalAccessPolicy = {
 *   name: "MFA for everyone",
 *   state: "enabled",
 *   users: { include: "all", groups: [], roles: [] },
 *   apps: "all",
 *   conditions: [],
 *   controls: ["mfa"],
 *   resilienceDefaults: "enabled",
 * };
 */
export interface ConditionalAccessPolicy {
  readonly name: string;
  readonly state: "enabled" | "report-only" | "disabled";
  /** Object ids, or all; names of groups and roles. `exclude`: object ids to whom it never applies, such as an emergency account. */
  readonly users: {
    readonly include: "all" | readonly string[];
    readonly groups: readonly string[];
    readonly roles: readonly string[];
    readonly exclude?: readonly string[];
  };
  /** Client ids, or all. */
  readonly apps: "all" | readonly string[];
  /** Conditions that cannot be evaluated in an outage. At the primary, a risk is what a script has raised. */
  readonly conditions: readonly ("sign-in-risk" | "user-risk" | "location")[];
  /** With the condition `location`: from where it applies, by the names in `User.location`, or all; default: from everywhere. `exclude`: the trusted ones. */
  readonly locations?: {
    readonly include: "all" | readonly string[];
    readonly exclude?: readonly string[];
  };
  /** It applies to requests for one of these authentication contexts, such as `c1`, and to no others; default: to every sign-in to its apps. */
  readonly authenticationContexts?: readonly string[];
  readonly controls: readonly (
    | "mfa"
    | "compliant-device"
    | "hybrid-joined-device"
    | "authentication-strength"
    | "block"
  )[];
  readonly signInFrequencyHours?: number;
  /** A classic policy, of the kind before today's policies. */
  readonly classic?: true;
  readonly resilienceDefaults: "enabled" | "disabled";
  /** When it was enabled, ms since the Unix epoch; absent for a policy from before the simulation. */
  readonly enabledAtMs?: number;
}
