/**
 * Every documented rule of the backup once, with its source, written from the documents and
 * not from our code: `documented-rules.test.ts` compares the two. The compiler requires a row
 * for each member of a union. Source: `docs/sources.md#d2` to D.4, I.1 to I.3.
 */
import type { ConditionalAccessPolicy } from "../../harness/entra/directory/world.ts";
import type {
  Cloud,
  DocumentName,
  EditionId,
  FlowKind,
} from "../../harness/entra/backup/edition.ts";
import type { Attempt, EligibilityRule, Refusal } from "../../harness/entra/backup/eligibility.ts";
import type { ObservedSession } from "../../harness/entra/backup/observed-session.ts";
import type {
  PolicyPart,
  PolicySwitches,
  SessionCase,
} from "../../harness/entra/backup/policy-table.ts";

/** A change to a sign-in that meets all rules. */
export interface Case {
  readonly attempt?: Partial<Attempt>;
  /** "none": no session was observed. */
  readonly session?: Partial<ObservedSession> | "none";
}

export interface DocumentedRule {
  /** In our own words. */
  readonly says: string;
  readonly document: DocumentName;
  readonly served: Case;
  readonly refused: Case & { readonly by: Refusal["rule"] };
}

export const HOUR_MS = 3_600_000;
export const startMs = Date.UTC(2026, 2, 2, 8);
const member = { id: "adele", kind: "member", revocations: 0 } as const;

export const policy: ConditionalAccessPolicy = {
  name: "P",
  state: "enabled",
  users: { include: "all", groups: [], roles: [] },
  apps: "all",
  conditions: [],
  controls: ["mfa"],
  resilienceDefaults: "enabled",
};

/** D.2. */
export const rules: Readonly<Record<EligibilityRule, DocumentedRule>> = {
  E1: {
    says: "The same user, app and device had a success within three days.",
    document: "system",
    served: { attempt: { atMs: startMs + 72 * HOUR_MS } },
    refused: { attempt: { atMs: startMs + 72 * HOUR_MS + 1 }, by: "E1" },
  },
  E2: {
    says: "No interactive step is needed.",
    document: "system",
    served: { attempt: { interactive: false } },
    refused: { attempt: { interactive: true }, by: "E2" },
  },
  E3: {
    says: "The user is a member of the home tenant.",
    document: "system",
    served: { attempt: { user: member } },
    refused: { attempt: { user: { ...member, kind: "guest" } }, by: "E3" },
  },
  E4: {
    says: "There is a session already; new ones are never begun.",
    document: "resilience-defaults",
    served: { session: {} },
    refused: { session: "none", by: "E4" },
  },
  E5: {
    says: "Nothing has revoked the session since its last success.",
    document: "system",
    served: { attempt: { user: { ...member, revocations: 1 } }, session: { revocations: 1 } },
    refused: { attempt: { user: { ...member, revocations: 1 } }, by: "E5" },
  },
  E6: {
    says: "No Conditional Access policy denies it.",
    document: "resilience-defaults",
    served: { attempt: { policies: [policy] } },
    refused: {
      attempt: {
        policies: [{ ...policy, conditions: ["location"], resilienceDefaults: "disabled" }],
      },
      by: "E6",
    },
  },
  E7: {
    says: "The host is one that the backup covers.",
    document: "applications",
    served: { attempt: { host: "login.microsoftonline.us" } },
    refused: { attempt: { host: "login.windows.net" }, by: "E7" },
  },
  E8: {
    says: "The flow is one that the backup protects.",
    document: "applications",
    served: { attempt: { flow: "native-refresh" } },
    refused: { attempt: { flow: "web-code" }, by: "E8" },
  },
  E9: {
    says: "The scopes are fixed: within those of the session.",
    document: "applications",
    served: { attempt: { scopes: ["User.Read"] } },
    refused: { attempt: { scopes: ["User.Read", "Mail.Read"] }, by: "E9" },
  },
  E10: {
    says: "Native apps keep their tokens for three days and ask silently: without its token an app has no session.",
    document: "applications",
    served: { attempt: { atMs: startMs + 71 * HOUR_MS } },
    refused: { session: "none", by: "E4" },
  },
  E11: {
    says: "Certificate users are served by what held at the last backup; to lock one out, revoke the sessions.",
    document: "system",
    served: { attempt: { user: member } },
    refused: { attempt: { user: { ...member, revocations: 1 } }, by: "E5" },
  },
};

/** D.3, the session table. */
export const documentedSessionCases: Readonly<
  Record<SessionCase, Case & { readonly access: "served" | "refused" }>
> = {
  new: { access: "refused", session: "none" },
  "existing, without a policy": { access: "served", attempt: { policies: [] } },
  "existing, controls met at its start": { access: "served", attempt: { policies: [policy] } },
  "existing, controls not met": {
    access: "refused",
    attempt: { policies: [{ ...policy, enabledAtMs: startMs + 1 }] },
  },
};

interface DocumentedPart {
  /** With resilience defaults, without them, and where the stricter article is believed. */
  readonly on: "served" | "refused";
  readonly off: "served" | "refused";
  readonly strict?: { readonly switch: keyof PolicySwitches; readonly access: "refused" };
  /** How a world writes it; absent where only a registration has it. */
  readonly inWorld?: Partial<ConditionalAccessPolicy>;
}

const evaluated: DocumentedPart = { on: "served", off: "served" };
const notEvaluable: DocumentedPart = { on: "served", off: "refused" };
const noUsers = { include: [], groups: [], roles: [] } as const;

/** D.3: whether a session is served that met the policy, an hour after its sign-in frequency ended. */
export const policyParts: Readonly<Record<PolicyPart, DocumentedPart>> = {
  users: { ...evaluated, inWorld: { users: { ...noUsers, include: ["adele"] } } },
  groups: { ...notEvaluable, inWorld: { users: { ...noUsers, groups: ["board"] } } },
  roles: { ...notEvaluable, inWorld: { users: { ...noUsers, roles: ["admin"] } } },
  "sign-in-risk": { ...notEvaluable, inWorld: { conditions: ["sign-in-risk"] } },
  "user-risk": { ...notEvaluable, inWorld: { conditions: ["user-risk"] } },
  countries: { ...notEvaluable, inWorld: { conditions: ["location"] } },
  "ip-ranges": evaluated,
  "device-platforms": evaluated,
  "client-app-types": evaluated,
  "device-filter": evaluated,
  block: evaluated,
  mfa: { ...evaluated, inWorld: { controls: ["mfa"] } },
  "authentication-strength": {
    ...notEvaluable,
    strict: { switch: "authenticationStrengths", access: "refused" },
    inWorld: { controls: ["authentication-strength"] },
  },
  "compliant-device": { ...evaluated, inWorld: { controls: ["compliant-device"] } },
  "hybrid-joined-device": evaluated,
  "approved-app": evaluated,
  "app-protection": evaluated,
  "terms-of-use": evaluated,
  "sign-in-frequency": {
    on: "served",
    off: "refused",
    strict: { switch: "signInFrequency", access: "refused" },
    inWorld: { signInFrequencyHours: 1 },
  },
  "persistent-browser": evaluated,
  "app-enforced-restrictions": evaluated,
  "cloud-app-security": evaluated,
  "token-protection": evaluated,
};

/** D.3, and S4 in D.4: what a classic policy does in each edition. */
export const classicPolicies: Readonly<Record<EditionId, "served" | "refused">> = {
  "2023-06": "refused",
  "2024-01": "refused",
  "2024-05": "refused",
  "2025-07": "refused",
  "2025-08": "refused",
  "2026-03": "served",
};

/** D.4: the same in every edition; a date that one announced for it. */
export const flows: Readonly<
  Record<FlowKind, { readonly access: "served" | "refused"; readonly announced?: string }>
> = {
  "native-refresh": { access: "served" },
  "spa-implicit-id-token": { access: "served" },
  "spa-code": { access: "refused" },
  "web-id-token": { access: "served" },
  "web-code": { access: "refused", announced: "2024-09" },
  "on-behalf-of": { access: "refused" },
  "device-code": { access: "refused" },
  password: { access: "refused" },
  "client-credentials": { access: "refused", announced: "2024-12" },
  "managed-identity": { access: "served" },
  "saml-idp-initiated": { access: "served" },
  "saml-sp-initiated": { access: "refused", announced: "2024-03" },
};

const both = "users and workloads";

/** D.4 and I.3: who is served in a cloud, in the first two editions and in the later two. */
export const cloudsOf: Readonly<
  Record<
    Cloud,
    Readonly<Record<"until 2024" | "from 2025", "users and workloads" | "workloads" | "none">>
  >
> = {
  commercial: { "until 2024": both, "from 2025": both },
  government: { "until 2024": both, "from 2025": both },
  "government-secret": { "until 2024": "workloads", "from 2025": both },
  "government-top-secret": { "until 2024": "workloads", "from 2025": both },
  "21vianet": { "until 2024": "none", "from 2025": "workloads" },
};
