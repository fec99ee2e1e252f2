/**
 * Whether the backup authentication system protects an application, rule by rule, as far as
 * its registration shows. What depends on a single sign-in (E1, E2, E4, E5) is not in a
 * registration. Pure.
 */
import { articleOf, type Edition, type EditionId, editionOf } from "../backup/edition.ts";
import { hasUser, isUserOAuth, judgeFlowKind } from "./flow-rules.ts";
import { judgeCloud, judgeHost } from "./host-rules.ts";
import {
  type Judgement,
  type JudgedRule,
  type Switches,
  coverageVerdictOf,
} from "./coverage-judgement.ts";
import { judgePolicy } from "./policy-rules.ts";
import type { Registration } from "./registration.ts";

/** The answer for an application by its registration. A flow, policy or control may give several rules of one id. */
export function judgeRegistration(
  app: Registration,
  edition: EditionId,
  switches: Switches,
): Judgement {
  const context = { edition: editionOf(edition), switches };
  const rules = [
    ...app.flows.map((flow) => judgeFlowKind(flow, edition)),
    ...judgeCloud(app, context),
    ...judgeHost(app, context.edition),
    ...judgeUsers(app),
    ...judgePolicies(app, context),
    ...judgeScopes(app),
    ...judgeUserInfo(app),
    ...judgeTokenCache(app),
    ...judgeSilence(app),
    ...judgeCertificates(app, context.edition),
  ];
  const verdict = coverageVerdictOf(app.flows, rules);
  const identities = app.flows.some(hasUser) ? "users" : "workloads";
  return { subject: app.name, edition, verdict, rules, identities };
}

/** E3. */
function judgeUsers({ flows, users }: Registration): readonly JudgedRule[] {
  const concerned = flows.filter(hasUser);
  if (concerned.length === 0) return [];
  const statement = { id: "E3", source: articleOf("system") } as const;
  const { members, guests, b2c } = users ?? { members: true, guests: false, b2c: false };
  if (!guests && !b2c) {
    const why = "Only members of the home tenant sign in.";
    return [{ ...statement, holds: true, why }];
  }
  const others = [...(guests ? ["guests"] : []), ...(b2c ? ["B2C users"] : [])].join(" and ");
  const rest = members ? "members of the home tenant are" : "no one else signs in";
  return [
    {
      ...statement,
      holds: false,
      why: `Not served in an outage: ${others}; ${rest}${members ? "." : ", so no one is served."}`,
      change: "Give those who must get in during an outage an account in the home tenant.",
      denies: members ? "some" : "everybody",
      flows: concerned,
    },
  ];
}

/** E6. */
function judgePolicies(
  { flows, policies = [] }: Registration,
  context: { readonly edition: Edition; readonly switches: Switches },
): readonly JudgedRule[] {
  const concerned = flows.filter(hasUser);
  if (concerned.length === 0) return [];
  if (policies.length > 0) {
    return policies.flatMap((policy) => judgePolicy(policy, concerned, context));
  }
  return [
    {
      id: "E6",
      holds: true,
      why: "No Conditional Access policy is declared.",
      source: articleOf("resilience-defaults"),
    },
  ];
}

/** E9. */
function judgeScopes({ flows, scopes }: Registration): readonly JudgedRule[] {
  const concerned = flows.filter(isUserOAuth);
  if (concerned.length === 0 || scopes === undefined) return [];
  const statement = { id: "E9", source: articleOf("applications") } as const;
  if (!scopes.dynamicConsent) return [{ ...statement, holds: true, why: "Its scopes are fixed." }];
  return [
    {
      ...statement,
      holds: false,
      why: "It asks for scopes as it goes, and the backup knows only those that were granted before.",
      change: "Ask for one fixed set of scopes.",
      denies: "everybody",
      flows: concerned,
    },
  ];
}

/** D.9: the backup does not answer for the UserInfo endpoint, though it signs the user in. */
function judgeUserInfo({ flows, usesUserInfo }: Registration): readonly JudgedRule[] {
  const concerned = flows.filter(isUserOAuth);
  if (concerned.length === 0) return [];
  const statement = { id: "userinfo", source: articleOf("applications") } as const;
  if (usesUserInfo !== true) {
    return [{ ...statement, holds: true, why: "It does not call the UserInfo endpoint." }];
  }
  return [
    {
      ...statement,
      holds: false,
      why: "It calls the UserInfo endpoint, which should not be relied on.",
      change: "Read the same claims from the id token, which also saves requests.",
      denies: "some",
      flows: concerned,
    },
  ];
}

const CACHE_DAYS = 3;

/** E10, the first half. */
function judgeTokenCache({ flows, tokenCache }: Registration): readonly JudgedRule[] {
  if (!flows.includes("native-refresh")) return [];
  const statement = { id: "E10", source: articleOf("applications") } as const;
  const days = tokenCache?.days ?? Number.POSITIVE_INFINITY;
  if (tokenCache?.persisted === true && days >= CACHE_DAYS) {
    return [{ ...statement, holds: true, why: "Its token cache lasts three days or more." }];
  }
  const found =
    tokenCache?.persisted === true ? `lasts ${days} of them` : "is gone when the app closes";
  return [
    {
      ...statement,
      holds: false,
      why: `The token cache of a native app must last three days; this one ${found}.`,
      change: "Persist the token cache for at least three days.",
      denies: "everybody",
      flows: ["native-refresh"],
    },
  ];
}

/** E10, the second half. */
function judgeSilence({ flows, silentFirst }: Registration): readonly JudgedRule[] {
  if (!flows.includes("native-refresh")) return [];
  const statement = { id: "E10", source: articleOf("applications") } as const;
  if (silentFirst === true) {
    return [{ ...statement, holds: true, why: "It asks silently before it asks the user." }];
  }
  return [
    {
      ...statement,
      holds: false,
      why: "It asks the user without a silent attempt, and the backup shows no page.",
      change: "Acquire tokens silently first, such as by MSAL's acquireTokenSilent.",
      denies: "everybody",
      flows: ["native-refresh"],
    },
  ];
}

/** E11. It denies no one: it says who gets in during an outage. */
function judgeCertificates(
  { flows, certificateSignIn }: Registration,
  { revocationLists }: Edition,
): readonly JudgedRule[] {
  if (certificateSignIn !== true || !flows.some(hasUser)) return [];
  const why =
    revocationLists === "silent"
      ? "This edition says nothing about certificates that are revoked in an outage."
      : "Users of certificates are served, without a fresh look at revocation lists: to lock a user out in an outage, revoke the sessions.";
  return [{ id: "E11", holds: true, why, source: articleOf("system") }];
}
