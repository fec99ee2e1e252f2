/** The flow that each request shows. */
import { describe, expect, it } from "vitest";
import { buildRun } from "../../../test/support/run-builder.ts";
import { observedFlows } from "./observed-flows.ts";

type Ask = Parameters<ReturnType<typeof buildRun>["request"]>[0];

function flowsOf(...requests: readonly Ask[]): readonly string[] {
  const run = buildRun();
  for (const request of requests) run.exchange(request);
  return observedFlows(run.history());
}

const refresh = { endpoint: "token", grant: "refresh_token", flow: "silent" } as const;

describe("a request", () => {
  it.each<[string, NonNullable<Ask>]>([
    ["native-refresh", refresh],
    ["web-code", { ...refresh, form: { client_secret: "s" } }],
    ["web-code", { ...refresh, form: { client_assertion: "a" } }],
    ["web-code", { ...refresh, headers: [["Authorization", "Basic x"]] }],
    ["spa-code", { ...refresh, headers: [["Origin", "https://spa.contoso.example"]] }],
    ["client-credentials", { endpoint: "token", flow: "client-credentials" }],
    ["password", { endpoint: "token", flow: "password" }],
    ["on-behalf-of", { endpoint: "token", flow: "on-behalf-of" }],
    ["device-code", { endpoint: "token", flow: "device-code" }],
    ["device-code", { endpoint: "device-code" }],
    ["userinfo", { endpoint: "userinfo" }],
    ["managed-identity", { endpoint: "managed-identity" }],
    ["saml-idp-initiated", { endpoint: "saml" }],
    ["saml-sp-initiated", { endpoint: "saml", url: "https://h/t/saml2?SAMLRequest=x" }],
    ["saml-sp-initiated", { endpoint: "saml", method: "POST", form: { SAMLRequest: "x" } }],
    [
      "web-id-token",
      { endpoint: "authorize", url: "https://h/a?response_type=id_token&response_mode=form_post" },
    ],
    ["spa-implicit-id-token", { endpoint: "authorize", url: "https://h/a?response_type=id_token" }],
  ])("is %s", (flow, request) => {
    expect(flowsOf(request)).toEqual([flow]);
  });

  it("for metadata, keys and sign-in pages shows no flow", () => {
    expect(
      flowsOf(
        { endpoint: "keys" },
        { endpoint: "openid-configuration" },
        { endpoint: "authorize", url: "https://h/a?response_type=code" },
      ),
    ).toEqual([]);
  });

  it("shows each flow once, in order of appearance", () => {
    const daemon = { endpoint: "token", flow: "client-credentials" } as const;
    expect(flowsOf(refresh, daemon, refresh)).toEqual(["native-refresh", "client-credentials"]);
  });
});
