/**
 * Whom the backup authentication system serves, and why not: the documented rules as pure
 * functions of a session that it observed and of what is asked. Every refusal names its rule
 * and reason. Source: `docs/sources.md#d2`; E6 is in `conditional-access.ts`.
 */
import { isOpenidScope } from "../directory/identifiers.ts";
import type { ConditionalAccessPolicy } from "../directory/world.ts";
import { policyRefusals } from "./conditional-access.ts";
import {
  articleOf,
  type Cloud,
  clouds,
  type DocumentName,
  editionOf,
  type EditionId,
  type FlowKind,
} from "./edition.ts";
import type { ObservedSession } from "./observed-session.ts";
import type { PolicySwitches } from "./policy-table.ts";

/** Three days (E1). */
export const WINDOW_MS = 3 * 86_400_000;

/** What is asked of the backup, with what the backup knows of the user now. */
export interface Attempt {
  readonly atMs: number;
  readonly flow: FlowKind;
  readonly host: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** A page would have to be shown. */
  readonly interactive: boolean;
  /** The tenant's Conditional Access policies. */
  readonly policies: readonly ConditionalAccessPolicy[];
  readonly switches: PolicySwitches;
  readonly user?: {
    readonly id: string;
    readonly kind: "member" | "guest" | "b2c";
    /** How often the user has been revoked, as far as the news has reached the backup. */
    readonly revocations: number;
  };
}

/** The rules of `docs/sources.md#d2`, by number. */
export const eligibilityRules = [
  "E1",
  "E2",
  "E3",
  "E4",
  "E5",
  "E6",
  "E7",
  "E8",
  "E9",
  /** Follows from what the client does: without a token to send there is no session (E4). */
  "E10",
  /** Refuses no one: a revoked certificate shows only as a revocation of sessions (E5). */
  "E11",
] as const;

export type EligibilityRule = (typeof eligibilityRules)[number];

export interface Refusal {
  readonly rule: Exclude<EligibilityRule, "E10" | "E11">;
  readonly why: string;
  /** Address of the article. */
  readonly source: string;
}

/** All reasons not to serve an attempt; empty when it is served. */
export function refusalsOf(
  attempt: Attempt,
  session: ObservedSession | undefined,
  edition: EditionId,
): readonly Refusal[] {
  return [
    ...flowRefusals(attempt, edition),
    ...hostRefusals(attempt, edition),
    ...userRefusals(attempt),
    ...(session === undefined
      ? [refuse("E4", "no session of this app on this device was seen before the outage")]
      : [...sessionRefusals(attempt, session), ...accessRefusals(attempt, session, edition)]),
  ];
}

function accessRefusals(
  { policies, switches, atMs }: Attempt,
  session: ObservedSession,
  edition: EditionId,
): readonly Refusal[] {
  const { classicPolicies } = editionOf(edition);
  return policyRefusals(policies, session, { ...switches, classicPolicies, atMs }).map(
    ({ why, document }) => ({ rule: "E6", why, source: articleOf(document) }),
  );
}

function flowRefusals({ flow, interactive }: Attempt, edition: EditionId): readonly Refusal[] {
  const { status, says, document } = editionOf(edition).flows[flow];
  return [
    ...(status === "protected"
      ? []
      : [{ rule: "E8" as const, why: says, source: articleOf(document) }]),
    ...(interactive
      ? [refuse("E2", "the user would have to act, and the backup shows no page")]
      : []),
  ];
}

function hostRefusals({ host }: Attempt, edition: EditionId): readonly Refusal[] {
  const protections = editionOf(edition).clouds;
  const covered = clouds.some(
    (cloud: Cloud) => protections[cloud].users && protections[cloud].hosts.includes(host),
  );
  return covered ? [] : [refuse("E7", `users are not served under ${host}`)];
}

function userRefusals({ user }: Attempt): readonly Refusal[] {
  switch (user?.kind) {
    case "guest":
      return [refuse("E3", "the user is a guest in this tenant")];
    case "b2c":
      return [refuse("E3", "the user is a customer, in a B2C tenant")];
    case "member":
    case undefined:
      return [];
  }
}

function sessionRefusals(attempt: Attempt, session: ObservedSession): readonly Refusal[] {
  const refusals: Refusal[] = [];
  const ageMs = attempt.atMs - session.lastSuccessAtMs;
  if (session.clientId !== attempt.clientId || session.tenantId !== attempt.tenantId) {
    refusals.push(refuse("E1", "the session is another app's or another tenant's"));
  }
  if (ageMs > WINDOW_MS) {
    refusals.push(
      refuse(
        "E1",
        `the last success with this app on this device was ${Math.floor(ageMs / 3_600_000)} h ago; 72 h are allowed`,
      ),
    );
  }
  if (attempt.user === undefined || attempt.user.id !== session.userId) {
    refusals.push(refuse("E1", "the session is another user's"));
  } else if (attempt.user.revocations > session.revocations) {
    refusals.push(refuse("E5", "the user's sessions were revoked since"));
  }
  const extra = scopeBeyond(attempt.scopes, session);
  if (extra !== undefined) {
    refusals.push(refuse("E9", `the scope ${extra} was not part of the session`));
  }
  return refusals;
}

/** The first scope that the session does not have; `undefined` when it has all (E9). */
export function scopeBeyond(
  scopes: readonly string[],
  session: Pick<ObservedSession, "scopes">,
): string | undefined {
  const seen = new Set(session.scopes.map((scope) => scope.toLowerCase()));
  // A reply for another resource than Microsoft Graph does not name those of OpenID Connect.
  return scopes.find((scope) => !isOpenidScope(scope) && !seen.has(scope.toLowerCase()));
}

function refuse(rule: Refusal["rule"], why: string): Refusal {
  return {
    rule,
    why,
    source: articleOf(DOCUMENTS[rule] ?? "system"),
  };
}

/** The rules that come from another article than the one on the system. */
const DOCUMENTS: Readonly<Partial<Record<Refusal["rule"], DocumentName>>> = {
  E4: "resilience-defaults",
  E7: "applications",
  E9: "applications",
};
