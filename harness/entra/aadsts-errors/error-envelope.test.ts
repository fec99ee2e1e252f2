/** The error envelope as the token service, the authorize endpoint and the backup send it. */
import { describe, expect, it } from "vitest";
import { createRequest } from "../../core/http/message.ts";
import { startEsts } from "../../../test/support/ests.ts";
import { redeem, refresh } from "../../../test/support/ests-grants.ts";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("error_uri", () => {
  it.each([
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.microsoftonline.us",
    "login.chinacloudapi.cn",
  ])("names the login host of the request: %s", async (host) => {
    const { ests } = startEsts();
    const response = await ests(
      createRequest(`https://${host}/unknown.example/v2.0/.well-known/openid-configuration`),
    );
    expect(await response.json()).toMatchObject({
      error_codes: [90002],
      error_uri: `https://${host}/error?code=90002`,
    });
  });

  it("names the same host in an error that travels in a redirect", async () => {
    const bench = startEsts();
    const query = new URLSearchParams({
      client_id: bench.app("portal").clientId,
      response_type: "code",
      redirect_uri: "http://localhost:3000/redirect",
      scope: "openid",
      prompt: "none",
    });
    const response = await bench.ests(
      createRequest(
        `https://login.microsoft.com/${bench.tenantId}/oauth2/v2.0/authorize?${query.toString()}`,
      ),
    );
    const location = new URL(response.headers.get("location") ?? "");
    expect(location.searchParams.get("error_uri")).toBe(
      "https://login.microsoft.com/error?code=50058",
    );
  });
});

describe("correlation_id of a client that sent none", () => {
  it("is a new id and not the trace id: token service", async () => {
    const { json } = await redeem(startEsts(), { code: "unknown" });
    expect(json["correlation_id"]).toMatch(GUID);
    expect(json["correlation_id"]).not.toBe(json["trace_id"]);
    expect(json["error_description"]).toContain(
      `Correlation ID: ${String(json["correlation_id"])}`,
    );
  });
});

describe("AADSTS50196", () => {
  it("has the text of public bug reports, which clients match", async () => {
    const bench = startEsts({ loopDetection: { requests: 1, withinSeconds: 300 } });
    const { json } = await refresh(bench, "unknown", {
      "X-AnchorMailbox": "UPN:adele@contoso.example",
    });
    expect(json["error_description"]).toContain(
      "AADSTS50196: The server terminated an operation because it encountered a client request loop.",
    );
  });
});
