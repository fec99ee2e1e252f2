/** A real API in the middle: it checks its caller's token by jose or jwks-rsa, and asks on behalf of the user by MSAL Node. */
import { createPublicKey, createVerify } from "node:crypto";
import { createRequire } from "node:module";
import { ConfidentialClientApplication } from "@azure/msal-node";
import express, { type Express } from "express";
import { createRemoteJWKSet, jwtVerify } from "jose";
import supertest from "supertest";
import { expect, it } from "vitest";
import { useEntra } from "../../harness/integrations/vitest.ts";

const TENANT = "11111111-aaaa-4aaa-8aaa-000000000001";
const AUTHORITY = `https://login.microsoftonline.com/${TENANT}`;
const KEYS = `${AUTHORITY}/discovery/v2.0/keys`;

const require = createRequire(import.meta.url);
const entra = useEntra({ app: { name: "orders-api" } });

type Check = (token: string) => Promise<boolean>;

function byJose(): Check {
  const keys = createRemoteJWKSet(new URL(KEYS));
  return async (token) => {
    const issuer = `${AUTHORITY}/v2.0`;
    return jwtVerify(token, keys, { issuer }).then(
      ({ payload }) => String(payload["scp"]).split(" ").includes("Orders.Read"),
      () => false,
    );
  };
}

function byJwksRsa(): Check {
  const { JwksClient } = require("jwks-rsa") as {
    readonly JwksClient: new (options: { readonly jwksUri: string }) => {
      readonly getSigningKey: (kid: string) => Promise<{ readonly getPublicKey: () => string }>;
    };
  };
  const client = new JwksClient({ jwksUri: KEYS });
  return async (token) => {
    const [head = "", payload = "", signature = ""] = token.split(".");
    const { kid } = JSON.parse(Buffer.from(head, "base64url").toString()) as { kid: string };
    const key = await client.getSigningKey(kid).catch(() => undefined);
    return (
      key !== undefined &&
      createVerify("RSA-SHA256")
        .update(`${head}.${payload}`)
        .verify(createPublicKey(key.getPublicKey()), signature, "base64url")
    );
  };
}

function createApi(check: Check): Express {
  const { clientId, secrets } = entra.world.app("orders-api");
  const client = new ConfidentialClientApplication({
    auth: { authority: AUTHORITY, clientId, clientSecret: secrets[0]?.value ?? "" },
  });
  const api = express();
  api.get("/orders", async (request, response) => {
    const token = request.header("authorization")?.slice("Bearer ".length) ?? "";
    if (!(await check(token))) {
      response.status(401).send("unknown");
      return;
    }
    const result = await client.acquireTokenOnBehalfOf({
      oboAssertion: token,
      scopes: ["User.Read"],
    });
    response.json({ user: result?.account?.username, isFromCache: result?.fromCache });
  });
  return api;
}

it.each([
  ["jose", byJose],
  ["jwks-rsa", byJwksRsa],
] as const)("an API with %s works for its user through an outage", async (_name, check) => {
  const api = createApi(check());
  const { accessToken } = await entra.tokenFor("adele", { scopes: ["api://orders/Orders.Read"] });
  const load = () =>
    entra.operate("orders of adele", () =>
      supertest(api).get("/orders").set("authorization", `Bearer ${accessToken}`),
    );
  expect((await load()).body).toEqual({ user: "adele@contoso.example", isFromCache: false });
  entra.outage({ for: "1h" });
  // After ten minutes jose would ask for the keys again.
  await entra.clock.advance("9m");
  expect((await load()).body).toEqual({ isFromCache: true });
  expect(entra).toHaveKeptWorkingFromCache();
  const forged = `${accessToken.slice(0, -8)}AAAAAAAA`;
  await supertest(api).get("/orders").set("authorization", `Bearer ${forged}`).expect(401);
});

it("refuses a token for another API", async () => {
  const { accessToken } = await entra.tokenFor("adele", { scopes: ["User.Read"] });
  const { status } = await supertest(createApi(byJose()))
    .get("/orders")
    .set("authorization", `Bearer ${accessToken}`);
  expect(status).toBe(401);
});
