/**
 * An app of a world from its real registration: the JSON that `az ad app show` prints, which is the
 * application of Microsoft Graph. Permissions have ids there and no names: those of Microsoft Graph
 * are in a list of the fixtures (`docs/sources.md#a7b`), those of other APIs in their registrations.
 */
import { readFileSync } from "node:fs";
import { HarnessError } from "../../core/errors.ts";
import { expecting, parseWith, schema, type TypeOf } from "../../core/validation.ts";
import { isThumbprint, readCertificate } from "./certificates.ts";
import { microsoftResources } from "./microsoft-resources.ts";
import { optionalClaimNames, type OptionalClaim } from "./world.ts";
import type { AppSketch, RedirectUri } from "./world-sketch.ts";
import { guid } from "./world-schema.ts";

/**
 * What `fromRegistration` cannot read in a registration. Each field of an app that is given here
 * stands in the place of what the registration says.
 *
 * @example
 * const options: RegistrationOptions = { name: "orders-web", secret: process.env.CLIENT_SECRET };
 */
export interface RegistrationOptions extends Partial<AppSketch> {
  /** Registrations of the APIs that the app uses, other than Microsoft's: `az ad app show` or `az ad sp show`. */
  readonly apis?: readonly object[];
}

/**
 * The app of a real registration, for `createWorld`: `az ad app show --id CLIENT_ID` prints it.
 * Secrets are not in it; the default is that of `createWorld`. A certificate is known by its
 * thumbprint unless `certificates` has it whole. Federated credentials are listed by another
 * command, `az ad app federated-credential list`.
 *
 * @throws HarnessError `bad-world` for a field of another type, and for permissions whose names are not known
 * @example
 * const registration = JSON.parse(readFileSync("registration.json", "utf8"));
 * const world = createWorld({
 *   tenant: "8a6c1f5e-0000-4000-8000-000000000001",
 *   apps: [fromRegistration(registration)],
 * });
 */
export function fromRegistration(
  registration: object,
  options: RegistrationOptions = {},
): AppSketch {
  const { apis = [], ...given } = options;
  const read = parseWith(registrationSchema, registration, {
    what: "fromRegistration",
    code: "bad-world",
    hint: "It takes what az ad app show --id CLIENT_ID prints.",
  });
  const kind = given.kind ?? kindOf(read);
  // Others may be registered with one, but cannot keep it.
  const mayKeepSecret = kind === "web" || kind === "daemon" || kind === "api";
  const certificates = mayKeepSecret ? certificatesOf(read) : [];
  const logoutUrl = read.web?.logoutUrl ?? "";
  const hasSecret = (read.passwordCredentials ?? []).length > 0;
  return {
    kind,
    clientId: read.appId,
    redirectUris: redirectUrisOf(read),
    ...(logoutUrl === "" ? {} : { logoutUrl }),
    ...(isMultiTenant(read) ? { multiTenant: true } : {}),
    ...(certificates.length === 0 ? {} : { certificates }),
    // Beside a certificate there is no secret, unless the registration has one as well.
    ...(hasSecret && mayKeepSecret ? { secret: `fixture-secret-of-${given.name ?? kind}` } : {}),
    ...claimsOf(read),
    ...apiOf(read),
    ...(isSaml(read) ? { saml: {} } : {}),
    ...permissionsOf(read, { given, apis: [...apis, registration].map(readApi) }),
    ...given,
  };
}

type Registered = TypeOf<typeof registrationSchema>;

const audiences = [
  "AzureADMyOrg",
  "AzureADMultipleOrgs",
  "AzureADandPersonalMicrosoftAccount",
] as const;

const permissionSchema = schema((z) =>
  z.looseObject({ id: guid(), value: z.string().nullish(), isEnabled: z.boolean().nullish() }),
);

const apiSchema = schema((z) =>
  z.looseObject({
    requestedAccessTokenVersion: z.literal([1, 2]).nullish(),
    oauth2PermissionScopes: z.array(permissionSchema()).nullish(),
    preAuthorizedApplications: z
      .array(z.looseObject({ appId: guid(), delegatedPermissionIds: z.array(guid()).nullish() }))
      .nullish(),
  }),
);

const registrationSchema = schema((z) => {
  const uris = z.looseObject({ redirectUris: z.array(z.string()).nullish() }).nullish();
  const claims = z.array(z.looseObject({ name: z.string() })).nullish();
  return z.looseObject({
    appId: guid(),
    signInAudience: z.enum(audiences, { error: expecting(AUDIENCE_EXPECTED) }).nullish(),
    identifierUris: z.array(z.string()).nullish(),
    web: z
      .looseObject({
        redirectUris: z.array(z.string()).nullish(),
        logoutUrl: z.string().nullish(),
      })
      .nullish(),
    spa: uris,
    publicClient: uris,
    api: apiSchema().nullish(),
    appRoles: z.array(permissionSchema()).nullish(),
    requiredResourceAccess: z
      .array(
        z.looseObject({
          resourceAppId: guid(),
          resourceAccess: z.array(z.looseObject({ id: guid(), type: z.enum(["Scope", "Role"]) })),
        }),
      )
      .nullish(),
    optionalClaims: z.looseObject({ idToken: claims, accessToken: claims }).nullish(),
    keyCredentials: z
      .array(
        z.looseObject({
          customKeyIdentifier: z.string().nullish(),
          key: z.string().nullish(),
          usage: z.string().nullish(),
        }),
      )
      .nullish(),
    passwordCredentials: z.array(z.looseObject({})).nullish(),
    samlMetadataUrl: z.string().nullish(),
  });
});

/** Personal accounts live in a tenant of their own, which no world has. */
const AUDIENCE_EXPECTED = `one of ${audiences.join(", ")}: accounts of organizations`;

/** By the platforms of its redirect URIs; without any it is called, or runs by itself. */
function kindOf({ web, spa, publicClient, api, identifierUris }: Registered): AppSketch["kind"] {
  const has = (platform: Registered["web"]): boolean => (platform?.redirectUris ?? []).length > 0;
  if (has(web)) return "web";
  if (has(spa)) return "spa";
  if (has(publicClient)) return "native";
  const offers = (api?.oauth2PermissionScopes ?? []).length + (identifierUris ?? []).length > 0;
  return offers ? "api" : "daemon";
}

function redirectUrisOf({ web, spa, publicClient }: Registered): readonly RedirectUri[] {
  const of = (platform: Registered["web"], type: RedirectUri["type"]): readonly RedirectUri[] =>
    (platform?.redirectUris ?? []).map((uri) => ({ type, uri }));
  return [...of(web, "web"), ...of(spa, "spa"), ...of(publicClient, "native")];
}

function isMultiTenant({ signInAudience }: Registered): boolean {
  return signInAudience !== undefined && signInAudience !== null && signInAudience !== audiences[0];
}

/** Whole where the answer has the key, which Graph gives only when it is selected; else by thumbprint. */
function certificatesOf({ keyCredentials }: Registered): readonly string[] {
  return (keyCredentials ?? [])
    .filter(({ usage }) => (usage ?? "Verify") === "Verify")
    .flatMap(({ key, customKeyIdentifier }) => {
      const whole = readCertificate(Buffer.from(key ?? "", "base64"))?.toString();
      const thumbprint = thumbprintOf(customKeyIdentifier ?? "");
      return whole ?? thumbprint ?? [];
    });
}

/** Hex, or base64 of its bytes. */
function thumbprintOf(identifier: string): string | undefined {
  if (isThumbprint(identifier)) return identifier;
  const hex = Buffer.from(identifier, "base64").toString("hex");
  return isThumbprint(hex) ? hex : undefined;
}

/** Claims that the simulator does not know are not in its tokens. */
function claimsOf({ optionalClaims }: Registered): Pick<AppSketch, "optionalClaims"> {
  const known = (asked: readonly { readonly name: string }[] | null | undefined) =>
    optionalClaimNames.filter((name): name is OptionalClaim =>
      (asked ?? []).some((claim) => claim.name === name),
    );
  const idToken = known(optionalClaims?.idToken);
  const accessToken = known(optionalClaims?.accessToken);
  if (idToken.length + accessToken.length === 0) return {};
  return {
    optionalClaims: {
      ...(idToken.length === 0 ? {} : { idToken }),
      ...(accessToken.length === 0 ? {} : { accessToken }),
    },
  };
}

function apiOf({
  api,
  identifierUris,
}: Registered): Pick<AppSketch, "identifierUris" | "exposes" | "tokenVersion"> {
  const exposes = (api?.oauth2PermissionScopes ?? [])
    .filter(({ isEnabled }) => isEnabled !== false)
    .flatMap(({ value }) => value ?? []);
  const uris = identifierUris ?? [];
  if (exposes.length + uris.length === 0) return {};
  return {
    ...(uris.length === 0 ? {} : { identifierUris: uris }),
    ...(exposes.length === 0 ? {} : { exposes }),
    tokenVersion: api?.requestedAccessTokenVersion === 2 ? "2.0" : "1.0",
  };
}

function isSaml({ samlMetadataUrl, ...rest }: Registered): boolean {
  const mode: unknown = (rest as Readonly<Record<string, unknown>>)["preferredSingleSignOnMode"];
  return (samlMetadataUrl ?? "") !== "" || mode === "saml";
}

/** What the registrations of an API, and those of its service principal, say about its permissions. */
interface KnownApi {
  readonly appId: string;
  readonly identifier: string;
  readonly names: ReadonlyMap<string, string>;
  /** Ids of permissions that clients have without being asked for consent, by client id. */
  readonly preAuthorized: ReadonlyMap<string, readonly string[]>;
}

const apiRegistrationSchema = schema((z) =>
  z.looseObject({
    appId: guid(),
    identifierUris: z.array(z.string()).nullish(),
    servicePrincipalNames: z.array(z.string()).nullish(),
    api: apiSchema().nullish(),
    oauth2PermissionScopes: z.array(permissionSchema()).nullish(),
    appRoles: z.array(permissionSchema()).nullish(),
  }),
);

function readApi(registration: object, index: number): KnownApi {
  const read = parseWith(apiRegistrationSchema, registration, {
    what: `fromRegistration.apis[${index}]`,
    code: "bad-world",
  });
  const { appId, identifierUris, servicePrincipalNames, api, oauth2PermissionScopes } = read;
  const names = (servicePrincipalNames ?? []).filter((name) => name !== appId);
  const all = [
    ...(api?.oauth2PermissionScopes ?? []),
    ...(oauth2PermissionScopes ?? []),
    ...(read.appRoles ?? []),
  ];
  return {
    appId,
    identifier: identifierUris?.[0] ?? names[0] ?? appId,
    names: new Map(all.flatMap(({ id, value }) => (value ? [[id, value] as const] : []))),
    preAuthorized: new Map(
      (api?.preAuthorizedApplications ?? []).map((client) => [
        client.appId,
        client.delegatedPermissionIds ?? [],
      ]),
    ),
  };
}

interface PermissionSources {
  readonly given: Partial<AppSketch>;
  readonly apis: readonly KnownApi[];
}

/** Names what the app may do; what is given by name needs no look-up. */
function permissionsOf(
  read: Registered,
  { given, apis }: PermissionSources,
): Pick<AppSketch, "scopes" | "roles"> {
  const unknown: string[] = [];
  const named = (type: "Scope" | "Role"): readonly string[] =>
    (read.requiredResourceAccess ?? []).flatMap(({ resourceAppId, resourceAccess }) =>
      resourceAccess
        .filter((access) => access.type === type)
        .flatMap(({ id }) => {
          const name = nameOfPermission(apis, { resourceAppId, id, type });
          if (name === undefined) unknown.push(`${id} of ${resourceAppId}`);
          return name ?? [];
        }),
    );
  const preAuthorized = apis.flatMap(({ identifier, names, preAuthorized: clients }) =>
    (clients.get(read.appId) ?? []).flatMap((id) => {
      const name = names.get(id);
      return name === undefined ? [] : `${identifier}/${name}`;
    }),
  );
  const scopes = given.scopes ?? [...new Set([...named("Scope"), ...preAuthorized])];
  const roles = given.roles ?? named("Role");
  if (unknown.length > 0) throw unknownPermissions(unknown);
  return { scopes, ...(roles.length === 0 ? {} : { roles }) };
}

interface PermissionId {
  readonly resourceAppId: string;
  readonly id: string;
  readonly type: "Scope" | "Role";
}

function nameOfPermission(
  apis: readonly KnownApi[],
  { resourceAppId, id, type }: PermissionId,
): string | undefined {
  const api = apis.find(({ appId }) => appId === resourceAppId);
  const name = api?.names.get(id);
  if (api !== undefined && name !== undefined) return `${api.identifier}/${name}`;
  if (resourceAppId === GRAPH_APP_ID)
    return graphPermissions()[type === "Scope" ? "delegated" : "application"][id];
  // Azure's own resources have one permission each.
  const azure = microsoftResources.find(({ appId }) => appId === resourceAppId);
  return azure === undefined || type === "Role"
    ? undefined
    : `${azure.identifierUri}/${azure.scopes[0]}`;
}

const GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000";

type PermissionNames = Readonly<
  Record<"delegated" | "application", Readonly<Record<string, string>>>
>;

let permissionNames: PermissionNames | undefined;

/** The permissions of Microsoft Graph by id, read when they are first needed. */
function graphPermissions(): PermissionNames {
  const file = new URL("../../../fixtures/registrations/graph-permissions.json", import.meta.url);
  permissionNames ??= JSON.parse(readFileSync(file, "utf8")) as PermissionNames;
  return permissionNames;
}

function unknownPermissions(unknown: readonly string[]): HarnessError {
  const hint = [
    'Name them: fromRegistration(registration, { scopes: ["api://orders/Orders.Read"], roles: [] }),',
    "or give the registrations of these APIs: { apis: [JSON of az ad sp show --id RESOURCE_APP_ID] }.",
  ].join("\n  ");
  return new HarnessError(
    "bad-world",
    `expected permissions whose names are known, got ${unknown.join(", ")}`,
    { place: "fromRegistration.requiredResourceAccess", hint },
  );
}
