/**
 * A world: the tenants, users, devices and apps of a scenario. It is fixture data: readonly,
 * and printable as JSON. What changes in a run (revocations, keys) is in `directory.ts`.
 */

import type { LoginCloud } from "./clouds.ts";
import type { EditionId } from "./edition-ids.ts";

export interface User {
  /** Object id in this tenant. */
  readonly id: string;
  readonly upn: string;
  readonly name: string;
  readonly password: string;
  /** The account of a guest has its home in another tenant of the world. */
  readonly kind: "member" | "guest";
  readonly homeTenant?: string;
  /** A guest's object id in the home tenant: the `uid` of `client_info`. Default: `id`. */
  readonly homeId?: string;
  readonly devices: readonly string[];
  readonly disabled?: true;
  /** Names of groups and directory roles, for Conditional Access. */
  readonly groups?: readonly string[];
  readonly roles?: readonly string[];
  /**
   * How the user authenticates; default: by password. A certificate can be revoked; on the
   * sign-in page `password` stands for it. The backup ignores both (E11).
   */
  readonly signsInWith?: "password" | "certificate";
}

export interface Device {
  readonly id: string;
  readonly name: string;
  readonly platform: "windows" | "macos" | "linux" | "ios" | "android";
}

export interface ClientSecret {
  readonly value: string;
  /** ms since the Unix epoch; absent for a secret that does not expire in the run. */
  readonly expiresAt?: number;
}

/** The SAML registration of an app that signs its users in by SAML 2.0. */
export interface SamlRegistration {
  /** Identifiers (entity ids), the audiences of its assertions; the first is used for a sign-in that starts at Entra. */
  readonly identifiers: readonly string[];
  /** Reply URLs (assertion consumer services); the first is the default. */
  readonly replyUrls: readonly string[];
  /** RelayState of a sign-in that starts at Entra. */
  readonly relayState?: string;
  /** What Entra signs; Entra's own default is `assertion`. */
  readonly sign: "assertion" | "response" | "both";
  /** The app's own signing certificate and its private key; PEM. */
  readonly certificate: string;
  readonly privateKey: string;
  /** Certificates of the service provider, PEM: with any, requests must be signed by one of them. */
  readonly requestCertificates?: readonly string[];
}

/** An app registration, seen from its home tenant. */
export interface AppRegistration {
  /** Short name, unique in the world, by which scripts find it. */
  readonly name: string;
  readonly clientId: string;
  /** Object id of its service principal: `oid` and `sub` of app tokens. */
  readonly servicePrincipalId: string;
  readonly kind: "daemon" | "web" | "api" | "native" | "spa" | "managed-identity";
  /** For a managed identity only. */
  readonly managedIdentity?: ManagedIdentity;
  readonly multiTenant?: true;
  /** One of Microsoft's own apps: regional token endpoints serve no others. */
  readonly firstParty?: true;
  readonly redirectUris: readonly {
    readonly type: "web" | "spa" | "native";
    readonly uri: string;
  }[];
  readonly secrets: readonly ClientSecret[];
  /** PEM certificates whose client assertions are accepted. */
  readonly certificates: readonly string[];
  /** Delegated permissions that are consented, as full scope URIs. */
  readonly delegated: readonly string[];
  /** Application permissions by resource identifier URI: the `roles` of app tokens. */
  readonly appRoles: Readonly<Record<string, readonly string[]>>;
  /** Set for an app that signs its users in by SAML. */
  readonly saml?: SamlRegistration;
}

/** What a managed identity has in addition to its client id; its object id is `servicePrincipalId`. */
export interface ManagedIdentity {
  /** Bound to one Azure resource, or an Azure resource itself that several machines may share. */
  readonly assigned: "system" | "user";
  /** Its Azure Resource Manager id. */
  readonly resourceId: string;
}

/** Where a program gets tokens of managed identities: `docs/sources.md#g1`. */
export const machineSources = [
  "imds",
  "app-service",
  "service-fabric",
  "azure-arc",
  "cloud-shell",
  "machine-learning",
] as const;

export type MachineSource = (typeof machineSources)[number];

/** A machine or service of Azure on which an application runs. */
export interface Machine {
  /** Unique in the world. */
  readonly name: string;
  readonly source: MachineSource;
  /** Azure region, such as `westeurope`; its authentication service serves the machine's identities. */
  readonly region: string;
  /** Default: the commercial cloud. */
  readonly cloud?:
    | "commercial"
    | "government"
    | "government-secret"
    | "government-top-secret"
    | "21vianet";
  /** The tenant of its identities, by name. */
  readonly tenant: string;
  /** Short names of the managed identities of the machine. */
  readonly identities: readonly string[];
  /** IMDS only: clients find the endpoint by `AZURE_POD_IDENTITY_AUTHORITY_HOST`. */
  readonly podIdentity?: true;
}

/** A protected API, for which apps request tokens. */
export interface ProtectedResource {
  readonly name: string;
  readonly identifierUri: string;
  /** Its app id: `aud` of its v2 tokens. */
  readonly appId: string;
  /** The format of its access tokens: chosen by the resource, not by the endpoint. */
  readonly tokenVersion: "1.0" | "2.0";
  readonly hosts: readonly string[];
  readonly scopes: readonly string[];
  /** Whether it takes part in continuous access evaluation, so that tokens of capable clients live long. */
  readonly cae: boolean;
}

/** A Conditional Access policy as far as the backup system is concerned: the simulated primary enforces none. */
export interface ConditionalAccessPolicy {
  readonly name: string;
  readonly state: "enabled" | "report-only" | "disabled";
  /** Object ids, or all; names of groups and roles. */
  readonly users: {
    readonly include: "all" | readonly string[];
    readonly groups: readonly string[];
    readonly roles: readonly string[];
  };
  /** Client ids, or all. */
  readonly apps: "all" | readonly string[];
  /** Conditions that cannot be evaluated in an outage. */
  readonly conditions: readonly ("sign-in-risk" | "user-risk" | "location")[];
  readonly controls: readonly ("mfa" | "compliant-device" | "authentication-strength")[];
  readonly signInFrequencyHours?: number;
  /** A classic policy, of the kind before today's policies. */
  readonly classic?: true;
  readonly resilienceDefaults: "enabled" | "disabled";
  /** When it was enabled, ms since the Unix epoch; absent for a policy from before the simulation. */
  readonly enabledAtMs?: number;
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly domains: readonly string[];
  readonly users: readonly User[];
  readonly devices: readonly Device[];
  readonly apps: readonly AppRegistration[];
  /** `tenant_region_scope` of its metadata. */
  readonly region: string;
  /** Set for a tenant of customers: Azure AD B2C. */
  readonly kind?: "b2c";
  /** Its cloud: other clouds do not know the tenant. Absent: every cloud does. */
  readonly cloud?: LoginCloud["name"];
  readonly policies?: readonly ConditionalAccessPolicy[];
}

/** Settings for everything that is not documented about the service, or that may vary; the defaults are in `defaultServiceSettings`. */
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
   * A recorded reply to client credentials had none, so by default app tokens have none.
   */
  readonly refreshIn:
    | "never"
    | {
        readonly fromSeconds: number;
        readonly share: number;
        readonly tokens: "user" | "user-and-app";
      };
  readonly refreshTokenInactiveDays: number;
  readonly spaRefreshTokenHours: number;
  /** How long a browser session lasts after its last use (24 h, non-persistent cookie). */
  readonly sessionHours: number;
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
  /** Whether `Access-Control-Expose-Headers` lets a page read Retry-After; no 429 was recorded. */
  readonly retryAfterExposed: "yes" | "no";
  /** Whether a hidden iframe of another site has the person's session: the browser's policy for third-party cookies. */
  readonly sessionInFrames: "visible" | "blocked";
  /** `Cross-Origin-Opener-Policy` of pages that a person sees; `same-origin` separates them from the window that opened them. */
  readonly loginOpenerPolicy: "absent" | "same-origin";
}

export interface World {
  readonly name: string;
  readonly tenants: readonly Tenant[];
  readonly resources: readonly ProtectedResource[];
  readonly settings: ServiceSettings;
  readonly machines?: readonly Machine[];
}
