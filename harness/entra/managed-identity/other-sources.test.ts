/** The answers of the other sources, with one row for each documented error: `docs/sources.md#g2` to G.4. */
import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { claimsOf } from "../../core/http/json-object.ts";
import { machineBench, type MachineBench } from "../../../test/support/managed-identity.ts";

const metadata = { headers: { metadata: "true" } };
const graph = "resource=https://graph.microsoft.com";
const imdsQuery = `?api-version=2018-02-01&${graph}`;
const hour = 3_600_000;

const shop = contoso.tenants[0]?.apps.find(({ name }) => name === "shop-identity");

type Query = string;
type Init = NonNullable<Parameters<MachineBench["ask"]>[1]>;

const appServiceHeaders = {
  headers: { "x-identity-header": "fixture-identity-header-of-app-service" },
};
const oldHeaders = { headers: { secret: "fixture-identity-header-of-app-service" } };
const fabricHeaders = { headers: { secret: "fixture-identity-header-of-service-fabric" } };
const learningHeaders = { headers: { secret: "fixture-secret-of-machine-learning" } };
const form = { "content-type": "application/x-www-form-urlencoded", metadata: "true" };

describe("the other sources", () => {
  it.each<readonly [string, string, Query, Init, object]>([
    [
      "App Service",
      "shop-site",
      `?api-version=2019-08-01&${graph}`,
      appServiceHeaders,
      {
        expires_on: "1772524800",
        client_id: "33333333-cccc-4ccc-8ccc-000000000084",
        token_type: "Bearer",
      },
    ],
    [
      "App Service of 2025",
      "shop-site",
      `?api-version=2025-03-30&${graph}&xms_cc=cp1`,
      appServiceHeaders,
      { expires_on: "1772524800" },
    ],
    [
      "App Service of 2017",
      "shop-site",
      `?api-version=2017-09-01&${graph}&clientid=${shop?.clientId ?? ""}`,
      oldHeaders,
      { expires_on: "03/03/2026 08:00:00 +00:00", client_id: shop?.clientId },
    ],
    [
      "Service Fabric",
      "cart-fabric",
      `?api-version=2019-07-01-preview&${graph}`,
      fabricHeaders,
      { expires_on: 1772524800, token_type: "Bearer" },
    ],
    [
      "Machine Learning",
      "forecast-ml",
      `?api-version=2017-09-01&${graph}&clientid=${shop?.clientId ?? ""}`,
      learningHeaders,
      { expires_on: "1772524800" },
    ],
    [
      "Cloud Shell",
      "admin-shell",
      "",
      { method: "POST", headers: form, body: graph },
      { expires_in: "86400" },
    ],
    ["a pod", "pod", imdsQuery, metadata, { expires_in: "86400" }],
  ])("answer a good request: %s", async (_, machine, query, init, body) => {
    const answer = await machineBench(machine).ask(query, init);
    expect(answer).toMatchObject({ status: 200, body });
    expect(claimsOf(answer.body["access_token"])?.["idtyp"]).toBe("app");
  });

  it.each<readonly [string, string, Query, Init, number, object]>([
    [
      "App Service: no header",
      "shop-site",
      `?api-version=2019-08-01&${graph}`,
      {},
      401,
      { statusCode: 401, correlationId: expect.any(String) as unknown },
    ],
    [
      "App Service: a wrong header",
      "shop-site",
      `?api-version=2019-08-01&${graph}`,
      oldHeaders,
      401,
      { statusCode: 401 },
    ],
    [
      "App Service: a wrong version",
      "shop-site",
      `?api-version=2018-02-01&${graph}`,
      appServiceHeaders,
      400,
      { statusCode: 400 },
    ],
    [
      "App Service: an unknown identity",
      "shop-site",
      `?api-version=2019-08-01&${graph}&client_id=x`,
      appServiceHeaders,
      400,
      { statusCode: 400 },
    ],
    [
      "App Service: a wrong resource",
      "shop-site",
      "?api-version=2019-08-01&resource=https://nowhere.example",
      appServiceHeaders,
      500,
      { statusCode: 500 },
    ],
    [
      "Service Fabric: no secret",
      "cart-fabric",
      `?api-version=2019-07-01-preview&${graph}`,
      {},
      400,
      { error: { code: "SecretHeaderNotFound" } },
    ],
    [
      "Service Fabric: a wrong secret",
      "cart-fabric",
      `?api-version=2019-07-01-preview&${graph}`,
      learningHeaders,
      404,
      { error: { code: "ManagedIdentityNotFound" } },
    ],
    [
      "Service Fabric: a wrong version",
      "cart-fabric",
      `?api-version=2019-08-01&${graph}`,
      fabricHeaders,
      400,
      { error: { code: "InvalidApiVersion" } },
    ],
    [
      "Service Fabric: no resource",
      "cart-fabric",
      "?api-version=2019-07-01-preview",
      fabricHeaders,
      400,
      { error: { code: "ArgumentNullOrEmpty" } },
    ],
    [
      "Service Fabric: a wrong resource",
      "cart-fabric",
      "?api-version=2019-07-01-preview&resource=x",
      fabricHeaders,
      500,
      { error: { code: "InternalServerError" } },
    ],
    [
      "Machine Learning: a wrong secret",
      "forecast-ml",
      `?api-version=2017-09-01&${graph}`,
      oldHeaders,
      401,
      { statusCode: 401 },
    ],
    [
      "Machine Learning: a wrong version",
      "forecast-ml",
      `?api-version=2019-08-01&${graph}`,
      learningHeaders,
      400,
      { statusCode: 400 },
    ],
    [
      "Machine Learning: an unknown identity",
      "forecast-ml",
      `?api-version=2017-09-01&${graph}&clientid=x`,
      learningHeaders,
      400,
      { statusCode: 400 },
    ],
    [
      "Machine Learning: a wrong resource",
      "forecast-ml",
      "?api-version=2017-09-01&resource=x",
      learningHeaders,
      500,
      { statusCode: 500 },
    ],
    [
      "Cloud Shell: no header",
      "admin-shell",
      "",
      { method: "POST", body: graph },
      400,
      { error: "invalid_request" },
    ],
    [
      "Cloud Shell: GET",
      "admin-shell",
      `?${graph}`,
      metadata,
      405,
      { error: "method_not_allowed" },
    ],
    [
      "Cloud Shell: a named identity",
      "admin-shell",
      "",
      { method: "POST", headers: form, body: `${graph}&client_id=x` },
      400,
      { error: "invalid_request" },
    ],
  ])("refuse a bad one: %s", async (_, machine, query, init, status, body) => {
    expect(await machineBench(machine).ask(query, init)).toMatchObject({ status, body });
  });

  it.each([
    ["App Service", "shop-site", "2025-03-30", appServiceHeaders],
    ["Service Fabric", "cart-fabric", "2019-07-01-preview", fabricHeaders],
  ])(
    "issue a new token for the hash of a revoked one, and only for that: %s",
    async (_, machine, version, headers) => {
      const bench = machineBench(machine);
      const query = `?api-version=${version}&${graph}&xms_cc=cp1`;
      await bench.ask(query, headers);
      bench.moveTo(hour);
      const kept = await bench.ask(`${query}&token_sha256_to_refresh=00ff`, headers);
      const revoked = hash("sha256", String(kept.body["access_token"]), "hex");
      const fresh = await bench.ask(`${query}&token_sha256_to_refresh=${revoked}`, headers);
      expect(bench.asked()).toHaveLength(2);
      expect(fresh.body["access_token"]).not.toBe(kept.body["access_token"]);
    },
  );

  it("ignore such a hash in the earlier version", async () => {
    const bench = machineBench("shop-site");
    const query = `?api-version=2019-08-01&${graph}`;
    const first = await bench.ask(query, appServiceHeaders);
    const revoked = hash("sha256", String(first.body["access_token"]), "hex");
    const again = await bench.ask(`${query}&token_sha256_to_refresh=${revoked}`, appServiceHeaders);
    expect(again.body["access_token"]).toBe(first.body["access_token"]);
  });

  it("refuse connections on a machine of another source", async () => {
    const bench = machineBench("shop-site");
    const elsewhere = new Request("http://169.254.169.254/metadata/identity/oauth2/token");
    await expect(bench.service.connect(elsewhere)).rejects.toThrow("ECONNREFUSED");
    await expect(bench.service.handle(elsewhere)).rejects.toThrow("ECONNREFUSED");
    await bench.service.connect(new Request("http://127.0.0.1:4141/msi/token"));
  });
});
