/** The sessions that the backup observes of an app with tokens for several resources. */
import { expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import type { World } from "../directory/world.ts";
import { startBench } from "../../../test/support/backup-bench.ts";

const GRAPH = "https://graph.microsoft.com/User.Read";
const ORDERS = "api://orders/access_as_user";

/** Signs Adele in for Graph, then renews for the API: both refresh tokens, and how to ask. */
async function signedInForBoth(world: World = contoso) {
  const [tenant] = world.tenants;
  const adele = tenant?.users[0];
  const nativeApp = tenant?.apps.find(({ name }) => name === "desk-app");
  const bench = startBench(world);
  const ask = async (scope: string, more: Record<string, string>) => {
    const form = {
      client_id: nativeApp?.clientId ?? "",
      scope: `openid offline_access ${scope}`,
      ...more,
    };
    const { status, json, text, byBackup } = await bench.send(`${tenant?.id}/oauth2/v2.0/token`, {
      form,
    });
    return {
      status,
      byBackup,
      scope: json["scope"],
      secret: String(json["refresh_token"]),
      json,
      text,
    };
  };
  const password = {
    grant_type: "password",
    username: adele?.upn ?? "",
    password: adele?.password ?? "",
  };
  const first = await ask(GRAPH, password);
  const renew = (scope: string, secret: string) =>
    ask(scope, { grant_type: "refresh_token", refresh_token: secret });
  bench.pass(60_000);
  const second = await renew(ORDERS, first.secret);
  const signInAgain = () => ask(GRAPH, password);
  return { ...bench, ask, renew, signInAgain, secrets: [first.secret, second.secret] };
}

it("serves each resource that the app had a token for, by either refresh token", async () => {
  const bench = await signedInForBoth();
  const { renew, secrets } = bench;
  bench.fail();
  for (const secret of secrets) {
    for (const scope of [GRAPH, ORDERS]) {
      expect(await renew(scope, secret)).toMatchObject({
        status: 200,
        byBackup: true,
        scope: expect.stringContaining(scope) as string,
      });
    }
  }
});

it("refuses both resources at once, and one that the app had no token for", async () => {
  const bench = await signedInForBoth();
  const { renew, secrets } = bench;
  bench.fail();
  for (const scope of [`${GRAPH} ${ORDERS}`, "https://vault.azure.net/user_impersonation"]) {
    expect((await renew(scope, secrets[1] ?? "")).status).toBe(503);
  }
  // A reply names all consented scopes of its resource, and the backup serves each of them.
  expect((await renew("https://graph.microsoft.com/Mail.Read", secrets[1] ?? "")).status).toBe(200);
});

it("counts three days for each resource from its own last success", async () => {
  const bench = await signedInForBoth();
  const { renew, secrets } = bench;
  bench.pass(72 * 3_600_000);
  bench.fail();
  expect((await renew(GRAPH, secrets[1] ?? "")).status).toBe(503);
  expect((await renew(ORDERS, secrets[1] ?? "")).status).toBe(200);
});

it("counts a sign-in frequency from the sign-in, not from the last renewal", async () => {
  const everyTwoHours: World = {
    ...contoso,
    tenants: contoso.tenants.map((tenant) => ({
      ...tenant,
      policies: [
        {
          name: "Often",
          state: "enabled",
          users: { include: "all", groups: [], roles: [] },
          apps: "all",
          conditions: [],
          controls: [],
          signInFrequencyHours: 2,
          resilienceDefaults: "disabled",
        },
      ],
    })),
  };
  const bench = await signedInForBoth(everyTwoHours);
  const { renew, secrets } = bench;
  bench.pass(90 * 60_000);
  expect((await renew(GRAPH, secrets[1] ?? "")).byBackup).toBe(false);
  bench.fail();
  bench.pass(20 * 60_000);
  expect((await renew(GRAPH, secrets[1] ?? "")).status).toBe(200);
  bench.pass(20 * 60_000);
  expect((await renew(GRAPH, secrets[1] ?? "")).status).toBe(503);
});

it("answers with an id token when the primary gave one, and the refresh token that was sent", async () => {
  const bench = await signedInForBoth();
  const [secret = ""] = bench.secrets;
  bench.fail();
  const { json } = await bench.renew(GRAPH, secret);
  expect(json).toMatchObject({ id_token: expect.any(String), refresh_token: secret });
  const other = await signedInForBoth();
  const [renewed = ""] = other.secrets;
  const grant = { grant_type: "refresh_token", refresh_token: renewed } as const;
  const withoutOpenid = { ...grant, scope: GRAPH };
  expect((await other.ask("", withoutOpenid)).json).not.toHaveProperty("id_token");
  other.fail();
  expect((await other.ask("", withoutOpenid)).json).not.toHaveProperty("id_token");
});

it("reads scopes that are written with more spaces than one", async () => {
  const bench = await signedInForBoth();
  bench.fail();
  expect((await bench.renew(`  ${GRAPH} `, bench.secrets[0] ?? "")).status).toBe(200);
});

it("leaves other grants to the primary, also of an app that it serves", async () => {
  const bench = await signedInForBoth();
  bench.fail();
  expect(await bench.signInAgain()).toMatchObject({ status: 503, text: "down" });
});
