/** What a world may set about its token service, and nothing of its people and apps. */
import type { EditionId } from "./edition-ids.ts";

/**
 * Settings for everything that is not documented about the service, or that may vary from tenant
 * to tenant. Every default is in `defaultServiceSettings`, with its source.
 *
 * @default defaultServiceSettings
 * @example
 * const settings: Partial<ServiceSettings> = { backup: "2026-03", signInPage: "form" };
 */
export interface ServiceSettings {
  /** `expires_in` of ordinary access tokens, seconds: one number, or drawn between two (Entra: 60 to 90 minutes). */
  readonly accessTokenLifetimeSeconds: number | { readonly min: number; readonly max: number };
  /** `expires_in` of app tokens, seconds; 86399 in a recording. */
  readonly appTokenLifetimeSeconds: number;
  /** `expires_in` of CAE tokens, seconds; documents say 24 or 28 hours. */
  readonly caeTokenLifetimeSeconds: number;
  /** `ext_expires_in`: the same as expires_in (recordings), or a number of seconds. */
  readonly extendedLifetimeSeconds: "same" | number;
  /**
   * `refresh_in`, as a share of the lifetime, for tokens that live at least `fromSeconds`.
   * By default app tokens have it, as a live test of MSAL.NET expects since 2024, and tokens of
   * users have none, as in the replies recorded in 2022. Replies to apps of 2022 and 2023 had none.
   */
  readonly refreshIn:
    | "never"
    | {
        readonly fromSeconds: number;
        readonly share: number;
        readonly tokens: "app" | "user" | "user-and-app";
      };
  /**
   * Which scopes of its resource a token is granted, and the reply names: all that the app has
   * consent for (recorded), or those that were asked for.
   */
  readonly grantedScopes: "consented" | "asked";
  readonly refreshTokenInactiveDays: number;
  readonly spaRefreshTokenHours: number;
  /** How long a browser session lasts after its last use (24 h, non-persistent cookie). */
  readonly sessionHours: number;
  /** How long the session of a person who stays signed in lasts after its last use (90 days, persistent cookie). */
  readonly persistentSessionDays: number;
  readonly authCodeMinutes: number;
  /** Whom regional token endpoints serve: Microsoft's own apps (AADSTS100007 for the others), or every app. */
  readonly regionalTokenEndpoints: "first-party" | "everyone";
  readonly deviceCodeSeconds: number;
  /** How long before its issue an assertion is already valid, minutes; documents disagree (section F.1). */
  readonly samlBackdatedMinutes: number;
  /** Host in the Issuer of responses and assertions: that of the text, or that of the samples. */
  readonly samlIssuerHost: "sts.windows.net" | "login.microsoftonline.com";
  /** `NotOnOrAfter` of an assertion's conditions, minutes after its issue. */
  readonly samlLifetimeMinutes: number;
  /** `NotOnOrAfter` of its subject confirmation, minutes after its issue. */
  readonly samlConfirmationMinutes: number;
  /** Maximum age of a SAML request by its IssueInstant, minutes; Entra does not check it (section F.1), though it has an error for it. */
  readonly samlRequestAgeMinutesMax: "any" | number;
  /** Whether a repeated SAML request is answered again; not documented. */
  readonly samlRepeatedRequests: "answer" | "refuse";
  /** Whether a LogoutRequest may come by HTTP POST: the document says that sign-out "supports redirect binding, and not POST", and may mean the answer only. */
  readonly samlLogoutByPost: "answer" | "refuse";
  /** Separator in error_description: CRLF in recordings, spaces in bodies since about 2023. */
  readonly errorSeparator: "crlf" | "space";
  /** `suberror` of AADSTS50173: `bad_token` in a recording; clients handle a bare invalid_grant differently. */
  readonly revokedGrantSuberror: "bad_token" | "none";
  /** AADSTS50196: refuses that many similar requests for a user within that time (documented: 15 in 5 minutes). */
  readonly loopDetection: "off" | { readonly requests: number; readonly withinSeconds: number };
  /**
   * The backup authentication system behind the front door, by the dated text that it follows,
   * or `off`.
   */
  readonly backup: "off" | EditionId;
  /** Sessions that a sign-in frequency would end: Microsoft's articles disagree. */
  readonly backupSignInFrequency: "extend" | "block";
  /** Authentication strengths: Microsoft's articles disagree. */
  readonly backupAuthenticationStrengths: "ignore" | "block";
  /** Managed identities in the cloud operated by 21Vianet: the table of an article includes them, its text does not. */
  readonly backup21Vianet: "table" | "text";
  /** `expires_in` of the backup's tokens, seconds; not documented. */
  readonly backupTokenSeconds: number;
  /** HTTP status of the backup's decline, code 50033; not recorded. */
  readonly backupDeclineStatus: 503 | 400;
  /** How long a revocation takes to reach the backup, seconds, 0 to 900; documented is "up to 15 minutes". */
  readonly backupRevocationDelaySeconds: number;
  /** A host at which the backup is reached without the gateway (AADSTS230109); the real one is not public. */
  readonly backupHost: string;
  /** HTTP status of that refusal; not recorded. */
  readonly backupDirectStatus: 400 | 503;
  /** `x-ms-srs` of the backup's replies; not recorded. */
  readonly backupServerSequence: string;
  /** Lifetime of a managed identity's token, seconds; about 24 hours. */
  readonly managedIdentityTokenSeconds: number;
  /** How long the service behind the machine's endpoint caches a token for one identity and resource, seconds; 0 for no cache. */
  readonly managedIdentityCacheSeconds: number;
  /** IMDS: how many token requests in a second, and how many at one time, it answers before it answers 429. */
  readonly imdsRequestsPerSecondMax: number;
  readonly imdsConcurrentRequestsMax: number;
  /** IMDS: how long an answer takes, ms, so that requests overlap. */
  readonly imdsAnswerMs: number;
  /** Whether the backup serves identities that it never observed; not documented. */
  readonly backupManagedIdentities: "any" | "seen";
  /** Sign-in page: a form to fill in, or automatic: the user of `login_hint` is signed in. */
  readonly signInPage: "form" | "automatic";
  /** UPN of the user whom an automatic sign-in page signs in when the request names none; empty: the form is shown. */
  readonly signInAs: string;
  /** What people answer to "Stay signed in?": `yes` makes the session's cookie outlive the browser, and puts `kmsi` into `signin_state` of id tokens. */
  readonly staySignedIn: "yes" | "no";
  /** Whether a page asks for it after the password, as the tenant's branding says; without one, `staySignedIn` is taken for the answer. */
  readonly staySignedInPage: "shown" | "hidden";
  /** Which id tokens have `signin_state`: those whose request asks for the claim (msal-browser from 5 on does), or all. */
  readonly signInState: "asked" | "always";
  /** The published key set: the signing key first and no keys of others, or the recorded families, each by age. */
  readonly keySet: "signing-first" | "recorded";
  /**
   * By which cookie the backup recognises a browser: those of the sign-in session, or `CCState`, which
   * the primary then plants at a sign-in. The articles name `CCState`, and not how it is used.
   */
  readonly backupBrowserCookie: "session" | "CCState";
  /** Value of the cookies `CcsWeb` and `CcsNtv`, which the primary plants beside `CCState`: without `CcsWeb` the gateway offers no request of a browser to the backup. Not recorded. */
  readonly backupGatewayCookie: string;
  /** Whether the primary enforces the Conditional Access policies of a tenant, and a second factor that an administrator has required: by pages at sign-in, and by refusals at the token endpoint. */
  readonly conditionalAccess: "not-enforced" | "enforced";
  /** The page for the second factor: shown to the person, or answered by itself, as by an app that approves at once. */
  readonly secondFactorPage: "shown" | "automatic";
  /** `error` of a refusal by policy (50076, 50079, 53000, 53001, 53003): `by-version` is `invalid_grant` at v2 and `interaction_required` at v1; both were recorded. */
  readonly policyRefusals: "by-version" | "invalid_grant" | "interaction_required";
  /** `error` of AADSTS70043, a sign-in that is too old for a policy; both were reported. */
  readonly signInFrequencyError: "invalid_grant" | "interaction_required";
  /** Whether `Access-Control-Expose-Headers` lets a page read Retry-After; no 429 was recorded. */
  readonly retryAfterExposed: "yes" | "no";
  /** Whether a hidden iframe of another site has the person's session: the browser's policy for third-party cookies. */
  readonly sessionInFrames: "visible" | "blocked";
  /** `Cross-Origin-Opener-Policy` of pages that a person sees; `same-origin` separates them from the window that opened them. */
  readonly loginOpenerPolicy: "absent" | "same-origin";
}
