/** Metadata and tokens under each cloud's hosts, and whom a regional host serves. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { loginClouds } from "../directory/clouds.ts";
import type { World } from "../directory/world.ts";
import { claimsOf } from "../../core/http/json-object.ts";
import { createRequest } from "../../core/http/message.ts";
import { startEsts } from "../../../test/support/ests.ts";

function daemonAt(host: string, bench: ReturnType<typeof startEsts>, more = {}) {
  const app = contoso.tenants[0]?.apps.find(({ name }) => name === "nightly-daemon");
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: app?.clientId ?? "",
    client_secret: app?.secrets[0]?.value ?? "",
    scope: "api://orders/.default",
    ...more,
  });
  return bench.ests(
    createRequest(`https://${host}/${bench.tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: form.toString(),
    }),
  );
}

const hosts = loginClouds.flatMap((cloud) =>
  cloud.aliases.map((host) => [cloud.name, host, cloud] as const),
);

describe.each(hosts)("the cloud %s at %s", (_, host, cloud) => {
  const bench = startEsts();

  it("names its issuer and its own endpoints", async () => {
    const address = `https://${host}/${bench.tenantId}/v2.0/.well-known/openid-configuration`;
    expect(await (await bench.ests(createRequest(address))).json()).toMatchObject({
      issuer: `https://${cloud.preferredNetwork}/${bench.tenantId}/v2.0`,
      token_endpoint: `https://${host}/${bench.tenantId}/oauth2/v2.0/token`,
      cloud_instance_name: cloud.instanceName,
      msgraph_host: cloud.graphHost,
    });
  });

  it("issues tokens in the name of that issuer", async () => {
    const { access_token: token } = (await (await daemonAt(host, bench)).json()) as {
      readonly access_token: string;
    };
    expect(claimsOf(token)?.["iss"]).toBe(
      `https://${cloud.preferredNetwork}/${bench.tenantId}/v2.0`,
    );
  });

  it("is a known instance, with its aliases", async () => {
    const asked = encodeURIComponent(`https://${host}/common/oauth2/v2.0/authorize`);
    const reply = await bench.ests(
      createRequest(
        `https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint=${asked}`,
      ),
    );
    const { metadata } = (await reply.json()) as { readonly metadata: readonly unknown[] };
    expect(metadata).toContainEqual({
      preferred_network: cloud.preferredNetwork,
      preferred_cache: cloud.preferredCache,
      aliases: cloud.aliases,
    });
  });
});

describe("a tenant", () => {
  const inGovernment: World = {
    ...contoso,
    tenants: contoso.tenants.map((tenant) => ({ ...tenant, cloud: "government" })),
  };

  it.each([
    ["login.microsoftonline.us", 200],
    ["login.usgovcloudapi.net", 200],
    ["login.microsoftonline.com", 400],
    ["login.partner.microsoftonline.cn", 400],
  ])("of the government cloud at %s: %i", async (host, status) => {
    const reply = await daemonAt(host, startEsts({}, inGovernment));
    const { error_codes: codes } = (await reply.json()) as { readonly error_codes?: unknown };
    expect([reply.status, codes]).toEqual([status, status === 400 ? [90038] : undefined]);
  });
});

describe("a regional token endpoint", () => {
  const host = "westus2.login.microsoft.com";
  const firstParty: World = {
    ...contoso,
    tenants: contoso.tenants.map((tenant) => ({
      ...tenant,
      apps: tenant.apps.map((app) => ({ ...app, firstParty: true })),
    })),
  };

  it("refuses apps that are not Microsoft's own", async () => {
    const reply = await daemonAt(host, startEsts());
    expect([reply.status, await reply.json()]).toMatchObject([400, { error_codes: [100007] }]);
  });

  it("serves Microsoft's own apps, by client credentials only", async () => {
    const bench = startEsts({}, firstParty);
    expect((await daemonAt(host, bench)).status).toBe(200);
    const other = await daemonAt(host, bench, { grant_type: "refresh_token", refresh_token: "r" });
    expect(await other.json()).toMatchObject({ error_codes: [100007] });
  });

  it("serves every app where a setting says so", async () => {
    const settings = { regionalTokenEndpoints: "everyone" } as const;
    expect((await daemonAt(host, startEsts(settings))).status).toBe(200);
  });
});
