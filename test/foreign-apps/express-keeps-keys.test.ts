/** Real Express APIs that check tokens by jose in a key rollover: one as jose documents it, one that keeps the keys for ever. */
import express, { type Express } from "express";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type JSONWebKeySet,
  jwtVerify,
  type JWTVerifyGetKey,
} from "jose";
import supertest from "supertest";
import { expect, it } from "vitest";
import { useEntra } from "../../harness/integrations/vitest.ts";
import { judgeByEveryRule } from "../../harness/rules/rules.ts";
import { createDaemon, ordersScope } from "./orders-app.ts";

const KEYS = new URL("https://login.microsoftonline.com/common/discovery/v2.0/keys");
const entra = useEntra({ app: { name: "orders-api" } });

/** An API that answers 401 to a token that it cannot verify. */
function createApi(keysOf: KeysOf): Express {
  const api = express();
  api.get("/orders", async (request, response) => {
    const token = request.header("authorization")?.slice("Bearer ".length) ?? "";
    const keys = await keysOf();
    const isGood = await jwtVerify(token, keys).then(
      () => true,
      () => false,
    );
    response.status(isGood ? 200 : 401).json({ orders: [] });
  });
  return api;
}

type KeysOf = () => Promise<JWTVerifyGetKey>;

function remoteKeys(): KeysOf {
  const keys = createRemoteJWKSet(KEYS);
  return () => Promise.resolve(keys);
}

function keptKeys(): KeysOf {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const read = async (): Promise<JWTVerifyGetKey> =>
    createLocalJWKSet((await (await fetch(KEYS)).json()) as JSONWebKeySet);
  return () => (keys ??= read());
}

it.each([
  ["with jose's remote key set, passes", remoteKeys, 200, "pass"],
  ["that keeps its keys, fails", keptKeys, 401, "fail"],
] as const)("an API %s", async (_what, createKeys, statusAtEnd, verdict) => {
  const api = createApi(createKeys());
  let status = 0;
  for (let minute = 0; minute <= 240; minute += 15) {
    if (minute === 30) entra.world.rotateKeys();
    // Without a cache of its own: from minute 30 on the tokens are of the new key.
    const { accessToken = "" } =
      (await createDaemon().acquireTokenByClientCredential({ scopes: [ordersScope] })) ?? {};
    const asked = await entra.operate("list orders", () =>
      supertest(api).get("/orders").set("authorization", `Bearer ${accessToken}`),
    );
    ({ status } = asked);
    await entra.clock.advance("15m");
  }
  expect(status).toBe(statusAtEnd);
  const judged = judgeByEveryRule(entra.history()).find(({ rule }) => rule === "key-rollover");
  expect(judged?.verdict).toBe(verdict);
});
