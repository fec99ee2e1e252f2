import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRequest } from "../../core/http/message.ts";
import { HOST, startEsts } from "../../../test/support/ests.ts";

describe("the token service", () => {
  it("answers a missing route with 404, empty, in its own headers", async () => {
    const { status, text, headers } = await startEsts().get("/common/nothing/here");
    expect([status, text, headers.get("x-ms-srs"), headers.get("cache-control")]).toEqual([
      404,
      "",
      "1.P",
      "private",
    ]);
    expect(headers.get("x-ms-ests-server")).toMatch(/^2\.1\./);
  });

  it("answers a page's preflight", async () => {
    const { ests } = startEsts();
    const response = await ests(
      createRequest(`${HOST}/common/oauth2/v2.0/token`, {
        method: "OPTIONS",
        headers: {
          origin: "https://spa.contoso.example",
          "access-control-request-headers": "x-anchormailbox",
        },
      }),
    );
    expect(response.headers.get("access-control-allow-headers")).toBe("x-anchormailbox");
    expect(response.headers.get("access-control-allow-methods")).toBe("POST, OPTIONS");
  });

  it("echoes the client's request id when asked to", async () => {
    const id = "00000000-1111-4222-8333-444444444444";
    const bench = startEsts();
    const headers = { "client-request-id": id, "return-client-request-id": "true" };
    expect((await bench.get("discovery/v2.0/keys", headers)).headers.get("client-request-id")).toBe(
      id,
    );
    expect(
      (await bench.get("discovery/v2.0/keys", { "client-request-id": id })).headers.get(
        "client-request-id",
      ),
    ).toBeNull();
  });

  it("never crashes on any input", async () => {
    const bench = startEsts();
    const { clientId } = bench.app("portal");
    const path = fc.constantFrom(
      "/common/oauth2/v2.0/token",
      "/contoso.example/oauth2/v2.0/token",
      "/contoso.example/oauth2/v2.0/authorize",
      "/contoso.example/login",
      "/common/oauth2/deviceauth",
      "/contoso.example/oauth2/v2.0/devicecode",
      "/contoso.example/oauth2/v2.0/logout",
      "/common/discovery/instance",
      "/common/userrealm/%E0%A4%A",
      "/%2e%2e/discovery/v2.0/keys",
    );
    const name = fc.constantFrom(
      ..."client_id scope grant_type client_secret client_assertion code refresh_token assertion requested_token_use".split(
        " ",
      ),
      ..."device_code username password redirect_uri response_type response_mode state nonce prompt claims ctx otc login".split(
        " ",
      ),
    );
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(
        clientId,
        "client_credentials",
        "refresh_token",
        "authorization_code",
        "on_behalf_of",
        "1.Ae30.x",
        "e30.e30.e30",
      ),
      fc.constantFrom(
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "device_code",
        "password",
        "code",
        "id_token",
        "{}",
        "null",
        "bnVsbA",
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        path,
        fc.array(fc.tuple(name, value)),
        fc.constantFrom("GET", "POST"),
        fc.oneof(fc.constantFrom("%", "%zz:%", "a", ":"), fc.string()),
        async (where, fields, method, pair) => {
          const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
          const form = new URLSearchParams(fields).toString();
          const request =
            method === "GET"
              ? createRequest(`${HOST}${where}?${form}`)
              : createRequest(`${HOST}${where}`, {
                  method,
                  headers: {
                    "content-type": "application/x-www-form-urlencoded",
                    cookie: `ESTSAUTH=${form}`,
                    authorization,
                  },
                  body: form,
                });
          const { status } = await bench.ests(request);
          expect([200, 302, 400, 401, 404]).toContain(status);
        },
      ),
      { numRuns: 400, seed: 20_261_121 },
    );
  });
});
