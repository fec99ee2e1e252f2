/** The input of `createWorld`: your own registration, and what it may contain. */
import { nonEmptyString } from "../../core/common-schemas.ts";
import {
  acrossFields,
  expected,
  expecting,
  parseWith,
  type ReportProblem,
  schemaOf,
} from "../../core/validation.ts";
import { type MachineSketch, machineSketch } from "./machine-sketch.ts";
import { someSettingsSchema } from "./settings-schema.ts";
import type { ServiceSettings } from "./service-settings.ts";
import type {
  AppRegistration,
  FederatedCredential,
  NameIdFormat,
  OptionalClaim,
  ProtectedResource,
  SamlRegistration,
} from "./world.ts";
import {
  certificateOrThumbprint,
  federatedCredentialSchema,
  guid,
  mark,
  nameIdFormat,
  optionalClaims,
  registeredKinds,
} from "./world-schema.ts";

/**
 * The input of `createWorld`: your own registration.
 *
 * @example
 * const sketch: WorldSketch = {
 *   tenant: "8a6c1f5e-0000-4000-8000-000000000001",
 *   apps: [{ kind: "daemon", clientId: "8a6c1f5e-0000-4000-8000-000000000002" }],
 * };
 */
export interface WorldSketch {
  /** Your tenant id, a GUID in lower case. */
  readonly tenant: string;
  /** Its domain; default: that of the first user who is written with one, else `contoso.example`. */
  readonly domain?: string;
  /** Needed where there is no machine. */
  readonly apps?: readonly AppSketch[];
  /** Machines and services of Azure on which your code runs, with their managed identities. */
  readonly machines?: readonly MachineSketch[];
  /** Members of the tenant: `"adele"`, `"adele@example.com"`, or an object. Default: adele. */
  readonly users?: readonly (string | UserSketch)[];
  /** APIs other than Microsoft Graph that the scopes and roles of the apps do not name. */
  readonly resources?: readonly ResourceSketch[];
  /** Settings that differ from the defaults. */
  readonly settings?: Partial<ServiceSettings>;
}

/**
 * An app as it is registered. A web app and a single-page app need a redirect URI, unless they
 * sign their users in by SAML. `fromRegistration` makes one from what `az ad app show` prints.
 *
 * @example
 * const app: AppSketch = {
 *   kind: "spa",
 *   clientId: "8a6c1f5e-0000-4000-8000-000000000002",
 *   redirectUris: ["http://localhost:5173/redirect"],
 *   scopes: ["User.Read", "api://orders/Orders.Read"],
 * };
 */
export interface AppSketch {
  readonly kind: (typeof registeredKinds)[number];
  /** Your client id, a GUID in lower case. */
  readonly clientId: string;
  /** How tests ask for it; default: its kind, of the second one `spa-2`. */
  readonly name?: string;
  /** As they are registered: under the platform of the kind, or under the platform that is named with them. */
  readonly redirectUris?: readonly (string | RedirectUri)[];
  /** Delegated permissions, all consented: `User.Read` of Graph, `api://orders/Orders.Read` of other APIs. Default: `User.Read`. */
  readonly scopes?: readonly string[];
  /** Application permissions, written like scopes. */
  readonly roles?: readonly string[];
  /** Of a web app, a daemon or an API; default `fixture-secret-of-` and its name, unless it has another credential. */
  readonly secret?: string;
  /** Certificates that sign its client assertions: PEM, or a thumbprint in hex. */
  readonly certificates?: readonly string[];
  /** Outside issuers whose tokens it presents as client assertions. */
  readonly federatedCredentials?: readonly FederatedCredential[];
  readonly multiTenant?: true;
  /** Claims that tokens have in addition: its own ID tokens, and the access tokens for its API. */
  readonly optionalClaims?: {
    readonly idToken?: readonly OptionalClaim[];
    readonly accessToken?: readonly OptionalClaim[];
  };
  /** Identifier URIs (application id URIs) of its API, by each of which clients may ask for it. */
  readonly identifierUris?: readonly string[];
  /** Delegated permissions that its API has, such as `Orders.Read`. */
  readonly exposes?: readonly string[];
  /** Version of the access tokens for its API, `requestedAccessTokenVersion` of the registration; default `"2.0"`. A registration that says nothing means `"1.0"`. */
  readonly tokenVersion?: ProtectedResource["tokenVersion"];
  /** The front-channel logout URL, or the Logout URL of a SAML app: Entra opens it when a person signs out. */
  readonly logoutUrl?: string;
  /** Set for an app that signs its users in by SAML. */
  readonly saml?: SamlSketch;
}

/**
 * A redirect URI with the platform under which it is registered.
 *
 * @example
 * const redirect: RedirectUri = { type: "spa", uri: "http://localhost:5173/redirect" };
 */
export type RedirectUri = AppRegistration["redirectUris"][number];

/**
 * The SAML part of an app. What is left out has the value that Entra gives it.
 *
 * @example
 * const saml: SamlSketch = {
 *   identifiers: ["https://expenses.example.com/saml"],
 *   replyUrls: ["http://localhost:3000/saml/acs"],
 * };
 */
export interface SamlSketch {
  /** Entity ids; default: `identifierUris` of the app. */
  readonly identifiers?: readonly string[];
  /** Assertion consumer services; default: `redirectUris` of the app. */
  readonly replyUrls?: readonly string[];
  /** RelayState of a sign-in that starts at Entra. */
  readonly relayState?: string;
  /** Format of the NameID where a request names none; default: persistent. */
  readonly nameIdFormat?: NameIdFormat;
  /** What Entra signs; default `assertion`. */
  readonly sign?: SamlRegistration["sign"];
  /** Entra's signing certificate for the app and its private key, PEM; default: a pair of the fixtures. `samlSettings` has it for your app. */
  readonly certificate?: string;
  readonly privateKey?: string;
  /** Certificates of your app, PEM: with any, its requests must be signed by one of them. */
  readonly requestCertificates?: readonly string[];
}

/**
 * A member of the tenant.
 *
 * @example
 * const user: UserSketch = { upn: "adele@example.com", name: "Adele Vance" };
 */
export interface UserSketch {
  /** `adele`, or in full: `adele@example.com`. */
  readonly upn: string;
  /** Default `fixture-password-of-` and the first part of the UPN. */
  readonly password?: string;
  /** Object id; default: a hash of the UPN. */
  readonly id?: string;
  /** Display name. */
  readonly name?: string;
}

/**
 * An API that apps request tokens for.
 *
 * @example
 * const api: ResourceSketch = { identifierUri: "api://orders", scopes: ["Orders.Read"] };
 */
export interface ResourceSketch {
  /** Such as `api://orders`. */
  readonly identifierUri: string;
  /** Further identifier URIs, by which clients may ask for it as well. */
  readonly otherIdentifierUris?: readonly string[];
  readonly scopes?: readonly string[];
  /** Hosts at which the simulator answers for the API, under `contoso.example`. Default: none, the API is yours. */
  readonly hosts?: readonly string[];
  /** Client id of the API, the `aud` of its tokens; default: the one in the URI, else a hash of it. */
  readonly appId?: string;
  /** Version of its access tokens; default `"2.0"`, and `"1.0"` for Microsoft Graph. */
  readonly tokenVersion?: ProtectedResource["tokenVersion"];
  /** Claims that its access tokens have in addition. */
  readonly optionalClaims?: readonly OptionalClaim[];
  /** Whether it takes part in continuous access evaluation; default: no. */
  readonly cae?: boolean;
}

/** Throws `bad-world` with the path of every wrong field. */
export function checkSketch(sketch: WorldSketch): void {
  parseWith(sketchSchema, sketch, { what: "createWorld", code: "bad-world" });
}

const appSchema = schemaOf<AppSketch>()((z) => {
  // As registered: with its resource, and not `.default`.
  const permission = z
    .string({ error: expecting("the name of one permission", "Name each permission.") })
    .regex(/^(?!.*(?:^|\/)\.default$).*\S/s);
  const address = z
    .string({
      error: expecting(
        "an absolute URL",
        'Write it as it is registered, such as "http://localhost:5173/redirect".',
      ),
    })
    .refine((value) => URL.canParse(value));
  const redirectUri = z.strictObject({ type: z.enum(["web", "spa", "native"]), uri: address });
  return z
    .strictObject({
      kind: z.enum(registeredKinds),
      clientId: guid(),
      name: nonEmptyString().optional(),
      redirectUris: z.array(z.union([address, redirectUri])).optional(),
      scopes: z.array(permission).optional(),
      roles: z.array(permission).optional(),
      secret: nonEmptyString().optional(),
      certificates: z.array(certificateOrThumbprint()).optional(),
      federatedCredentials: z.array(federatedCredentialSchema()).optional(),
      multiTenant: mark(),
      optionalClaims: z
        .strictObject({
          idToken: optionalClaims().optional(),
          accessToken: optionalClaims().optional(),
        })
        .optional(),
      identifierUris: z.array(nonEmptyString()).optional(),
      exposes: z.array(nonEmptyString()).optional(),
      tokenVersion: z.enum(["1.0", "2.0"]).optional(),
      logoutUrl: address.optional(),
      saml: samlSchema().optional(),
    })
    .check(acrossFields(checkApp))
    .meta({ id: "AppSketch" });
});

const samlSchema = schemaOf<SamlSketch>()((z) =>
  z
    .strictObject({
      identifiers: z.array(nonEmptyString()).min(1).optional(),
      replyUrls: z.array(nonEmptyString()).min(1).optional(),
      relayState: z.string().optional(),
      nameIdFormat: nameIdFormat().optional(),
      sign: z.enum(["assertion", "response", "both"]).optional(),
      certificate: nonEmptyString().optional(),
      privateKey: nonEmptyString().optional(),
      requestCertificates: z.array(z.string()).min(1).optional(),
    })
    .check(acrossFields(checkPair))
    .meta({ id: "SamlSketch" }),
);

function checkPair({ certificate, privateKey }: SamlSketch, report: ReportProblem): void {
  if ((certificate === undefined) === (privateKey === undefined)) return;
  const missing = certificate === undefined ? "certificate" : "privateKey";
  report([missing], expected("the other half of the pair", undefined), PAIR_HINT);
}

const PAIR_HINT = "Give both, or neither: Brownout has a pair of its own.";

/** An app that signs people in needs a redirect URI, or a reply URL. */
function checkApp(app: AppSketch, report: ReportProblem): void {
  const { kind, redirectUris = [], secret, saml, identifierUris = [] } = app;
  if (saml !== undefined && saml.identifiers === undefined && identifierUris.length === 0) {
    const hint = "It is the issuer of your app's configuration, its entity id.";
    report(["saml", "identifiers"], expected("at least one identifier", undefined), hint);
  }
  if (saml !== undefined && saml.replyUrls === undefined && redirectUris.length === 0) {
    const hint = "It is where your app takes the answer, its assertion consumer service.";
    report(["saml", "replyUrls"], expected("at least one URL", undefined), hint);
  }
  if ((kind === "spa" || kind === "web") && saml === undefined && redirectUris.length === 0) {
    const hint = `A ${kind} app has at least one: the redirectUri of your code, as an absolute URL.`;
    report(["redirectUris"], expected("at least one URL", undefined), hint);
  }
  if (kind === "spa" || kind === "native") {
    const held = { secret, certificates: app.certificates?.[0] };
    for (const [name, value] of Object.entries(held))
      if (value !== undefined) report([name], `a ${kind} app cannot keep a secret: leave it out`);
  }
  const isApi = identifierUris.length > 0 || app.exposes !== undefined || kind === "api";
  if (app.tokenVersion !== undefined && !isApi) {
    const hint = "Give identifierUris or exposes, or leave tokenVersion out.";
    report(["tokenVersion"], "only an app that has an API has tokens for it", hint);
  }
}

const userSchema = schemaOf<UserSketch>()((z) =>
  z
    .strictObject({
      upn: nonEmptyString(),
      password: nonEmptyString().optional(),
      id: guid().optional(),
      name: nonEmptyString().optional(),
    })
    .meta({ id: "UserSketch" }),
);

const resourceSchema = schemaOf<ResourceSketch>()((z) =>
  z
    .strictObject({
      identifierUri: nonEmptyString(),
      otherIdentifierUris: z.array(nonEmptyString()).optional(),
      scopes: z.array(nonEmptyString()).optional(),
      hosts: z.array(nonEmptyString()).optional(),
      appId: guid().optional(),
      tokenVersion: z.enum(["1.0", "2.0"]).optional(),
      optionalClaims: optionalClaims().optional(),
      cae: z.boolean().optional(),
    })
    .meta({ id: "ResourceSketch" }),
);

function checkNotEmpty({ apps = [], machines = [] }: WorldSketch, report: ReportProblem): void {
  if (apps.length + machines.length > 0) return;
  const hint =
    'Such as apps: [{ kind: "daemon", clientId }], or machines: [{ name: "jobs", source: "imds" }].';
  report(["apps"], "expected at least one app, or a machine in machines", hint);
}

/** What `createWorld` takes. */
export const sketchSchema = schemaOf<WorldSketch>()((z) =>
  z
    .strictObject({
      tenant: guid(),
      domain: nonEmptyString().optional(),
      apps: z.array(appSchema()).optional(),
      machines: z.array(machineSketch()).optional(),
      users: z
        .array(z.union([nonEmptyString(), userSchema()]))
        .min(1)
        .optional(),
      resources: z.array(resourceSchema()).optional(),
      settings: someSettingsSchema().optional(),
    })
    .check(acrossFields(checkNotEmpty))
    .meta({ id: "WorldSketch" }),
);
