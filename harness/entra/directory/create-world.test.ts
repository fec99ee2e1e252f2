import { describe, expect, it } from "vitest";
import { createEsts } from "../token-service/ests.ts";
import { explain } from "../../core/explain.ts";
import { createRequest } from "../../core/http/message.ts";
import { createRandom } from "../../core/random.ts";
import { createDirectory } from "./directory.ts";
import { createWorld } from "./create-world.ts";
import type { WorldSketch } from "./world-sketch.ts";

const tenant = "7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11";
const clientId = "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3";
const spa = { kind: "spa", clientId, redirectUris: ["http://localhost:4200/"] } as const;
const least: WorldSketch = { tenant, apps: [spa] };

describe("a world from a sketch", () => {
  it("has what the sketch says, and defaults for the rest", () => {
    const world = createWorld({
      ...least,
      users: ["adele@example.com", { upn: "megan", password: "p" }],
    });
    const [only] = world.tenants;
    expect(only).toMatchObject({ id: tenant, domains: ["example.com"] });
    expect(only?.users.map(({ upn, password }) => [upn, password])).toEqual([
      ["adele@example.com", "fixture-password-of-adele"],
      ["megan@example.com", "p"],
    ]);
    expect(only?.apps).toMatchObject([
      {
        name: "spa",
        clientId,
        redirectUris: [{ type: "spa", uri: "http://localhost:4200/" }],
        delegated: ["https://graph.microsoft.com/User.Read"],
        secrets: [],
      },
    ]);
    expect(world.resources.map(({ name }) => name)).toEqual(["graph"]);
    expect(createWorld(least).tenants[0]?.users[0]?.upn).toBe("adele@contoso.example");
  });

  it("is the same each time, with a different id for each name", () => {
    const two = { ...least, users: ["adele", "megan"] };
    expect(createWorld(two)).toEqual(createWorld(two));
    const ids = createWorld(two).tenants[0]?.users.map(({ id }) => id) ?? [];
    expect(new Set(ids).size).toBe(2);
  });

  it("knows the APIs that its apps name, and what the sketch says about them", () => {
    const id = "99999999-1111-4111-8111-000000000001";
    const { resources, tenants } = createWorld({
      ...least,
      apps: [
        { ...spa, scopes: ["openid", "Files.Read", "api://orders/Orders.Read", `api://${id}/Use`] },
        { kind: "daemon", clientId: id, roles: ["api://orders/Orders.Read.All"], secret: "s" },
      ],
      resources: [
        { identifierUri: "api://orders", scopes: ["Orders.Write"], hosts: ["api.contoso.example"] },
      ],
      settings: { backup: "2026-03" },
    });
    expect(
      resources.map(({ name, appId, scopes, hosts }) => [name, appId.length, scopes, hosts]),
    ).toEqual([
      [
        "graph",
        36,
        ["User.Read", "Mail.Read", "Calendars.Read", "Files.Read"],
        ["graph.microsoft.com"],
      ],
      ["orders", 36, ["Orders.Write", "Orders.Read"], ["api.contoso.example"]],
      [id, 36, ["Use"], []],
    ]);
    expect(resources.at(-1)?.appId).toBe(id);
    expect(
      tenants[0]?.apps.map(({ name, secrets, appRoles }) => [name, secrets, appRoles]),
    ).toEqual([
      ["spa", [], {}],
      ["daemon", [{ value: "s" }], { "api://orders": ["Orders.Read.All"] }],
    ]);
  });

  it("takes what else an app is registered with", () => {
    const { tenants, resources } = createWorld({
      ...least,
      apps: [
        {
          kind: "web",
          clientId,
          redirectUris: [
            "http://localhost:3000/redirect",
            { type: "spa", uri: "http://localhost:3000/page" },
          ],
          federatedCredentials: [{ issuer: "https://issuer.example", subject: "orders" }],
          identifierUris: ["https://orders.example.com/", "api://orders"],
          exposes: ["Orders.Read"],
          tokenVersion: "1.0",
          optionalClaims: { idToken: ["email"], accessToken: ["upn"] },
          saml: {},
        },
      ],
      resources: [
        { identifierUri: "https://vault.azure.net", scopes: ["user_impersonation"] },
        { identifierUri: "api://stock", otherIdentifierUris: ["api://stock-2"] },
      ],
    });
    expect(tenants[0]?.apps[0]).toMatchObject({
      redirectUris: [
        { type: "web", uri: "http://localhost:3000/redirect" },
        { type: "spa", uri: "http://localhost:3000/page" },
      ],
      secrets: [],
      optionalClaims: ["email"],
      delegated: [
        "https://graph.microsoft.com/User.Read",
        "https://orders.example.com//Orders.Read",
      ],
      saml: {
        identifiers: ["https://orders.example.com/", "api://orders"],
        replyUrls: ["http://localhost:3000/redirect", "http://localhost:3000/page"],
      },
    });
    expect(resources.slice(1)).toMatchObject([
      { name: "key-vault", appId: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", tokenVersion: "1.0" },
      { identifierUri: "api://stock", otherIdentifierUris: ["api://stock-2"] },
      {
        identifierUri: "https://orders.example.com/",
        otherIdentifierUris: ["api://orders"],
        appId: clientId,
        tokenVersion: "1.0",
        scopes: ["Orders.Read"],
        optionalClaims: ["upn"],
      },
    ]);
  });

  it("issues tokens to its users and its daemons", async () => {
    const id = "99999999-1111-4111-8111-000000000001";
    const world = createWorld({
      ...least,
      apps: [
        { ...spa, scopes: ["api://orders/Orders.Read"] },
        { kind: "daemon", clientId: id, roles: ["api://orders/All"] },
      ],
    });
    const clock = { now: () => Date.UTC(2026, 2, 2, 8), sleep: () => Promise.resolve() };
    const directory = createDirectory(world, clock);
    const ests = createEsts({
      directory,
      clock,
      random: createRandom("w"),
      settings: world.settings,
    });
    const ask = async (fields: Readonly<Record<string, string>>): Promise<unknown> => {
      const request = createRequest(
        `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
        {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: new URLSearchParams(fields).toString(),
        },
      );
      return (await ests(request)).json();
    };
    const person = { username: "adele@contoso.example", password: "fixture-password-of-adele" };
    expect(
      await ask({
        grant_type: "password",
        client_id: clientId,
        scope: "api://orders/Orders.Read",
        ...person,
      }),
    ).toHaveProperty("access_token");
    expect(
      await ask({
        grant_type: "client_credentials",
        client_id: id,
        client_secret: "fixture-secret-of-daemon",
        scope: "api://orders/.default",
      }),
    ).toHaveProperty("access_token");
  });

  it.each([
    [{ apps: [spa] }, "createWorld.tenant: expected a GUID in lower case, got nothing"],
    [
      { ...least, tenant: "contoso" },
      'createWorld.tenant: expected a GUID in lower case, got "contoso"',
    ],
    [
      { ...least, apps: [{ ...spa, clientId: undefined }] },
      "createWorld.apps[0].clientId: expected a GUID in lower case, got nothing",
    ],
    [{ ...least, apps: [{ ...spa, kind: "spaa" }] }, '\n  Did you mean "spa"?'],
    [{ ...least, apps: [{ ...spa, scope: [] }] }, '\n  Did you mean "scopes"?'],
    [
      { ...least, apps: [{ ...spa, redirectUris: [] }] },
      "createWorld.apps[0].redirectUris: expected at least one URL, got nothing\n",
    ],
    [
      { ...least, apps: [{ ...spa, redirectUris: ["/redirect"] }] },
      'redirectUris[0]: expected an absolute URL, got "/redirect"',
    ],
    [{ ...least, apps: [{ ...spa, scopes: ["api://orders/.default"] }] }, "Name each permission."],
    [
      { ...least, apps: [{ ...spa, secret: "s" }] },
      "createWorld.apps[0].secret: a spa app cannot keep a secret",
    ],
    [
      { ...least, apps: [{ ...spa, certificates: ["ab".repeat(20)] }] },
      "createWorld.apps[0].certificates: a spa app cannot keep a secret",
    ],
    [
      { ...least, apps: [{ kind: "daemon", clientId, certificates: ["app.pem"] }] },
      'certificates[0]: expected a certificate in PEM, or its thumbprint in hex, got "app.pem"',
    ],
    [
      {
        ...least,
        apps: [{ kind: "daemon", clientId, certificates: ["-----BEGIN PRIVATE KEY-----\nMII"] }],
      },
      "certificates[0]: expected a certificate, got a private key",
    ],
    [
      { ...least, apps: [{ ...spa, optionalClaims: { idToken: ["emial"] } }] },
      '\n  Did you mean "email"?',
    ],
    [
      { ...least, apps: [{ ...spa, redirectUris: [{ type: "page", uri: "http://localhost/" }] }] },
      "redirectUris[0]",
    ],
    [
      { ...least, apps: [{ ...spa, tokenVersion: "1.0" }] },
      "createWorld.apps[0].tokenVersion: only an app that has an API has tokens for it",
    ],
    [
      { ...least, apps: [{ kind: "web", clientId, saml: {} }] },
      "createWorld.apps[0].saml.identifiers: expected at least one identifier, got nothing",
    ],
    [
      {
        ...least,
        apps: [{ ...spa, saml: { identifiers: ["a:b"], replyUrls: ["u:v"], certificate: "x" } }],
      },
      "saml.privateKey: expected the other half of the pair, got nothing",
    ],
    [
      {
        ...least,
        apps: [
          {
            kind: "daemon",
            clientId,
            federatedCredentials: [{ issuer: "i", subject: "s", keys: ["k"] }],
          },
        ],
      },
      'keys[0]: expected a public key or a certificate in PEM, got "k"',
    ],
    [
      { ...least, apps: [spa, spa] },
      `apps[1].clientId: expected a unique client id, got "${clientId}" again`,
    ],
    [{ tenant: least.tenant }, "createWorld.apps: expected at least one app, or a machine"],
    [
      { tenant: least.tenant, machines: [{ name: "vm", source: "imsd" }] },
      "createWorld.machines[0].source: expected",
    ],
    [
      { tenant: least.tenant, machines: [{ name: "vm", source: "imds", region: "West Europe" }] },
      "createWorld.machines[0].region: expected a region of Azure",
    ],
    [
      {
        tenant: least.tenant,
        machines: [{ name: "vm", source: "imds", identities: [{ assigned: "user" }] }],
      },
      "createWorld.machines[0].identities[0].name: a user-assigned identity has a name",
    ],
    [
      {
        tenant: least.tenant,
        machines: [
          { name: "shell", source: "cloud-shell", identities: [{ assigned: "user", name: "u" }] },
        ],
      },
      "Cloud Shell has no user-assigned identities",
    ],
    [{ ...least, users: [] }, "createWorld.users: expected at least one entry, got an empty array"],
    [
      { ...least, users: [{ name: "Adele" }] },
      "createWorld.users[0].upn: expected a string that is not empty, got nothing",
    ],
    [{ ...least, settings: { bakup: "off" } }, '\n  Did you mean "backup"?'],
    [{ ...least, settings: { backup: "on" } }, "settings.backup"],
  ])("is refused with the path of the mistake (%#)", (sketch, said) => {
    let message = "it was taken";
    try {
      createWorld(sketch as unknown as WorldSketch);
    } catch (error) {
      message = (explain(error) as Error).message;
    }
    expect(message).toContain(said);
  });
});
