/**
 * Which settings of the service are guesses, or values on which documents and recordings do not
 * agree, and what else they may be. A control plays a finding with the other values as well, so
 * that it names the settings it depends on.
 */
import type { ServiceSettings } from "./service-settings.ts";

/**
 * What a value may be that no source gives for certain.
 *
 * @example
 * const refreshIn: Alternatives = { because: "documents do not say", values: ["never"] };
 */
export interface Alternatives<Value = unknown> {
  /** What is not known, in half a sentence. */
  readonly because: string;
  /** Values that are as good a guess. */
  readonly values?: readonly Value[];
  /** Fields that such a value takes from the one it replaces, where both are objects. */
  readonly keeps?: readonly string[];
  /** Where a number may be, both ends included. */
  readonly between?: { readonly min: number; readonly max: number };
}

/** `sourced`: documented or recorded, or a choice of the test and not of the service. */
export const unverifiedSettings: {
  readonly [Name in keyof ServiceSettings]-?: "sourced" | Alternatives<ServiceSettings[Name]>;
} = {
  accessTokenLifetimeSeconds: "sourced",
  appTokenLifetimeSeconds: "sourced",
  caeTokenLifetimeSeconds: {
    because: "documents say 24 and 28 hours",
    between: { min: 86_400, max: 100_800 },
  },
  extendedLifetimeSeconds: {
    because: "recordings have ext_expires_in equal to expires_in, documents a longer one",
    values: ["same", 172_800],
  },
  refreshIn: {
    because:
      "replies to apps have refresh_in in a live test since 2024 and none in older recordings; those of users were last recorded in 2022, without",
    values: [
      "never",
      { fromSeconds: 7_200, share: 0.5, tokens: "app" },
      { fromSeconds: 7_200, share: 0.5, tokens: "user" },
      { fromSeconds: 7_200, share: 0.5, tokens: "user-and-app" },
    ],
    keeps: ["fromSeconds", "share"],
  },
  grantedScopes: {
    because: "it was recorded for one of Microsoft's own apps",
    values: ["consented", "asked"],
  },
  refreshTokenInactiveDays: "sourced",
  spaRefreshTokenHours: "sourced",
  sessionHours: "sourced",
  persistentSessionDays: "sourced",
  authCodeMinutes: "sourced",
  regionalTokenEndpoints: "sourced",
  deviceCodeSeconds: "sourced",
  samlBackdatedMinutes: { because: "text and samples disagree", between: { min: 0, max: 5 } },
  samlIssuerHost: {
    because: "text and samples disagree",
    values: ["sts.windows.net", "login.microsoftonline.com"],
  },
  samlLifetimeMinutes: { because: "text and samples disagree", between: { min: 55, max: 70 } },
  samlConfirmationMinutes: { because: "text and samples disagree", between: { min: 5, max: 70 } },
  samlRequestAgeMinutesMax: "sourced",
  samlRepeatedRequests: { because: "it is not documented", values: ["answer", "refuse"] },
  samlLogoutByPost: {
    because: "the document names the redirect binding, and may mean the answer only",
    values: ["answer", "refuse"],
  },
  errorSeparator: { because: "it has changed over the years", values: ["crlf", "space"] },
  revokedGrantSuberror: {
    because: "it is recorded for some revoked grants only",
    values: ["bad_token", "none"],
  },
  loopDetection: {
    because: "the service counts by a cookie, which clients of the token endpoint may not keep",
    values: ["off", { requests: 15, withinSeconds: 300 }],
  },
  backup: "sourced",
  backupSignInFrequency: { because: "articles disagree", values: ["extend", "block"] },
  backupAuthenticationStrengths: { because: "articles disagree", values: ["ignore", "block"] },
  backup21Vianet: { because: "a table and its text disagree", values: ["table", "text"] },
  backupTokenSeconds: { because: "it is not documented", between: { min: 600, max: 86_400 } },
  backupDeclineStatus: { because: "it is not recorded", values: [503, 400] },
  backupRevocationDelaySeconds: {
    because: "documented is up to 15 minutes",
    between: { min: 0, max: 900 },
  },
  backupHost: "sourced",
  backupDirectStatus: { because: "it is not recorded", values: [400, 503] },
  backupServerSequence: "sourced",
  managedIdentityTokenSeconds: "sourced",
  managedIdentityCacheSeconds: {
    because: "only secondary sources name it",
    between: { min: 0, max: 86_400 },
  },
  imdsRequestsPerSecondMax: "sourced",
  imdsConcurrentRequestsMax: "sourced",
  imdsAnswerMs: { because: "it is not documented", between: { min: 1, max: 2_000 } },
  backupManagedIdentities: { because: "it is not documented", values: ["any", "seen"] },
  signInPage: "sourced",
  signInAs: "sourced",
  staySignedIn: { because: "people answer either way", values: ["yes", "no"] },
  staySignedInPage: "sourced",
  signInState: {
    because: "it is recorded in access tokens only, with requests that are not known",
    values: ["asked", "always"],
  },
  keySet: "sourced",
  backupBrowserCookie: {
    because: "an article names the cookie CCState, and not how it is used",
    values: ["session", "CCState"],
  },
  backupGatewayCookie: "sourced",
  conditionalAccess: "sourced",
  secondFactorPage: "sourced",
  policyRefusals: {
    because: "replies of both versions were pasted with either error",
    values: ["by-version", "invalid_grant", "interaction_required"],
  },
  signInFrequencyError: {
    because: "replies with either error were pasted",
    values: ["invalid_grant", "interaction_required"],
  },
  retryAfterExposed: { because: "no 429 was recorded", values: ["yes", "no"] },
  sessionInFrames: {
    because: "it depends on the browser's policy for third-party cookies",
    values: ["visible", "blocked"],
  },
  loginOpenerPolicy: { because: "it is not recorded", values: ["absent", "same-origin"] },
};
