/**
 * A world: the tenants, users, devices and apps that a scenario plays in. Fixture data,
 * readonly, prints as JSON. What changes in a run (revocations, keys) is in `directory.ts`.
 */

import type { LoginCloud } from "./clouds.ts";
import type { EditionId } from "./edition-ids.ts";

export interface User {
  /** Object id in this tenant. */
  readonly id: string;
  readonly upn: string;
  readonly name: string;
  readonly password: string;
  /** A guest's account is at home in another tenant of the world. */
  readonly kind: "member" | "guest";
  readonly homeTenant?: string;
  /** A guest's object id at home: the `uid` of `client_info`. Default: `id`. */
  readonly homeId?: string;
  readonly devices: readonly string[];
  readonly disabled?: true;
  /** Names of groups and directory roles, for Conditional Access. */
  readonly groups?: readonly string[];
  readonly roles?: readonly string[];
  /**
   * How the user proves who they are; default: by password. A certificate can be revoked:
   * `password` then stands for it on the sign-in page. The backup looks at neither (E11).
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
  /** ms since the Unix epoch; absent means it does not expire in the run. */
  readonly expiresAt?: number;
}

/** What an app is registered with that signs its users in by SAML 2.0. */
export interface SamlRegistration {
  /** Identifiers (entity ids), the audiences of its assertions; the first is that of a sign-in that starts at Entra. */
  readonly identifiers: readonly string[];
  /** Reply URLs (assertion consumer services); the first is the default. */
  readonly replyUrls: readonly string[];
  /** RelayState of a sign-in that starts at Entra. */
  readonly relayState?: string;
  /** What Entra signs; its own default is `assertion`. */
  readonly sign: "assertion" | "response" | "both";
  /** The app's own certificate, by which Entra signs for it, and its key; PEM. */
  readonly certificate: string;
  readonly privateKey: string;
  /** Certificates of the service provider, PEM: when present, requests must be signed by one of them. */
  readonly requestCertificates?: readonly string[];
}

/** An app registration, seen from its home tenant. */
export interface AppRegistration {
  /** Short name, unique in the world: how scripts ask for it. */
  readonly name: string;
  readonly clientId: string;
  /** Object id of its service principal: `oid` and `sub` of app tokens. */
  readonly servicePrincipalId: string;
  readonly kind: "daemon" | "web" | "api" | "native" | "spa" | "managed-identity";
  /** Of a managed identity, and of no other kind. */
  readonly managedIdentity?: ManagedIdentity;
  readonly multiTenant?: true;
  /** Microsoft's own: regional token endpoints serve nobody else. */
  readonly firstParty?: true;
  readonly redirectUris: readonly {
    readonly type: "web" | "spa" | "native";
    readonly uri: string;
  }[];
  readonly secrets: readonly ClientSecret[];
  /** PEM certificates whose assertions are accepted. */
  readonly certificates: readonly string[];
  /** Delegated permissions that are consented, as full scope URIs. */
  readonly delegated: readonly string[];
  /** Application permissions by resource identifier URI: the `roles` of app tokens. */
  readonly appRoles: Readonly<Record<string, readonly string[]>>;
  /** Present when it signs its users in by SAML. */
  readonly saml?: SamlRegistration;
}

/** What a managed identity has besides a client id; its object id is `servicePrincipalId`. */
export interface ManagedIdentity {
  /** Bound to one resource, or a resource of its own that several machines may share. */
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

/** A machine or service of Azure on which an application runs: its position in the network. */
export interface Machine {
  /** Unique in the world. */
  readonly name: string;
  readonly source: MachineSource;
  /** Azure region, such as `westeurope`: whose authentication service its identities use. */
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
  /** Short names of the managed identities that it may use. */
  readonly identities: readonly string[];
  /** IMDS only: the endpoint is found by `AZURE_POD_IDENTITY_AUTHORITY_HOST`. */
  readonly podIdentity?: true;
}

/** A protected API: what tokens are asked for. */
export interface ProtectedResource {
  readonly name: string;
  readonly identifierUri: string;
  /** `aud` of its tokens when they are v2: its app id. */
  readonly appId: string;
  /** The resource, not the endpoint, chooses the access token format. */
  readonly tokenVersion: "1.0" | "2.0";
  readonly hosts: readonly string[];
  readonly scopes: readonly string[];
  /** Takes part in continuous access evaluation: tokens of capable clients live long. */
  readonly cae: boolean;
}

/** A Conditional Access policy, as far as the backup system cares: the primary enforces none. */
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
  /** Those that nobody can evaluate in an outage. */
  readonly conditions: readonly ("sign-in-risk" | "user-risk" | "location")[];
  readonly controls: readonly ("mfa" | "compliant-device" | "authentication-strength")[];
  readonly signInFrequencyHours?: number;
  /** Of the kind that came before today's policies. */
  readonly classic?: true;
  readonly resilienceDefaults: "enabled" | "disabled";
  /** When it was enabled, ms since the Unix epoch; absent means before anything else. */
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
  /** Of customers and not of a workforce: Azure AD B2C. */
  readonly kind?: "b2c";
  /** The cloud that it is in; other clouds do not know it. Absent means known in each. */
  readonly cloud?: LoginCloud["name"];
  readonly policies?: readonly ConditionalAccessPolicy[];
}

/** What the token service does where the facts leave a choice; every default is in `defaultServiceSettings`. */
export interface ServiceSettings {
  /** `expires_in` of ordinary access tokens: one figure, or drawn evenly between two (Entra: 60 to 90 minutes). Seconds. */
  readonly accessTokenLifetimeSeconds: number | { readonly min: number; readonly max: number };
  /** `expires_in` of app tokens. Seconds; REC1 shows 86399. */
  readonly appTokenLifetimeSeconds: number;
  /** `expires_in` of CAE tokens. Seconds; documents disagree between 24 and 28 hours. */
  readonly caeTokenLifetimeSeconds: number;
  /** `ext_expires_in`: the same as expires_in (recordings), or that many seconds. */
  readonly extendedLifetimeSeconds: "same" | number;
  /**
   * `refresh_in`: for tokens that live at least `fromSeconds`, that share of the lifetime.
   * A recorded reply to client credentials had none, so app tokens get it only on request.
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
  /** How long a browser session lasts from its last use (section B: 24 h, non-persistent cookie). */
  readonly sessionHours: number;
  readonly authCodeMinutes: number;
  /** Whom regional token endpoints serve: Microsoft's own services (AADSTS100007 for the rest), or every app. */
  readonly regionalTokenEndpoints: "first-party" | "everyone";
  readonly deviceCodeSeconds: number;
  /** How long before its issue an assertion is valid already; documents disagree (section F.1). Minutes. */
  readonly samlBackdatedMinutes: number;
  /** Host in the Issuer of responses and assertions: that of the text, or that of the samples. */
  readonly samlIssuerHost: "sts.windows.net" | "login.microsoftonline.com";
  /** `NotOnOrAfter` of an assertion's conditions, from its issue on. Minutes. */
  readonly samlLifetimeMinutes: number;
  /** `NotOnOrAfter` of its subject confirmation, from its issue on. Minutes. */
  readonly samlConfirmationMinutes: number;
  /** How old a SAML request may be, by its own IssueInstant: Entra does not look (section F.1), though it has an error for it. Minutes. */
  readonly samlRequestAgeMinutesMax: "any" | number;
  /** Whether a SAML request is answered again that was answered before; not documented. */
  readonly samlRepeatedRequests: "answer" | "refuse";
  /** Between the parts of error_description: CRLF in recordings, spaces in bodies since about 2023. */
  readonly errorSeparator: "crlf" | "space";
  /** `suberror` of AADSTS50173, which nobody has captured: clients take a bare invalid_grant in another way. */
  readonly revokedGrantSuberror: "bad_token" | "none";
  /** AADSTS50196: that many like requests for a user within that time are refused (documented: 15 in 5 minutes). */
  readonly loopDetection: "off" | { readonly requests: number; readonly withinSeconds: number };
  /**
   * The backup authentication system behind the front door, by the dated text that it
   * follows (`harness/entra/backup/edition.ts`), or none.
   */
  readonly backup: "off" | EditionId;
  /** Sessions that a sign-in frequency would end: Microsoft's articles disagree. */
  readonly backupSignInFrequency: "extend" | "block";
  /** Authentication strengths: Microsoft's articles disagree. */
  readonly backupAuthenticationStrengths: "ignore" | "block";
  /** Managed identities in the cloud operated by 21Vianet: an article's table has them, the sentence above it leaves the cloud out. */
  readonly backup21Vianet: "table" | "text";
  /** `expires_in` of its tokens. Seconds; not documented. */
  readonly backupTokenSeconds: number;
  /** Status of its decline, code 50033; the one that was seen is not recorded. */
  readonly backupDeclineStatus: 503 | 400;
  /** How long a revocation takes to reach the backup. Seconds, 0 to 900: documented is "up to 15 minutes", not how long it takes. */
  readonly backupRevocationDelaySeconds: number;
  /** A host under which it is asked past the gateway (AADSTS230109); the real one is not public. */
  readonly backupHost: string;
  /** Status of that refusal; not captured. */
  readonly backupDirectStatus: 400 | 503;
  /** `x-ms-srs` of its replies; never captured. */
  readonly backupServerSequence: string;
  /** Life of a managed identity's token. Seconds; about 24 hours. */
  readonly managedIdentityTokenSeconds: number;
  /** How long the service behind the machine's endpoint keeps a token for one identity and resource; 0 keeps none. Seconds. */
  readonly managedIdentityCacheSeconds: number;
  /** IMDS: requests for tokens in any second, and at one time, before it answers 429. */
  readonly imdsRequestsPerSecondMax: number;
  readonly imdsConcurrentRequestsMax: number;
  /** IMDS: how long an answer takes, so that callers can meet there. ms. */
  readonly imdsAnswerMs: number;
  /** Whether the backup serves identities that it never saw; the articles do not say. */
  readonly backupManagedIdentities: "any" | "seen";
  /** Sign-in page: a form to fill in, or none: whoever `login_hint` names is signed in. */
  readonly signInPage: "form" | "automatic";
  /** Who an automatic sign-in page signs in when the request names nobody, a UPN; empty: the form is shown. */
  readonly signInAs: string;
  /** Whether `Access-Control-Expose-Headers` lets a page read Retry-After; never captured on a 429. */
  readonly retryAfterExposed: "yes" | "no";
  /** Whether a hidden iframe of another site takes part in the person's session: the browser's policy for third-party cookies. */
  readonly sessionInFrames: "visible" | "blocked";
  /** `Cross-Origin-Opener-Policy` of the pages that a person sees, which parts them from the window that opened them; an automatic sign-in shows none. */
  readonly loginOpenerPolicy: "absent" | "same-origin";
}

export interface World {
  readonly name: string;
  readonly tenants: readonly Tenant[];
  readonly resources: readonly ProtectedResource[];
  readonly settings: ServiceSettings;
  readonly machines?: readonly Machine[];
}
