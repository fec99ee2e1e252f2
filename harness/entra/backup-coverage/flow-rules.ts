/**
 * What the documents say about a flow (E8), and which flows have a user: the rules about
 * users do not apply to workloads. Source: `docs/sources.md#d4`.
 */
import {
  articleOf,
  type EditionId,
  type FlowProtection,
  promiseOf,
  type RowFlow,
} from "../backup/edition.ts";
import type { JudgedRule } from "./coverage-judgement.ts";

/** Rule E8 for one flow. */
export function judgeFlowKind(flow: RowFlow, edition: EditionId): JudgedRule {
  const protection = promiseOf(flow, edition);
  const statement = {
    id: "E8",
    why: `${flow}: ${protection.says}${announcement(protection)}`,
    source: articleOf(protection.document),
  } as const;
  return protection.status === "protected"
    ? { ...statement, holds: true }
    : {
        ...statement,
        holds: false,
        change: insteadOf[flow],
        denies: "everybody",
        flows: [flow],
      };
}

/** Whether a user signs in, so that guests, policies and hosts of users matter. */
export function hasUser(flow: RowFlow): boolean {
  return flow !== "client-credentials" && flow !== "managed-identity";
}

/** Whether users sign in by OAuth 2.0 or OpenID Connect. */
export function isUserOAuth(flow: RowFlow): boolean {
  return hasUser(flow) && flow !== "saml-idp-initiated" && flow !== "saml-sp-initiated";
}

function announcement({ announcedFor }: FlowProtection): string {
  return announcedFor === undefined
    ? ""
    : ` It was announced for ${announcedFor}; no later text says that it came.`;
}

const covered = "This flow is covered; keep to it.";

/** What to use instead of a flow that is not covered. */
const insteadOf: Readonly<Record<RowFlow, string>> = {
  "native-refresh": covered,
  "spa-implicit-id-token": covered,
  "spa-code":
    "Only id tokens by the implicit grant are covered. Where that is no option, keep the page's own session and its cached tokens through an outage.",
  "web-id-token": covered,
  "web-code":
    "Sign users in by id tokens only, and call APIs by a managed identity where the user's own rights are not needed; else keep cached tokens through an outage.",
  "on-behalf-of":
    "Call the next API by a managed identity where the user's own rights are not needed; else keep cached tokens through an outage.",
  "device-code": "Sign in by the system's browser or broker, and refresh silently from then on.",
  password:
    "Leave the password grant: sign in interactively and refresh silently, or use a managed identity where no user is there.",
  "client-credentials": "Use a managed identity, best a user-assigned one.",
  "managed-identity": covered,
  "saml-idp-initiated": covered,
  "saml-sp-initiated":
    "Let users start at the identity provider, if the application can take that.",
  userinfo: "Read the claims from the id token, which came with the sign-in.",
};
