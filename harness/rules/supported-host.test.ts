import { describe, expect, it } from "vitest";
import type { Ask } from "../../test/support/run-builder-wire.ts";
import { buildRun } from "../../test/support/run-builder.ts";
import { supportedHost } from "./supported-host.ts";

/** A history with one request for each of these. */
function judge(...asked: readonly Ask[]) {
  const run = buildRun();
  for (const ask of asked) run.exchange(ask);
  return supportedHost.judge(run.history());
}

describe("supported-host", () => {
  it("names the hosts when all are covered", () => {
    expect(judge({}, { host: "login.microsoftonline.us" }).message).toBe(
      "2 requests went to login.microsoftonline.com and login.microsoftonline.us.",
    );
  });

  it.each([
    "login.windows.net.example",
    "contoso.ciamlogin.com.example",
    "mylogin.windows.net",
    "login!.windows.net",
    "login.windows.net:443:1",
  ])("does not take %s for Entra, unless the request is one for tokens", (host) => {
    expect(judge({ host, endpoint: "other" }).verdict).toBe("inconclusive");
    expect(judge({ host, endpoint: "token" }).verdict).toBe("fail");
  });

  it("does not judge what is asked of a machine, also under a name of Entra", () => {
    const host = "login.windows.net";
    expect(judge({ host, endpoint: "managed-identity" }).verdict).toBe("inconclusive");
    expect(judge({ host, endpoint: "userinfo" }).verdict).toBe("inconclusive");
  });

  it.each(["login.microsoftonline.com", "LOGIN.microsoftonline.com", "login.microsoftonline.us"])(
    "passes for %s",
    (host) => {
      expect(judge({ host }).verdict).toBe("pass");
    },
  );

  it.each([
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "login.usgovcloudapi.net",
    "login-us.microsoftonline.com",
    "login.sovcloud-identity.fr",
    "login.windows-ppe.net",
    "westus2.login.microsoft.com",
    "westus2.mtlsauth.microsoft.com",
    "contoso.ciamlogin.com",
    "contoso.b2clogin.com",
    "localhost:8443",
  ])("fails for a token request to %s", (host) => {
    expect(judge({}, { host })).toMatchObject({
      verdict: "fail",
      message: `1 of 2 requests went to ${host.replace(/:\d+$/, "")}, which the backup system does not cover.`,
      evidence: [2],
    });
  });

  it("fails for any other request to an alias, with one request for each host first in the evidence", () => {
    expect(judge({ host: "login.windows.net", endpoint: "other" }).verdict).toBe("fail");
    const alias = { host: "login.windows.net" };
    const { evidence } = judge(alias, alias, { host: "sts.windows.net", endpoint: "keys" });
    expect(evidence).toEqual([0, 4, 2]);
  });

  it("is inconclusive without a request to Entra", () => {
    expect(judge().verdict).toBe("inconclusive");
    const elsewhere = { host: "graph.microsoft.com", endpoint: "resource" } as const;
    expect(judge(elsewhere, { endpoint: "userinfo" }).verdict).toBe("inconclusive");
    expect(judge({ host: "login.example", endpoint: "other" }).verdict).toBe("inconclusive");
  });
});
