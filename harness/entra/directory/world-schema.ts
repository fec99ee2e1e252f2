/** The schema of a world, for each type of `world.ts`; the rules between fields are in `world-rules.ts`. */
import { nonEmptyString, wholeNumber } from "../../core/common-schemas.ts";
import { acrossFields, expecting, parseWith, schema, schemaOf } from "../../core/validation.ts";
import { loginClouds } from "./clouds.ts";
import { federatedDomainSchema } from "./federated-domain.ts";
import { isPrivateKey, isThumbprint, readCertificate, readPublicKey } from "./certificates.ts";
import { authenticationContext, policySchema } from "./policy-schema.ts";
import { settingsSchema } from "./settings-schema.ts";
import {
  checkBetweenFields,
  checkContext,
  checkIdentity,
  checkRegistration,
  checkSamlRegistration,
} from "./world-rules.ts";
import {
  type AppRegistration,
  type ClientSecret,
  type Device,
  type FederatedCredential,
  type Machine,
  machineSources,
  type ManagedIdentity,
  nameIdFormatNames,
  optionalClaimNames,
  type ProtectedResource,
  type SamlRegistration,
  type SecondFactor,
  type Tenant,
  type User,
  type World,
} from "./world.ts";

/** Returns the world; throws `bad-world` with the path of each wrong field. */
export function checkWorld(world: World): World {
  parseWith(worldSchema, world, { what: "world", code: "bad-world" });
  return world;
}

/** The kinds of apps that are registered by people; a managed identity belongs to a machine. */
export const registeredKinds = ["spa", "web", "native", "daemon", "api"] as const;

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An id in Entra's spelling. */
export const guid = schema((z) =>
  z.string({ error: expecting("a GUID in lower case") }).regex(GUID),
);

/** A flag that is `true` or absent. */
export const mark = schema((z) =>
  z.literal(true, { error: expecting("true, or that it is left out") }).optional(),
);

/** A certificate of an app, as `AppRegistration.certificates` has it. */
export const certificateOrThumbprint = schema((z) =>
  z
    .string({
      error: expecting(
        "a certificate in PEM, or its thumbprint in hex",
        'Read the file with readFileSync("app.cert.pem", "utf8"); a private key is not needed.',
      ),
    })
    // What was found is printed, and a key must not be.
    .refine((value) => !isPrivateKey(value), {
      error: "expected a certificate, got a private key",
      abort: true,
    })
    .refine((value) => isThumbprint(value) || readCertificate(value) !== undefined),
);

const publicKeyPem = schema((z) =>
  z
    .string({ error: expecting("a public key or a certificate in PEM") })
    .refine((value) => !isPrivateKey(value), {
      error: "expected a public key, got a private key",
      abort: true,
    })
    .refine((value) => readPublicKey(value) !== undefined),
);

/** Names of claims that tokens have only when a registration asks for them. */
export const optionalClaims = schema((z) => z.array(z.enum(optionalClaimNames)));

/** The format of a NameID. */
export const nameIdFormat = schema((z) => z.enum(nameIdFormatNames));

/** The name of a region, as regional hosts have it. */
export const regionName = schema((z) =>
  z
    .string({ error: expecting("a region of Azure", 'Write it like "westeurope".') })
    .regex(/^[a-z][a-z0-9-]*$/),
);

const names = schema((z) => z.array(nonEmptyString()));
const instantMs = schema((z) => wholeNumber(z, 0));

const secondFactorSchema = schemaOf<SecondFactor>()((z) =>
  z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("app") }),
      z.strictObject({ kind: z.literal("code"), code: nonEmptyString() }),
      z.strictObject({ kind: z.literal("none") }),
    ])
    .meta({ id: "SecondFactor" }),
);

const userSchema = schemaOf<User>()((z) =>
  z
    .strictObject({
      id: guid(),
      upn: nonEmptyString(),
      name: nonEmptyString(),
      password: nonEmptyString(),
      kind: z.enum(["member", "guest"]),
      homeTenant: z.string().optional(),
      homeId: guid().optional(),
      devices: names(),
      disabled: mark(),
      passwordExpired: mark(),
      locked: mark(),
      groups: names().optional(),
      roles: names().optional(),
      signsInWith: z.enum(["password", "certificate"]).optional(),
      secondFactor: secondFactorSchema().optional(),
      location: nonEmptyString().optional(),
    })
    .meta({ id: "User" }),
);

const deviceSchema = schemaOf<Device>()((z) =>
  z
    .strictObject({
      id: guid(),
      name: nonEmptyString(),
      platform: z.enum(["windows", "macos", "linux", "ios", "android"]),
      compliant: mark(),
      joined: mark(),
    })
    .meta({ id: "Device" }),
);

const secretSchema = schemaOf<ClientSecret>()((z) =>
  z
    .strictObject({ value: nonEmptyString(), expiresAt: instantMs().optional() })
    .meta({ id: "ClientSecret" }),
);

const samlSchema = schemaOf<SamlRegistration>()((z) =>
  z
    .strictObject({
      identifiers: names().min(1),
      replyUrls: names().min(1),
      relayState: z.string().optional(),
      nameIdFormat: nameIdFormat().optional(),
      sign: z.enum(["assertion", "response", "both"]),
      certificate: z.string(),
      privateKey: z.string(),
      requestCertificates: z.array(z.string()).min(1).optional(),
    })
    .check(acrossFields(checkSamlRegistration))
    .meta({ id: "SamlRegistration" }),
);

/** Trust in an outside issuer. */
export const federatedCredentialSchema = schemaOf<FederatedCredential>()((z) =>
  z
    .strictObject({
      issuer: nonEmptyString(),
      subject: nonEmptyString(),
      audience: nonEmptyString().optional(),
      keys: z.array(publicKeyPem()).min(1).optional(),
    })
    .meta({ id: "FederatedCredential" }),
);

const managedIdentitySchema = schemaOf<ManagedIdentity>()((z) =>
  z
    .strictObject({ assigned: z.enum(["system", "user"]), resourceId: nonEmptyString() })
    .meta({ id: "ManagedIdentity" }),
);

const appSchema = schemaOf<AppRegistration>()((z) =>
  z
    .strictObject({
      name: nonEmptyString(),
      clientId: guid(),
      servicePrincipalId: guid(),
      kind: z.enum([...registeredKinds, "managed-identity"]),
      managedIdentity: managedIdentitySchema().optional(),
      multiTenant: mark(),
      firstParty: mark(),
      redirectUris: z.array(
        z.strictObject({ type: z.enum(["web", "spa", "native"]), uri: nonEmptyString() }),
      ),
      secrets: z.array(secretSchema()),
      certificates: z.array(certificateOrThumbprint()),
      federatedCredentials: z.array(federatedCredentialSchema()).optional(),
      optionalClaims: optionalClaims().optional(),
      delegated: names(),
      userConsent: names().optional(),
      adminConsent: names().optional(),
      appRoles: z.record(z.string(), names()),
      logoutUrl: nonEmptyString().optional(),
      saml: samlSchema().optional(),
    })
    .check(acrossFields(checkRegistration), acrossFields(checkIdentity))
    .meta({ id: "AppRegistration" }),
);

const tenantSchema = schemaOf<Tenant>()((z) =>
  z
    .strictObject({
      id: guid(),
      name: nonEmptyString(),
      domains: names(),
      users: z.array(userSchema()),
      devices: z.array(deviceSchema()),
      apps: z.array(appSchema()),
      region: nonEmptyString(),
      kind: z.literal("b2c").optional(),
      cloud: z.literal(loginClouds.map(({ name }) => name)).optional(),
      policies: z.array(policySchema()).optional(),
      federatedDomains: z.array(federatedDomainSchema()).optional(),
    })
    .meta({ id: "Tenant" }),
);

const resourceSchema = schemaOf<ProtectedResource>()((z) =>
  z
    .strictObject({
      name: nonEmptyString(),
      identifierUri: nonEmptyString(),
      otherIdentifierUris: names().optional(),
      appId: guid(),
      tokenVersion: z.enum(["1.0", "2.0"]),
      hosts: names(),
      scopes: names(),
      optionalClaims: optionalClaims().optional(),
      cae: z.boolean(),
      authenticationContext: authenticationContext().optional(),
    })
    .check(acrossFields(checkContext))
    .meta({ id: "ProtectedResource" }),
);

const machineSchema = schemaOf<Machine>()((z) =>
  z
    .strictObject({
      name: nonEmptyString(),
      source: z.enum(machineSources),
      region: regionName(),
      cloud: z
        .enum([
          "commercial",
          "government",
          "government-secret",
          "government-top-secret",
          "21vianet",
        ])
        .optional(),
      tenant: nonEmptyString(),
      identities: names(),
      podIdentity: mark(),
    })
    .meta({ id: "Machine" }),
);

/** A complete world. */
export const worldSchema = schemaOf<World>()((z) =>
  z
    .strictObject({
      name: nonEmptyString(),
      tenants: z.array(tenantSchema()).min(1),
      resources: z.array(resourceSchema()),
      settings: settingsSchema(),
      machines: z.array(machineSchema()).optional(),
    })
    .check(acrossFields(checkBetweenFields))
    .meta({ id: "World" }),
);
