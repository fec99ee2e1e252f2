/**
 * AADSTS codes of Conditional Access and second factors: what a policy asks of a person who signs
 * in, or of a session that goes on. `error` is that of v2 (`ServiceSettings.policyRefusals`).
 */
import type { AadstsRow } from "./code-row.ts";

const BY_POLICY = {
  status: 400,
  error: "invalid_grant",
  redirectError: "interaction_required",
} as const;

const LIKE_53003 = "assumed: like 53003";

export const policyCodes = {
  50076: {
    ...BY_POLICY,
    suberror: "basic_action",
    text: "The user must use multi-factor authentication since a change by the administrator.",
    source:
      "reported: AzureAD/microsoft-authentication-library-for-js issue 5491 (2023-01), with `claims`; five pasted replies of 2020 to 2024 to passwords have none",
  },
  50079: {
    ...BY_POLICY,
    suberror: "basic_action",
    text: "The user must register for multi-factor authentication.",
    source: "reported: the article on the on-behalf-of flow (2017); suberror assumed",
  },
  53000: {
    ...BY_POLICY,
    suberror: "message_only",
    text: "A policy requires a compliant device, and the device is not compliant.",
    source: LIKE_53003,
  },
  53001: {
    ...BY_POLICY,
    suberror: "message_only",
    text: "A policy requires a device that is joined to the domain, and the device is not.",
    source: LIKE_53003,
  },
  53003: {
    ...BY_POLICY,
    suberror: "message_only",
    text: "Access has been blocked by Conditional Access policies.",
    source: "recorded: a log of Azure Identity (2025-03), with `claims`",
  },
  70043: {
    ...BY_POLICY,
    suberror: "token_expired",
    text: "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access.",
    isListed: false,
    source: "reported: three pasted replies of 2022 to 2026, without an error_uri",
  },
  70044: {
    ...BY_POLICY,
    text: "The session has expired or is invalid due to sign-in frequency checks by Conditional Access.",
    isListed: false,
    source: "reported: two code bases (2026), on redirects",
  },
  500121: {
    ...BY_POLICY,
    text: "The second factor was not confirmed: the request was denied, or has timed out.",
    source: "documented: Microsoft's list of codes; shown on the page only",
  },
} as const satisfies Readonly<Record<number, AadstsRow>>;
