/**
 * A world: the tenants, users, devices and apps of a scenario. It is fixture data: readonly,
 * and printable as JSON. What changes in a run (revocations, keys) is in `directory.ts`.
 */

import type { LoginCloud } from "./clouds.ts";
import type { ConditionalAccessPolicy } from "./conditional-access-policy.ts";
import type { FederatedDomain } from "./federated-domain.ts";
import type { ServiceSettings } from "./service-settings.ts";

export type { ConditionalAccessPolicy, FederatedDomain };

/**
 * A user account of a tenant. All times and revocations of the account are in the directory of a
 * run, not here.
 *
 * @example
 * const adele: User = {
 *   id: "55555555-eeee-4eee-8eee-000000000001",
 *   upn: "adele@contoso.example",
 *   name: "Adele Vance",
 *   password: "fixture-password-of-adele",
 *   kind: "member",
 *   devices: [],
 * };
 */
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
  /** The password is right, and has expired: no one signs in with it. */
  readonly passwordExpired?: true;
  /** Locked after too many wrong passwords. */
  readonly locked?: true;
  /** Names of groups and directory roles, for Conditional Access. */
  readonly groups?: readonly string[];
  readonly roles?: readonly string[];
  /**
   * How the user authenticates; default: by password. A certificate can be revoked; on the
   * sign-in page `password` stands for it. The backup ignores both (E11).
   */
  readonly signsInWith?: "password" | "certificate";
  /** What the user has registered as a second factor; default: an app that asks for approval. */
  readonly secondFactor?: SecondFactor;
  /** The named location from which the user works, for policies with `locations`; default: none that has a name. */
  readonly location?: string;
}

/**
 * How a user proves a second time who they are: by approval in an app, or by a code that is the
 * same each time. With `none`, nothing is registered yet.
 *
 * @example
 * const secondFactor: SecondFactor = { kind: "code", code: "314159" };
 */
export type SecondFactor =
  | { readonly kind: "app" }
  | { readonly kind: "code"; readonly code: string }
  | { readonly kind: "none" };

/**
 * A device of a tenant's users. Users name the ids of their devices.
 *
 * @example
 * const laptop: Device = { id: "device-1", name: "laptop", platform: "windows" };
 */
export interface Device {
  readonly id: string;
  readonly name: string;
  readonly platform: "windows" | "macos" | "linux" | "ios" | "android";
  /** Whether device management reports it as compliant; default: no. */
  readonly compliant?: true;
  /** Whether it is joined to the organisation's domain and to Entra; default: no. */
  readonly joined?: true;
}

/**
 * A client secret of an app registration.
 *
 * @example
 * const secret: ClientSecret = { value: "fixture-secret", expiresAt: Date.UTC(2027, 0, 1) };
 */
export interface ClientSecret {
  readonly value: string;
  /** ms since the Unix epoch; absent for a secret that does not expire in the run. */
  readonly expiresAt?: number;
}

/**
 * The SAML registration of an app that signs its users in by SAML 2.0.
 *
 * @see docs/sources.md#f
 * @example
 * const saml: SamlRegistration = {
 *   identifiers: ["https://expenses.contoso.example/saml"],
 *   replyUrls: ["https://expenses.contoso.example/saml/acs"],
 *   sign: "assertion",
 *   certificate: readFileSync("saml.cert.pem", "utf8"),
 *   privateKey: readFileSync("saml.key.pem", "utf8"),
 * };
 */
export interface SamlRegistration {
  /** Identifiers (entity ids), the audiences of its assertions; the first is used for a sign-in that starts at Entra. */
  readonly identifiers: readonly string[];
  /** Reply URLs (assertion consumer services); the first is the default. */
  readonly replyUrls: readonly string[];
  /** RelayState of a sign-in that starts at Entra. */
  readonly relayState?: string;
  /** Format of the NameID where a request names none; default: persistent, another one for each app. */
  readonly nameIdFormat?: NameIdFormat;
  /** What Entra signs; Entra's own default is `assertion`. */
  readonly sign: "assertion" | "response" | "both";
  /** The app's own signing certificate and its private key; PEM. */
  readonly certificate: string;
  readonly privateKey: string;
  /** Certificates of the service provider, PEM: with any, requests must be signed by one of them. */
  readonly requestCertificates?: readonly string[];
}

/**
 * A format of the NameID: `emailAddress` is the UPN, `persistent` a name that is the same at each
 * sign-in to an app, `transient` one that is new at each.
 *
 * @example
 * const format: NameIdFormat = "emailAddress";
 */
export type NameIdFormat = (typeof nameIdFormatNames)[number];

export const nameIdFormatNames = ["emailAddress", "persistent", "transient"] as const;

/**
 * Trust in tokens of another issuer as a credential of an app: GitHub Actions, Kubernetes, another
 * cloud. Issuer, subject and audience of a client assertion must be equal to those here, case
 * included.
 *
 * @see docs/sources.md#a5
 * @example
 * const deploy: FederatedCredential = {
 *   issuer: "https://token.actions.githubusercontent.com",
 *   subject: "repo:contoso/orders:environment:production",
 * };
 */
export interface FederatedCredential {
  readonly issuer: string;
  readonly subject: string;
  /** `aud` of the assertion; default `api://AzureADTokenExchange`. */
  readonly audience?: string;
  /** Public keys of the issuer, PEM. Absent: the signature of an assertion is not verified, since the issuer cannot be reached. */
  readonly keys?: readonly string[];
}

/**
 * A claim that tokens have only when the registration asks for it. What the simulator cannot know
 * of a user, such as an address, is not issued.
 *
 * @see docs/sources.md#a7
 * @example
 * const claims: readonly OptionalClaim[] = ["email", "upn", "groups"];
 */
export type OptionalClaim = (typeof optionalClaimNames)[number];

export const optionalClaimNames = [
  "acct",
  /** The authentication contexts that the session satisfies; in access tokens of users. */
  "acrs",
  "email",
  "family_name",
  "given_name",
  "groups",
  "idtyp",
  "login_hint",
  "preferred_username",
  "sid",
  "tenant_region_scope",
  "upn",
  "verified_primary_email",
] as const;

/**
 * An app registration, seen from its home tenant. `createWorld` makes one from a sketch.
 *
 * @example
 * const daemon: AppRegistration = {
 *   name: "nightly-daemon",
 *   clientId: "33333333-cccc-4ccc-8ccc-000000000011",
 *   servicePrincipalId: "44444444-dddd-4ddd-8ddd-000000000011",
 *   kind: "daemon",
 *   redirectUris: [],
 *   secrets: [{ value: "fixture-secret" }],
 *   certificates: [],
 *   delegated: [],
 *   appRoles: { "https://graph.microsoft.com": ["User.Read.All"] },
 * };
 */
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
  /**
   * Certificates whose client assertions are accepted: PEM, or a thumbprint in hex, SHA-1 or
   * SHA-256. By its thumbprint alone a certificate is known only from `x5c` of an assertion;
   * without that, the signature is not verified.
   */
  readonly certificates: readonly string[];
  /** Outside issuers whose tokens are accepted as client assertions; default: none. */
  readonly federatedCredentials?: readonly FederatedCredential[];
  /** Claims that its ID tokens have in addition; default: none. */
  readonly optionalClaims?: readonly OptionalClaim[];
  /** Delegated permissions that are consented, as full scope URIs. */
  readonly delegated: readonly string[];
  /** Delegated permissions that it may ask for and that no one has consented to: a person consents to them on a page, for themselves. Default: none. */
  readonly userConsent?: readonly string[];
  /** The same, where only an administrator may: the page says so. */
  readonly adminConsent?: readonly string[];
  /** Application permissions by resource identifier URI: the `roles` of app tokens. */
  readonly appRoles: Readonly<Record<string, readonly string[]>>;
  /** Where the app ends its session when the person signs out elsewhere: the front-channel logout URL, or the Logout URL of SAML. */
  readonly logoutUrl?: string;
  /** Set for an app that signs its users in by SAML. */
  readonly saml?: SamlRegistration;
}

/**
 * What a managed identity has in addition to its client id; its object id is `servicePrincipalId`.
 *
 * @see docs/sources.md#g
 * @example
 * const identity: ManagedIdentity = {
 *   assigned: "user",
 *   resourceId: "/subscriptions/…/Microsoft.ManagedIdentity/userAssignedIdentities/reports",
 * };
 */
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

/**
 * The kind of endpoint from which a program gets tokens of managed identities: IMDS on virtual
 * machines, or that of App Service, Service Fabric, Azure Arc, Cloud Shell or Azure Machine
 * Learning.
 *
 * @see docs/sources.md#g1
 * @example
 * const source: MachineSource = "app-service";
 */
export type MachineSource = (typeof machineSources)[number];

/**
 * A machine or service of Azure on which an application runs.
 *
 * @example
 * const machine: Machine = {
 *   name: "web-1",
 *   source: "app-service",
 *   region: "westeurope",
 *   tenant: "contoso",
 *   identities: ["web-identity"],
 * };
 */
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

/**
 * A protected API, for which apps request tokens. The simulator answers at its hosts and validates
 * the tokens of requests.
 *
 * @example
 * const orders: ProtectedResource = {
 *   name: "orders",
 *   identifierUri: "api://orders",
 *   appId: "33333333-cccc-4ccc-8ccc-000000000014",
 *   tokenVersion: "2.0",
 *   hosts: ["orders.contoso.example"],
 *   scopes: ["Orders.Read"],
 *   cae: false,
 * };
 */
export interface ProtectedResource {
  readonly name: string;
  readonly identifierUri: string;
  /** Further identifier URIs, by which it is asked for as well. */
  readonly otherIdentifierUris?: readonly string[];
  /** Its app id: `aud` of its v2 tokens. */
  readonly appId: string;
  /** The format of its access tokens: chosen by the resource, not by the endpoint. The `aud` of a v1 token is the identifier as the client wrote it. */
  readonly tokenVersion: "1.0" | "2.0";
  readonly hosts: readonly string[];
  readonly scopes: readonly string[];
  /** Claims that its access tokens have in addition; default: none. */
  readonly optionalClaims?: readonly OptionalClaim[];
  /** Whether it takes part in continuous access evaluation, so that tokens of capable clients live long. */
  readonly cae: boolean;
  /** The authentication context that it demands of a user's token, such as `c1`: it refuses one without by a claims challenge. Needs the optional claim `acrs`. */
  readonly authenticationContext?: string;
}

/**
 * A tenant with its users, devices, apps and policies. Names of apps and users are unique in it.
 *
 * @example
 * const namesOf = ({ apps }: Tenant): string[] => apps.map(({ name }) => name);
 * const names = contoso.tenants.flatMap(namesOf);
 */
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
  /** Domains whose people sign in at a server of their organisation; default: none. */
  readonly federatedDomains?: readonly FederatedDomain[];
}

/**
 * The tenants, APIs and machines that a simulation knows, and the settings of its token service:
 * readonly data that prints as JSON. `createWorld` makes one from your own registration.
 *
 * @example
 * const world: World = { ...contoso, settings: { ...contoso.settings, backup: "off" } };
 */
export interface World {
  readonly name: string;
  readonly tenants: readonly Tenant[];
  readonly resources: readonly ProtectedResource[];
  readonly settings: ServiceSettings;
  readonly machines?: readonly Machine[];
}
