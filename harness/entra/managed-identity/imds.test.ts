/** The answers of IMDS, with one row for each documented error: `docs/sources.md#g2` to G.5. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { claimsOf } from "../../core/http/json-object.ts";
import { machineBench, type MachineBench } from "../../../test/support/managed-identity.ts";

const metadata = { headers: { metadata: "true" } };
const graph = "resource=https://graph.microsoft.com";
const imdsQuery = `?api-version=2018-02-01&${graph}`;
const hour = 3_600_000;

const shop = contoso.tenants[0]?.apps.find(({ name }) => name === "shop-identity");
const shopResource = encodeURIComponent(shop?.managedIdentity?.resourceId ?? "");

type Query = string;
type Init = NonNullable<Parameters<MachineBench["ask"]>[1]>;

describe("a token of IMDS", () => {
  it("is a real app token of the machine's own identity, in strings", async () => {
    const { status, body } = await machineBench("web-vm").ask(imdsQuery, metadata);
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.any(String) as string,
      client_id: "33333333-cccc-4ccc-8ccc-000000000081",
      expires_in: "86400",
      expires_on: "1772524800",
      ext_expires_in: "86399",
      not_before: "1772438100",
      resource: "https://graph.microsoft.com",
      token_type: "Bearer",
    });
    expect(claimsOf(body["access_token"])).toMatchObject({
      aud: "https://graph.microsoft.com",
      appid: "33333333-cccc-4ccc-8ccc-000000000081",
      appidacr: "2",
      oid: "44444444-dddd-4ddd-8ddd-000000000081",
      idtyp: "app",
      roles: ["User.Read.All"],
      tid: contoso.tenants[0]?.id,
    });
  });

  it.each([
    ["client_id", shop?.clientId ?? ""],
    ["object_id", shop?.servicePrincipalId ?? ""],
    ["msi_res_id", shopResource],
    ["msi_res_id", shopResource.toUpperCase()],
  ])("is that of the user-assigned identity named by %s", async (selector, value) => {
    const query = `${imdsQuery}&${selector}=${value}`;
    const { body } = await machineBench("web-vm").ask(query, metadata);
    expect(claimsOf(body["access_token"])?.["appid"]).toBe(shop?.clientId);
  });

  it("is that of the only user-assigned identity where the machine has no system-assigned one", async () => {
    const bench = machineBench("web-vm", { machine: { identities: ["shop-identity"] } });
    const { body } = await bench.ask(imdsQuery, metadata);
    expect(claimsOf(body["access_token"])?.["appid"]).toBe(shop?.clientId);
  });

  it("is cached for a day, by identity and resource, and returned with its remaining lifetime", async () => {
    const bench = machineBench("web-vm");
    const first = await bench.ask(imdsQuery, metadata);
    bench.moveTo(20 * hour);
    const later = await bench.ask(imdsQuery, metadata);
    expect(later.body["access_token"]).toBe(first.body["access_token"]);
    expect(later.body["expires_in"]).toBe("14400");
    expect(bench.asked()).toHaveLength(1);
    await bench.ask(`${imdsQuery}&client_id=${shop?.clientId ?? ""}`, metadata);
    await bench.ask("?api-version=2018-02-01&resource=api://orders", metadata);
    expect(bench.asked()).toHaveLength(3);
    bench.moveTo(24 * hour - 1);
    expect((await bench.ask(imdsQuery, metadata)).body["expires_in"]).toBe("86400");
  });

  it("comes from the region's service, at the host of the machine's cloud", async () => {
    const bench = machineBench("batch-vm");
    await bench.ask(imdsQuery, metadata);
    expect(bench.asked()).toEqual(["northeurope.login.microsoft.com"]);
    const government = machineBench("web-vm", {
      machine: { cloud: "government", region: "usgovvirginia" },
      settings: { managedIdentityCacheSeconds: 0 },
    });
    const { body } = await government.ask(imdsQuery, metadata);
    await government.ask(imdsQuery, metadata);
    const host = "usgovvirginia.login.microsoftonline.us";
    expect(government.asked()).toEqual([host, host]);
    expect(claimsOf(body["access_token"])?.["iss"]).toContain("https://sts.windows.net/");
  });
});

describe("IMDS answers", () => {
  it.each<readonly [string, Query, Init, number, object]>([
    [
      "invalid_request without the header",
      imdsQuery,
      {},
      400,
      { error: "invalid_request", error_description: "Required metadata header not specified" },
    ],
    [
      "which versions it knows",
      `?${graph}`,
      metadata,
      400,
      { "newest-versions": expect.arrayContaining(["2018-02-01"]) as unknown },
    ],
    [
      "which versions it knows, of a wrong one",
      `?api-version=1999-01-01&${graph}`,
      metadata,
      400,
      { "newest-versions": expect.any(Array) as unknown },
    ],
    [
      "Identity not found",
      `${imdsQuery}&client_id=00000000-0000-4000-8000-000000000000`,
      metadata,
      400,
      { error: "invalid_request", error_description: "Identity not found" },
    ],
    [
      "invalid_resource",
      "?api-version=2018-02-01&resource=https://nowhere.example",
      metadata,
      400,
      {
        error: "invalid_resource",
        // The same error as the token service's, with its ids (docs/sources.md#a10).
        error_description: expect.stringMatching(
          /^AADSTS500011: The resource principal was not found in the tenant\. Resource: https:\/\/nowhere\.example\. Trace ID: [-0-9a-f]{36} Correlation ID: [-0-9a-f]{36} Timestamp: /,
        ) as unknown,
      },
    ],
    [
      "invalid_request without a resource",
      "?api-version=2018-02-01",
      metadata,
      400,
      { error: "invalid_request" },
    ],
    [
      "unknown_source of a wrong path",
      "/metadata/identity/oauth2/tokens",
      metadata,
      401,
      { error: "unknown_source" },
    ],
    [
      "unauthorized_client of another method",
      imdsQuery,
      { ...metadata, method: "POST", body: "" },
      401,
      { error: "unauthorized_client" },
    ],
    [
      "unsupported_response_type",
      `${imdsQuery}&response_type=code`,
      metadata,
      401,
      { error: "unsupported_response_type" },
    ],
    ["invalid_scope", `${imdsQuery}&scope=x`, metadata, 401, { error: "invalid_scope" }],
  ])("%s", async (_, query, init, status, body) => {
    expect(await machineBench("web-vm").ask(query, init)).toMatchObject({ status, body });
  });

  it.each(["failing", "silent"] as const)(
    `"unknown" when the service behind it is %s`,
    async (how) => {
      const bench = machineBench("web-vm");
      bench.regional = how;
      expect(await bench.ask(imdsQuery, metadata)).toMatchObject({
        status: 500,
        body: {
          error: "unknown",
          error_description: expect.stringContaining(
            "Failed to retrieve token from the Active directory",
          ) as unknown,
        },
      });
    },
  );

  it("429 to the sixth request at once, and to the twenty-first in a second", async () => {
    const bench = machineBench("web-vm");
    const together = await Promise.all(
      Array.from({ length: 8 }, () => bench.ask(imdsQuery, metadata)),
    );
    expect(together.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    const statuses: number[] = [];
    for (let sent = 0; sent < 16; sent += 1)
      statuses.push((await bench.ask(imdsQuery, metadata)).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(15);
    expect(statuses.at(-1)).toBe(429);
  });

  it("with its region, as an object and for older clients as text, without the limits of tokens", async () => {
    const bench = machineBench("web-vm", { settings: { imdsRequestsPerSecondMax: 0 } });
    const asObject = "/metadata/instance/compute?api-version=2021-02-01";
    expect((await bench.ask(asObject, metadata)).body).toMatchObject({ location: "westeurope" });
    const asText = "/metadata/instance/compute/location?api-version=2020-06-01&format=text";
    expect((await bench.ask(asText, metadata)).body).toEqual({ text: "westeurope" });
    const wrong = await bench.ask("/metadata/instance/compute?api-version=1", metadata);
    expect(wrong).toMatchObject({
      status: 400,
      body: { "newest-versions": ["2021-02-01", "2020-06-01"] },
    });
  });
});
