import { describe, expect, it } from "vitest";
import { startEsts } from "../../../test/support/ests.ts";

const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

describe("Microsoft's own clients", () => {
  it.each([
    ["Azure CLI", AZURE_CLI, "http://localhost:8400"],
    ["Azure PowerShell", "1950a258-227b-4e31-a9cf-717495945fc2", "http://localhost:8400/"],
    ["Visual Studio Code", "aebc6443-996d-45c2-90f0-388ff96faa56", "http://localhost:51234/"],
  ])(
    "%s signs in for Resource Manager, also by its address with two slashes",
    async (_who, clientId, redirectUri) => {
      const bench = startEsts();
      const { upn, password } = bench.user("adele");
      const scope = "https://management.core.windows.net//.default offline_access openid profile";
      const query = {
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: "code",
        scope,
      };
      const page = await bench.get(
        `/organizations/oauth2/v2.0/authorize?${new URLSearchParams(query)}`,
      );
      const [, ctx = ""] = /name="ctx" type="hidden" value="([^"]*)"/.exec(page.text) ?? [];
      const back = await bench.post("/organizations/login", { login: upn, passwd: password, ctx });
      const code = new URL(back.headers.get("location") ?? "").searchParams.get("code") ?? "";
      const { status, json } = await bench.post("/organizations/oauth2/v2.0/token", {
        ...query,
        grant_type: "authorization_code",
        code,
      });
      expect([status, json["error_description"]]).toEqual([200, undefined]);
      expect(String(json["scope"])).toContain("https://management.core.windows.net//.default");
      expect(json).toHaveProperty("refresh_token");
    },
  );

  it("signs in by device code", async () => {
    const { status, json } = await startEsts().post("/organizations/oauth2/v2.0/devicecode", {
      client_id: AZURE_CLI,
      scope: "https://management.core.windows.net//.default",
    });
    expect([status, typeof json["user_code"]]).toEqual([200, "string"]);
  });
});

describe("client credentials", () => {
  const ask = (path: string, scope: string) => {
    const bench = startEsts();
    const { clientId, secrets } = bench.app("nightly-daemon");
    const client_secret = secrets[0]?.value ?? "";
    const form = { grant_type: "client_credentials", client_id: clientId, client_secret, scope };
    return bench.post(path, form);
  };

  it("takes the scopes of OpenID Connect beside /.default, and drops them", async () => {
    const { status, json } = await ask(
      "oauth2/v2.0/token",
      "https://graph.microsoft.com/.default openid offline_access profile",
    );
    expect(status).toBe(200);
    expect(Object.keys(json)).not.toContain("refresh_token");
    expect((await ask("oauth2/v2.0/token", "openid profile")).json["error_codes"]).toEqual([
      1002012,
    ]);
  });

  it.each(["common", "organizations", "consumers"])("cannot be used on /%s", async (segment) => {
    const scope = "https://graph.microsoft.com/.default";
    const { status, json } = await ask(`/${segment}/oauth2/v2.0/token`, scope);
    expect([status, json["error"], json["error_codes"]]).toEqual([400, "invalid_request", [50059]]);
  });
});

describe("addresses beside the protocols", () => {
  it("explains the code of an error_uri", async () => {
    const { status, text } = await startEsts().get("/error?code=50034");
    expect([status, /<h1>(.*?)<\/h1>/.exec(text)?.[1]]).toEqual([200, "AADSTS50034"]);
    expect((await startEsts().get("/error?code=none")).text).toContain("Troubleshoot");
  });

  it.each([
    ["adele@contoso.example", 0],
    ["no-one@contoso.example", 1],
  ])("says whether there is an account %s", async (username, exists) => {
    const bench = startEsts();
    const answer = await bench.ests(
      new Request("https://login.microsoftonline.com/common/GetCredentialType", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username }),
      }),
    );
    expect(await answer.json()).toMatchObject({ Username: username, IfExistsResult: exists });
  });

  it.each([
    "/getuserrealm.srf?login=adele@contoso.example&json=1",
    "/common/userrealm/?user=adele@contoso.example&api-version=2.1",
  ])("says at %s where a password is verified", async (path) => {
    const { json } = await startEsts().get(path);
    expect(json).toMatchObject({
      NameSpaceType: "Managed",
      Login: "adele@contoso.example",
      DomainName: "contoso.example",
    });
  });

  it("refuses at the address for Kerberos what brings no ticket", async () => {
    const bench = startEsts();
    const { json: metadata } = await bench.get(
      "/contoso.example/v2.0/.well-known/openid-configuration",
    );
    const path = new URL(String(metadata["kerberos_endpoint"])).pathname;
    const { status, json } = await bench.get(path);
    expect([status, json["error_codes"]]).toEqual([400, [9002313]]);
  });

  it("leads from the root to the portal", async () => {
    const { status, headers } = await startEsts().get("/");
    expect([status, headers.get("location")]).toEqual([302, "https://www.office.com/login"]);
  });
});
