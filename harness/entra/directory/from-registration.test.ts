/** Apps from the JSON of `az ad app show`, cut to what matters. */
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { explain } from "../../core/explain.ts";
import { createWorld } from "./create-world.ts";
import { fromRegistration, type RegistrationOptions } from "./from-registration.ts";
import type { World } from "./world.ts";

const tenant = "7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11";
const spaId = "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3";
const apiId = "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d4";
const GRAPH = "00000003-0000-0000-c000-000000000000";
const ordersRead = "11111111-2222-4333-8444-555555555501";
const ordersWrite = "11111111-2222-4333-8444-555555555502";
const ordersAll = "11111111-2222-4333-8444-555555555503";

/** What every registration has, empty. */
const bare = {
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications/$entity",
  addIns: [],
  api: {
    acceptMappedClaims: null,
    knownClientApplications: [],
    oauth2PermissionScopes: [],
    preAuthorizedApplications: [],
    requestedAccessTokenVersion: null,
  },
  appRoles: [],
  displayName: "Orders",
  identifierUris: [],
  keyCredentials: [],
  optionalClaims: null,
  passwordCredentials: [],
  publicClient: { redirectUris: [] },
  requiredResourceAccess: [],
  samlMetadataUrl: null,
  signInAudience: "AzureADMyOrg",
  spa: { redirectUris: [] },
  web: { homePageUrl: null, logoutUrl: null, redirectUris: [] },
};

const api = {
  ...bare,
  appId: apiId,
  identifierUris: ["api://orders", "https://orders.example.com/"],
  api: {
    ...bare.api,
    oauth2PermissionScopes: [
      { id: ordersRead, value: "Orders.Read", isEnabled: true, type: "User" },
      { id: ordersWrite, value: "Orders.Write", isEnabled: false, type: "Admin" },
    ],
    preAuthorizedApplications: [{ appId: spaId, delegatedPermissionIds: [ordersRead] }],
  },
  appRoles: [{ id: ordersAll, value: "Orders.Read.All", allowedMemberTypes: ["Application"] }],
  optionalClaims: {
    idToken: [{ name: "auth_time" }],
    accessToken: [{ name: "email", essential: false }, { name: "ipaddr" }],
    saml2Token: [],
  },
};

const spa = {
  ...bare,
  appId: spaId,
  spa: { redirectUris: ["http://localhost:5173/"] },
  requiredResourceAccess: [
    {
      resourceAppId: GRAPH,
      resourceAccess: [
        { id: "e1fe6dd8-ba31-4d61-89e7-88639da4683d", type: "Scope" },
        { id: "37f7f235-527c-4136-accd-4a02d197296e", type: "Scope" },
        { id: "df021288-bdef-4463-88db-98f22de89214", type: "Role" },
      ],
    },
    {
      resourceAppId: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
      resourceAccess: [{ id: "41094075-9dad-400e-a0bd-54e686782033", type: "Scope" }],
    },
  ],
};

const worldOf = (registration: object, options?: RegistrationOptions): World =>
  createWorld({ tenant, apps: [fromRegistration(registration, options)] });

describe("an app from its registration", () => {
  it("has the redirect URIs of each platform, and is the kind of app that they are for", () => {
    const kinds = [
      { ...spa, publicClient: { redirectUris: ["http://localhost"] } },
      { ...spa, web: { redirectUris: ["http://localhost:3000/redirect"] } },
      { ...bare, appId: spaId, publicClient: { redirectUris: ["http://localhost"] } },
      api,
      { ...bare, appId: spaId },
    ].map((registration) => fromRegistration(registration));
    expect(kinds.map(({ kind }) => kind)).toEqual(["spa", "web", "native", "api", "daemon"]);
    expect(kinds[1]?.redirectUris).toEqual([
      { type: "web", uri: "http://localhost:3000/redirect" },
      { type: "spa", uri: "http://localhost:5173/" },
    ]);
  });

  it("has its front-channel logout URL", () => {
    const logoutUrl = "http://localhost:3000/signed-out";
    const registration = { ...spa, web: { redirectUris: [], logoutUrl } };
    expect(fromRegistration(registration).logoutUrl).toBe(logoutUrl);
    expect(fromRegistration({ ...spa, web: bare.web })).not.toHaveProperty("logoutUrl");
    expect(worldOf(registration).tenants[0]?.apps[0]?.logoutUrl).toBe(logoutUrl);
  });

  it("has the permissions by name: those of Graph, of Azure, and of APIs whose registration is given", () => {
    const own = {
      resourceAppId: apiId,
      resourceAccess: [
        { id: ordersRead, type: "Scope" },
        { id: ordersAll, type: "Role" },
      ],
    };
    const registration = {
      ...spa,
      requiredResourceAccess: [...spa.requiredResourceAccess, own],
    };
    expect(fromRegistration(registration, { apis: [api] })).toMatchObject({
      scopes: [
        "User.Read",
        "openid",
        "https://management.azure.com//user_impersonation",
        "api://orders/Orders.Read",
      ],
      roles: ["User.Read.All", "api://orders/Orders.Read.All"],
    });
    // A service principal has them at its top.
    const principal = {
      appId: apiId,
      servicePrincipalNames: [apiId, "api://orders"],
      oauth2PermissionScopes: api.api.oauth2PermissionScopes,
      appRoles: api.appRoles,
    };
    expect(fromRegistration(registration, { apis: [principal] }).scopes).toContain(
      "api://orders/Orders.Read",
    );
    expect(fromRegistration(spa, { apis: [api] }).scopes).toContain("api://orders/Orders.Read");
  });

  it("names all permissions that it does not know at once, with what to write", () => {
    const unknown = [
      {
        resourceAppId: apiId,
        resourceAccess: [
          { id: ordersRead, type: "Scope" },
          { id: ordersAll, type: "Role" },
        ],
      },
    ];
    const registration = { ...spa, requiredResourceAccess: unknown };
    expect(() => fromRegistration(registration)).toThrow(
      `expected permissions whose names are known, got ${ordersRead} of ${apiId}, ${ordersAll} of ${apiId}`,
    );
    const named = { scopes: ["api://orders/Orders.Read"], roles: [] };
    expect(fromRegistration(registration, named).scopes).toEqual(named.scopes);
  });

  it("has its API: identifier URIs, permissions, token version and claims of access tokens", () => {
    const { resources, tenants } = worldOf(api);
    expect(resources.find(({ appId }) => appId === apiId)).toMatchObject({
      identifierUri: "api://orders",
      otherIdentifierUris: ["https://orders.example.com/"],
      scopes: ["Orders.Read"],
      tokenVersion: "1.0",
      optionalClaims: ["email"],
    });
    expect(tenants[0]?.apps[0]?.delegated).toContain("api://orders/Orders.Read");
    const second = { ...api, api: { ...api.api, requestedAccessTokenVersion: 2 } };
    expect(fromRegistration(second).tokenVersion).toBe("2.0");
  });

  it("has permissions of its own API by name, which are in its registration", () => {
    const own = [
      { id: ordersRead, type: "Scope" },
      { id: ordersAll, type: "Role" },
    ];
    const registration = {
      ...api,
      web: { redirectUris: ["http://localhost:3000/redirect"] },
      requiredResourceAccess: [{ resourceAppId: apiId, resourceAccess: own }],
    };
    const { scopes, roles } = fromRegistration(registration);
    expect([scopes, roles]).toEqual([
      ["api://orders/Orders.Read"],
      ["api://orders/Orders.Read.All"],
    ]);
    expect(worldOf(registration).tenants[0]?.apps[0]?.delegated).toContain(
      "api://orders/Orders.Read",
    );
  });

  it("is multi-tenant as its audience says", () => {
    const audience = (signInAudience: string): unknown =>
      fromRegistration({ ...spa, signInAudience }).multiTenant;
    expect(audience("AzureADMyOrg")).toBeUndefined();
    expect(audience("AzureADMultipleOrgs")).toBe(true);
    expect(audience("AzureADandPersonalMicrosoftAccount")).toBe(true);
  });

  it("has certificates whole or by thumbprint, and a secret where it has one", () => {
    const pem = readFileSync(
      new URL("../../../fixtures/keys/cert-daemon.cert.pem", import.meta.url),
      "utf8",
    );
    const { raw } = new X509Certificate(pem);
    const sha1 = createHash("sha1").update(raw);
    const hex = sha1.copy().digest("hex").toUpperCase();
    const certificatesOf = (keyCredential: object): unknown =>
      fromRegistration({ ...bare, appId: spaId, keyCredentials: [keyCredential] }).certificates;
    expect(certificatesOf({ customKeyIdentifier: hex, key: null, usage: "Verify" })).toEqual([hex]);
    expect(certificatesOf({ customKeyIdentifier: sha1.digest("base64") })).toEqual([
      hex.toLowerCase(),
    ]);
    expect(certificatesOf({ key: raw.toString("base64") })).toEqual([
      new X509Certificate(pem).toString(),
    ]);
    const both = {
      ...bare,
      appId: spaId,
      keyCredentials: [{ customKeyIdentifier: hex }],
      passwordCredentials: [{ hint: "abc", secretText: null }],
    };
    expect(worldOf(both).tenants[0]?.apps[0]?.secrets).toEqual([
      { value: "fixture-secret-of-daemon" },
    ]);
    expect(worldOf(both, { secret: "mine" }).tenants[0]?.apps[0]?.secrets).toEqual([
      { value: "mine" },
    ]);
    const onlyKey = { ...both, passwordCredentials: [] };
    expect(worldOf(onlyKey).tenants[0]?.apps[0]?.secrets).toEqual([]);
  });

  it("has no certificate that proves nothing to Entra: of another usage, or of an app that keeps no secret", () => {
    const customKeyIdentifier = "AB".repeat(20);
    const certificatesOf = (registration: object, usage: string): unknown =>
      fromRegistration({ ...registration, keyCredentials: [{ customKeyIdentifier, usage }] })
        .certificates;
    const daemon = { ...bare, appId: spaId };
    expect(certificatesOf(daemon, "Verify")).toEqual([customKeyIdentifier]);
    expect(certificatesOf(daemon, "Sign")).toBeUndefined();
    expect(certificatesOf(daemon, "Encrypt")).toBeUndefined();
    const page = { ...daemon, spa: { redirectUris: ["http://localhost:5173/"] } };
    expect(certificatesOf(page, "Verify")).toBeUndefined();
  });

  it("signs its users in by SAML with its identifier URIs and redirect URIs", () => {
    const registration = {
      ...bare,
      appId: spaId,
      identifierUris: ["https://expenses.example.com/saml"],
      web: { redirectUris: ["http://localhost:3000/acs"] },
      samlMetadataUrl: "https://expenses.example.com/metadata",
    };
    expect(worldOf(registration).tenants[0]?.apps[0]?.saml).toMatchObject({
      identifiers: ["https://expenses.example.com/saml"],
      replyUrls: ["http://localhost:3000/acs"],
      sign: "assertion",
    });
  });

  it.each([
    [{}, "fromRegistration.appId: expected a GUID in lower case, got nothing"],
    [{ ...spa, spa: [] }, "fromRegistration.spa: expected an object"],
    [
      { ...spa, signInAudience: "PersonalMicrosoftAccount" },
      'accounts of organizations, got "PersonalMicrosoftAccount"',
    ],
    [{ value: [spa] }, "az ad app show --id CLIENT_ID prints"],
  ])("is refused with the path of the mistake (%#)", (registration, said) => {
    let message = "it was taken";
    try {
      fromRegistration(registration);
    } catch (error) {
      message = (explain(error) as Error).message;
    }
    expect(message).toContain(said);
  });
});
