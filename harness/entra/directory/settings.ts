/** The defaults for everything that `docs/sources.md` leaves open about the simulated service. */
import type { ServiceSettings } from "./service-settings.ts";

/**
 * Every default of the service's settings, with the section of `docs/sources.md` that it follows.
 *
 * @example
 * const world = { ...contoso, settings: { ...defaultServiceSettings, loopDetection: "off" } };
 */
export const defaultServiceSettings: ServiceSettings = {
  // Section B: random, 60 to 90 minutes, mean 75.
  accessTokenLifetimeSeconds: { min: 3_600, max: 5_400 },
  // REC1.
  appTokenLifetimeSeconds: 86_399,
  // Section I.4: 24 h in the resilience defaults text, up to 28 h elsewhere.
  caeTokenLifetimeSeconds: 86_400,
  // REC1 and REC4: equal to expires_in.
  extendedLifetimeSeconds: "same",
  grantedScopes: "consented",
  // Section R: a live test of 2024 to 2026 for apps; the recorded replies of users have none.
  refreshIn: { fromSeconds: 7_200, share: 0.5, tokens: "app" },
  refreshTokenInactiveDays: 90,
  spaRefreshTokenHours: 24,
  sessionHours: 24,
  // Section B.
  persistentSessionDays: 90,
  authCodeMinutes: 10,
  // G.5: AADSTS100007 in the documents.
  regionalTokenEndpoints: "first-party",
  deviceCodeSeconds: 900,
  // F.1: a compromise between the text (0 and 70) and the sample (5 and 55); unverified.
  samlBackdatedMinutes: 5,
  samlLifetimeMinutes: 60,
  samlConfirmationMinutes: 60,
  // Section I.8: the normative text; samples show login.microsoftonline.com.
  samlIssuerHost: "sts.windows.net",
  samlRequestAgeMinutesMax: "any",
  samlRepeatedRequests: "answer",
  samlLogoutByPost: "answer",
  // Section I.10: spaces in bodies since about 2023.
  errorSeparator: "space",
  // A.10: seen on other revoked grants.
  revokedGrantSuberror: "bad_token",
  // A.10: counted by a cookie, which clients of the token endpoint do not keep; scenarios can switch it on.
  loopDetection: "off",
  // The scenarios about outages of the primary run without it, to show what clients do by themselves.
  backup: "off",
  // Section I.1 and I.2: the resilience defaults text, which is the later one.
  backupSignInFrequency: "extend",
  backupAuthenticationStrengths: "ignore",
  // Section I.3: the table, as for the applications.
  backup21Vianet: "table",
  // D.6 and J: unverified.
  backupTokenSeconds: 3_600,
  backupDeclineStatus: 503,
  // Section E: up to 15 minutes; at once is the common case, and easier to test with.
  backupRevocationDelaySeconds: 0,
  backupHost: "backup.login.microsoftonline.com",
  backupDirectStatus: 400,
  backupServerSequence: "1.P,2.B",
  // G.3: measured with clients, which refresh at half of it.
  managedIdentityTokenSeconds: 86_400,
  // Secondary: the back end of IMDS is said to keep tokens for about 24 hours.
  managedIdentityCacheSeconds: 86_400,
  // Section E, IMDS limits of the identity category.
  imdsRequestsPerSecondMax: 20,
  imdsConcurrentRequestsMax: 5,
  // Unverified: some time, so that requests can overlap.
  imdsAnswerMs: 20,
  // D.2 is about users only: it does not say that an identity must have been seen before.
  backupManagedIdentities: "any",
  signInPage: "form",
  signInAs: "",
  // A choice of people, and of the tenant's branding (A.4).
  staySignedIn: "no",
  staySignedInPage: "hidden",
  // A.4: recorded in access tokens only, with requests that are not known.
  signInState: "asked",
  // Scenarios from before, and clients that take the first key, expect it so.
  keySet: "signing-first",
  // Unverified (A.8): the cookies are documented, and not what they do.
  backupBrowserCookie: "session",
  backupGatewayCookie: "1",
  // The worlds from before policies at the primary go on as they were.
  conditionalAccess: "not-enforced",
  secondFactorPage: "shown",
  // A.10: pasted replies, 2018 to 2025.
  policyRefusals: "by-version",
  // A.10: three replies of 2022 to 2026, and one of 2022 with the other.
  signInFrequencyError: "invalid_grant",
  // A.8 and I: the recorded Access-Control-Expose-Headers does not name it; no 429 was recorded.
  retryAfterExposed: "no",
  // Unverified: depends on the browser's policy for third-party cookies.
  sessionInFrames: "visible",
  // Unverified; `same-origin` breaks popups that poll their window.
  loginOpenerPolicy: "absent",
};
