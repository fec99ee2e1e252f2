/** Apps as they are really registered, with the libraries that such apps use: MSAL, jose, node-saml. */
import { createHash, createSign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfidentialClientApplication } from "@azure/msal-node";
import { SAML, ValidateInResponseTo } from "@node-saml/node-saml";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { createWorld } from "../entra/directory/create-world.ts";
import { samlSettings } from "../entra/saml/saml-settings.ts";
import { useEntra } from "./vitest.ts";

const tenant = "7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11";
const clientId = "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3";
const workloadId = "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d4";
const ordersId = "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d5";
const authority = `https://login.microsoftonline.com/${tenant}`;

const pem = (name: string): string =>
  readFileSync(new URL(`../../fixtures/keys/${name}.pem`, import.meta.url), "utf8");
const certificate = pem("cert-daemon.cert");
const privateKey = pem("cert-daemon.key");
const thumbprint = (name: "sha1" | "sha256"): string =>
  createHash(name).update(new X509Certificate(certificate).raw).digest("hex");
const issuer = "https://token.actions.githubusercontent.com";
const subject = "repo:contoso/orders:environment:production";

const world = createWorld({
  tenant,
  apps: [
    {
      kind: "daemon",
      clientId,
      certificates: [certificate],
      roles: ["https://orders.example.com/Orders.Read.All"],
    },
    {
      kind: "daemon",
      name: "workload",
      clientId: workloadId,
      federatedCredentials: [{ issuer, subject, keys: [pem("signing-4.cert")] }],
    },
    {
      kind: "daemon",
      name: "by-thumbprint",
      clientId: "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d6",
      certificates: [thumbprint("sha256")],
    },
    {
      kind: "api",
      clientId: ordersId,
      identifierUris: ["https://orders.example.com/", "api://orders"],
      exposes: ["Orders.Read"],
      tokenVersion: "1.0",
      optionalClaims: { accessToken: ["email", "acct", "given_name", "family_name"] },
    },
    {
      kind: "native",
      clientId: "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d7",
      scopes: ["User.Read", "api://orders/Orders.Read"],
      optionalClaims: { idToken: ["email", "tenant_region_scope"] },
    },
    {
      kind: "web",
      name: "expenses",
      clientId: "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d8",
      saml: {
        identifiers: ["https://expenses.example.com/saml"],
        replyUrls: ["http://localhost:3000/acs"],
        nameIdFormat: "emailAddress",
      },
    },
  ],
  users: [{ upn: "adele@example.com", name: "Adele Vance" }],
});

const entra = useEntra({ world });

const daemonWith = (auth: object, id = clientId): ConfidentialClientApplication =>
  new ConfidentialClientApplication({ auth: { clientId: id, authority, ...auth } });

const ask = (
  client: ConfidentialClientApplication,
  scope = "https://orders.example.com//.default",
): Promise<string> =>
  entra.operate("ask", async () => {
    const result = await client.acquireTokenByClientCredential({ scopes: [scope] });
    return result?.accessToken ?? "";
  });

function signed(
  claims: Readonly<Record<string, unknown>>,
  { header = {}, key = privateKey }: { readonly header?: object; readonly key?: string } = {},
): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1_000);
  const input = `${part({ alg: "RS256", ...header })}.${part({ nbf: now, exp: now + 600, ...claims })}`;
  return `${input}.${createSign("RSA-SHA256").update(input).sign(key, "base64url")}`;
}

const claimsOf = (token: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<
    string,
    unknown
  >;

describe("an app with a certificate of its own", () => {
  it.each([
    ["thumbprintSha256", { thumbprintSha256: thumbprint("sha256"), privateKey }],
    ["thumbprint", { thumbprint: thumbprint("sha1"), privateKey }],
    ["x5c", { thumbprintSha256: thumbprint("sha256"), privateKey, x5c: certificate }],
  ])("gets tokens by MSAL's clientCertificate with %s", async (_name, clientCertificate) => {
    expect(claimsOf(await ask(daemonWith({ clientCertificate })))["appidacr"]).toBe("2");
  });

  it("gets tokens by MSAL's clientAssertion", async () => {
    const clientAssertion = (): Promise<string> =>
      Promise.resolve(
        signed({ iss: clientId, sub: clientId, aud: `${authority}/oauth2/v2.0/token`, jti: "1" }),
      );
    expect(claimsOf(await ask(daemonWith({ clientAssertion })))["appid"]).toBe(clientId);
  });

  it("is refused with another certificate's thumbprint, which the message names", async () => {
    const clientCertificate = { thumbprintSha256: "ab".repeat(32), privateKey };
    await expect(ask(daemonWith({ clientCertificate }))).rejects.toThrow(
      `AADSTS700027: The client assertion is not signed with a registered key. [Reason - The key was not found., Thumbprint of key used by client: '${"AB".repeat(32)}'`,
    );
  });

  it("may be registered by its thumbprint alone; x5c shows whether it signed", async () => {
    const byThumbprint = (more: object): Promise<string> =>
      ask(
        daemonWith(
          { clientCertificate: { thumbprintSha256: thumbprint("sha256"), privateKey, ...more } },
          "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d6",
        ),
      );
    expect(await byThumbprint({})).not.toBe("");
    expect(await byThumbprint({ x5c: certificate })).not.toBe("");
    await expect(byThumbprint({ x5c: pem("cert-portal.cert") })).rejects.toThrow("AADSTS700027");
    await expect(
      byThumbprint({ x5c: certificate, privateKey: pem("cert-portal.key") }),
    ).rejects.toThrow("AADSTS700027");
  });
});

describe("an app with a federated credential", () => {
  const token = { iss: issuer, sub: subject, aud: "api://AzureADTokenExchange" };
  const exchange = (claims: object, key = pem("signing-4.key")): Promise<string> =>
    ask(
      daemonWith(
        { clientAssertion: () => Promise.resolve(signed({ ...token, ...claims }, { key })) },
        workloadId,
      ),
    );

  it("exchanges a token of the outside issuer", async () => {
    expect(claimsOf(await exchange({}))["appid"]).toBe(workloadId);
    expect(await exchange({ aud: ["other", "api://AzureADTokenExchange"] })).not.toBe("");
  });

  it.each<readonly [string, object, string]>([
    ["issuer", { iss: `${issuer}/` }, "AADSTS700211"],
    ["subject", { sub: subject.toUpperCase() }, "AADSTS700213"],
    ["audience", { aud: "api://orders" }, "AADSTS700212"],
    ["time", { exp: 1_000 }, "AADSTS700024"],
  ])("is refused with another %s", async (_what, claims, code) => {
    await expect(exchange(claims)).rejects.toThrow(code);
  });

  it("is refused when another key signed", async () => {
    await expect(exchange({}, privateKey)).rejects.toThrow("AADSTS700027");
  });
});

describe("an API that takes v1 tokens", () => {
  const metadata = async (path: string): Promise<Readonly<Record<string, string>>> =>
    (await fetch(`${authority}/${path}`)).json() as Promise<Record<string, string>>;

  it.each([
    ["https://orders.example.com//.default", "https://orders.example.com/"],
    ["https://orders.example.com/.default", "https://orders.example.com"],
    ["api://orders/.default", "api://orders"],
    [`${ordersId}/.default`, ordersId],
  ])("verifies by jose what was asked for as %s, for the audience %s", async (scope, audience) => {
    const token = await ask(
      daemonWith({ clientCertificate: { thumbprintSha256: thumbprint("sha256"), privateKey } }),
      scope,
    );
    await entra.operate("verify", async () => {
      const { issuer: expected, jwks_uri: keys } = await metadata(
        ".well-known/openid-configuration",
      );
      expect(expected).toBe(`https://sts.windows.net/${tenant}/`);
      const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(keys ?? "")), {
        issuer: expected ?? "",
        audience,
        currentDate: new Date(Date.now()),
      });
      expect(payload).toMatchObject({
        ver: "1.0",
        appid: clientId,
        appidacr: "2",
        roles: ["Orders.Read.All"],
      });
      expect(payload).not.toHaveProperty("azp");
    });
  });

  it("gets the claims of a user that it asks for; ID tokens have those of the client", async () => {
    const { accessToken, idToken } = await entra.operate("sign in", async () => {
      const answer = await fetch(`${authority}/oauth2/v2.0/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "password",
          client_id: "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d7",
          username: "adele@example.com",
          password: "fixture-password-of-adele",
          scope: "openid api://orders/Orders.Read",
        }),
      });
      const body = (await answer.json()) as Readonly<Record<string, string>>;
      return { accessToken: body["access_token"] ?? "", idToken: body["id_token"] ?? "" };
    });
    expect(claimsOf(accessToken)).toMatchObject({
      aud: "api://orders",
      scp: "Orders.Read",
      email: "adele@example.com",
      acct: 0,
      given_name: "Adele",
      family_name: "Vance",
    });
    expect(claimsOf(idToken)).toMatchObject({
      email: "adele@example.com",
      tenant_region_scope: "EU",
    });
    expect(claimsOf(idToken)).not.toHaveProperty("acct");
  });
});

describe("Azure's own resources", () => {
  it.each([
    ["https://management.azure.com/.default", "https://management.azure.com"],
    ["https://management.azure.com//.default", "https://management.azure.com/"],
    ["https://management.core.windows.net//.default", "https://management.core.windows.net/"],
    ["https://vault.azure.net/.default", "https://vault.azure.net"],
    ["https://storage.azure.com/.default", "https://storage.azure.com"],
    ["https://database.windows.net//.default", "https://database.windows.net/"],
    ["https://servicebus.azure.net/.default", "https://servicebus.azure.net"],
    ["499b84ac-1321-427f-aa17-267ca6975798/.default", "499b84ac-1321-427f-aa17-267ca6975798"],
  ])("are in every world: %s gives a v1 token for %s", async (scope, aud) => {
    const clientCertificate = { thumbprintSha256: thumbprint("sha256"), privateKey };
    const token = await ask(daemonWith({ clientCertificate }), scope);
    expect(claimsOf(token)).toMatchObject({ aud, ver: "1.0", appid: clientId });
  });
});

describe("an app that signs its users in by SAML", () => {
  it("is configured by samlSettings, and gets the NameID as it is registered", async () => {
    const saml = new SAML({
      ...samlSettings(world, "expenses"),
      // The library would ask for emailAddress by itself.
      identifierFormat: null,
      validateInResponseTo: ValidateInResponseTo.always,
    });
    const response = await entra.operate("sign in", async () => {
      const page = await fetch(await saml.getAuthorizeUrlAsync("", undefined, {}));
      const html = await page.text();
      const action = /action="([^"]+)"/.exec(html)?.[1] ?? "";
      const ctx = /name="ctx" type="hidden" value="([^"]*)"/.exec(html)?.[1] ?? "";
      const answer = await fetch(new URL(action, authority), {
        method: "POST",
        body: new URLSearchParams({
          login: "adele@example.com",
          passwd: "fixture-password-of-adele",
          ctx,
        }),
      });
      const posted = await answer.text();
      expect(posted).toContain('action="http://localhost:3000/acs"');
      return /name="SAMLResponse"[^>]*value="([^"]*)"/.exec(posted)?.[1] ?? "";
    });
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: response });
    expect(profile).toMatchObject({
      issuer: `https://sts.windows.net/${tenant}/`,
      nameID: "adele@example.com",
    });
  });

  it("finds its metadata where samlSettings says", async () => {
    const { metadataUrl, idpCert } = samlSettings(world);
    const xml = await entra.operate("read", async () => (await fetch(metadataUrl)).text());
    expect(xml).toContain(idpCert.replace(/-----[A-Z ]+-----|\s/g, ""));
  });

  it("is asked for by a name that the world has", () => {
    expect(() => samlSettings(world, "expense")).toThrow(
      'expected an app that signs in by SAML, got "expense"',
    );
    expect(() =>
      samlSettings(createWorld({ tenant, apps: [{ kind: "daemon", clientId }] })),
    ).toThrow("expected the name of one app, got none");
  });
});
