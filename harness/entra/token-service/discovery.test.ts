import { describe, expect, it } from "vitest";
import { createRequest } from "../../core/http/message.ts";
import { startEsts } from "../../../test/support/ests.ts";

describe("discovery", () => {
  it("names the clouds and their aliases", async () => {
    const asked = encodeURIComponent(
      "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    );
    const { status, json, headers } = await startEsts().get(
      `/common/discovery/instance?api-version=1.1&authorization_endpoint=${asked}`,
    );
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(["tenant_discovery_endpoint", "api-version", "metadata"]);
    expect(json["tenant_discovery_endpoint"]).toBe(
      "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
    );
    expect(json["metadata"]).toContainEqual({
      preferred_network: "login.microsoftonline.com",
      preferred_cache: "login.windows.net",
      aliases: [
        "login.microsoftonline.com",
        "login.windows.net",
        "login.microsoft.com",
        "sts.windows.net",
      ],
    });
    expect(headers.get("cache-control")).toBe("max-age=86400, private");
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.getSetCookie().map((cookie) => cookie.split("=")[0])).toEqual([
      "fpc",
      "esctx",
      "x-ms-gateway-slice",
      "stsservicecookie",
    ]);
  });

  it("names the port of the request", async () => {
    const { ests, tenantId } = startEsts();
    const address = `https://localhost:8443/${tenantId}`;
    const response = await ests(createRequest(`${address}/v2.0/.well-known/openid-configuration`));
    expect(await response.json()).toMatchObject({
      token_endpoint: `${address}/oauth2/v2.0/token`,
      issuer: `${address}/v2.0`,
    });
  });

  it.each(["https://login.evil.example/common/oauth2/v2.0/authorize", "nonsense", ""])(
    "refuses the unknown instance %s",
    async (asked) => {
      const { status, json } = await startEsts().get(
        `/common/discovery/instance?authorization_endpoint=${encodeURIComponent(asked)}`,
      );
      expect([status, json["error"], json["error_codes"]]).toEqual([
        400,
        "invalid_instance",
        [50049],
      ]);
    },
  );

  it("describes a tenant by GUID or domain, keys in the order of the wire", async () => {
    const bench = startEsts();
    const byDomain = await bench.get("/contoso.example/v2.0/.well-known/openid-configuration");
    const byId = await bench.get(`/${bench.tenantId}/v2.0/.well-known/openid-configuration`);
    expect(byDomain.json).toEqual(byId.json);
    expect(Object.keys(byId.json)).toEqual(
      `token_endpoint token_endpoint_auth_methods_supported jwks_uri response_modes_supported
      subject_types_supported id_token_signing_alg_values_supported response_types_supported
      scopes_supported issuer request_uri_parameter_supported userinfo_endpoint
      authorization_endpoint device_authorization_endpoint http_logout_supported
      frontchannel_logout_supported end_session_endpoint claims_supported kerberos_endpoint
      tenant_region_scope cloud_instance_name cloud_graph_host_name msgraph_host rbac_url`.split(
        /\s+/,
      ),
    );
    expect(byId.json["issuer"]).toBe(`https://login.microsoftonline.com/${bench.tenantId}/v2.0`);
    expect(byId.json["tenant_region_scope"]).toBe("EU");
  });

  it("answers in as many bytes as the service of 2022", async () => {
    const bench = startEsts();
    const authority = `https://login.microsoftonline.com/${bench.tenantId}/oauth2/v2.0/authorize`;
    const instance = await bench.get(
      `/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(authority)}`,
    );
    const tenant = await bench.get("v2.0/.well-known/openid-configuration");
    // Content-Length of the recordings (A.2, A.3).
    expect([instance, tenant].map(({ headers }) => headers.get("content-length"))).toEqual([
      "980",
      "1753",
    ]);
  });

  it("leaves the tenant open on common, and has v1 endpoints at v1 paths", async () => {
    const bench = startEsts();
    const common = await bench.get("/common/v2.0/.well-known/openid-configuration");
    expect(common.json["issuer"]).toBe("https://login.microsoftonline.com/{tenantid}/v2.0");
    expect(common.json["tenant_region_scope"]).toBeNull();
    const v1 = await bench.get("/contoso.example/.well-known/openid-configuration");
    expect(v1.json["issuer"]).toBe(`https://sts.windows.net/${bench.tenantId}/`);
    expect(v1.json["token_endpoint"]).toMatch(/\/oauth2\/token$/);
  });

  it("refuses an unknown tenant", async () => {
    const { status, json } = await startEsts().get(
      "/unknown.example/v2.0/.well-known/openid-configuration",
    );
    expect([status, json["error_codes"]]).toEqual([400, [90002]]);
  });

  it("publishes the signing key first, and both keys while a rotation overlaps", async () => {
    const bench = startEsts();
    const kids = async (): Promise<unknown[]> => {
      const { json } = await bench.get("discovery/v2.0/keys");
      return (json["keys"] as { kid: string }[]).map(({ kid }) => kid);
    };
    const [first] = await kids();
    bench.directory.rotateKeys(60_000);
    const during = await kids();
    expect(during).toHaveLength(2);
    expect(during[1]).toBe(first);
    expect(during[0]).toBe(bench.directory.signingKey().kid);
    bench.pass(60_000);
    expect(await kids()).toEqual([during[0]]);
  });

  it("says where a password is verified", async () => {
    const bench = startEsts();
    const known = await bench.get("/common/userrealm/adele@contoso.example?api-version=1.0");
    expect(known.json).toMatchObject({ account_type: "Managed", domain_name: "contoso.example" });
    const unknown = await bench.get("/common/userrealm/no%one@contoso.example?api-version=1.0");
    expect(unknown.json["account_type"]).toBe("Unknown");
  });
});
