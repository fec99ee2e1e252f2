/** Federated domains, and accounts that cannot sign in with a right password. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { answerOf, queryOf, signInAt } from "../../../test/support/ests-authorize.ts";
import { startEsts, type Answer, type EstsBench } from "../../../test/support/ests.ts";
import { createRequest } from "../../core/http/message.ts";
import type { User, World } from "../directory/world.ts";
import { checkWorld } from "../directory/world-schema.ts";

const CORP = "corp.contoso.example";
const STS = "sts.contoso.example";
const pradeep: User = {
  id: "55555555-eeee-4eee-8eee-000000000301",
  upn: `pradeep@${CORP}`,
  name: "Pradeep Gupta",
  password: "fixture-password-of-pradeep",
  kind: "member",
  devices: [],
};

const [first, ...others] = contoso.tenants;
if (first === undefined) throw new Error("contoso has no tenant");
const federated: World = {
  ...contoso,
  tenants: [
    {
      ...first,
      domains: [...first.domains, CORP],
      users: [...first.users, pradeep],
      federatedDomains: [{ domain: CORP, host: STS }],
    },
    ...others,
  ],
};

const hiddenIn = ({ text }: Answer): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/name="(\w+)" type="hidden" value="([^"]*)"/g)].map(
      ([, name = "", value = ""]) => [name, value.replaceAll("&amp;", "&")],
    ),
  );

/** Asks an address of any host. */
async function ask(bench: EstsBench, url: string, form?: Record<string, string>): Promise<Answer> {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const request =
    body === undefined ? createRequest(url) : createRequest(url, { method: "POST", headers, body });
  const response = await bench.ests(request);
  return {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
    json: {},
  };
}

/** From the redirect to the federation server to what the app gets. */
async function byFederationServer(bench: EstsBench, sent: Answer, passwd: string): Promise<Answer> {
  const page = await ask(bench, sent.headers.get("location") ?? "");
  const word = await ask(bench, `https://${STS}/adfs/ls/`, {
    ...hiddenIn(page),
    login: pradeep.upn,
    passwd,
  });
  return word.status === 200 ? bench.post("/login.srf", hiddenIn(word)) : word;
}

describe("a user of a federated domain", () => {
  it("is sent to the federation server by login_hint, and comes back with a code", async () => {
    const bench = startEsts({}, federated);
    const sent = await bench.get(queryOf(bench, "desk-app", { login_hint: pradeep.upn }));
    const url = new URL(sent.headers.get("location") ?? "");
    expect([sent.status, url.host, url.pathname]).toEqual([302, STS, "/adfs/ls/"]);
    expect(url.searchParams.get("username")).toBe(pradeep.upn);
    const back = await byFederationServer(bench, sent, pradeep.password);
    expect(answerOf(back.headers.get("location")).has("code")).toBe(true);
    expect(answerOf(back.headers.get("location")).get("state")).toBe("st4te");
  });

  it("is sent there by domain_hint, and by what is typed into the page", async () => {
    const bench = startEsts({}, federated);
    const byDomain = await bench.get(queryOf(bench, "desk-app", { domain_hint: CORP }));
    expect(new URL(byDomain.headers.get("location") ?? "").host).toBe(STS);
    const query = queryOf(bench, "desk-app");
    const typed = await signInAt(bench, query, { login: pradeep.upn, passwd: "" });
    expect(new URL(typed.headers.get("location") ?? "").host).toBe(STS);
  });

  it("is refused by the federation server for a wrong password", async () => {
    const bench = startEsts({}, federated);
    const sent = await bench.get(queryOf(bench, "desk-app", { login_hint: pradeep.upn }));
    const refused = await byFederationServer(bench, sent, "wrong");
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("AADSTS50126")]);
  });

  it("cannot sign in by password at the token endpoint, which does not have it", async () => {
    const bench = startEsts({}, federated);
    const { json } = await bench.post("oauth2/v2.0/token", {
      grant_type: "password",
      client_id: bench.app("desk-app").clientId,
      username: pradeep.upn,
      password: pradeep.password,
      scope: "https://graph.microsoft.com/User.Read",
    });
    expect(json["error_codes"]).toEqual([50126]);
  });

  it("has no word of a server that no one vouched for", async () => {
    const bench = startEsts({}, federated);
    const sent = await bench.get(queryOf(bench, "desk-app", { login_hint: pradeep.upn }));
    const wctx = new URL(sent.headers.get("location") ?? "").searchParams.get("wctx") ?? "";
    const forged = await bench.post("/login.srf", { wa: "wsignin1.0", wresult: "1.Sforged", wctx });
    expect(forged.text).toContain('name="passwd"');
  });
});

describe("the realm of a user", () => {
  it("names the federation server of a federated domain, and none of another", async () => {
    const bench = startEsts({}, federated);
    const realm = await bench.get(`/common/userrealm/${pradeep.upn}?api-version=1.0`);
    expect(realm.json).toMatchObject({
      account_type: "Federated",
      domain_name: CORP,
      federation_protocol: "WSTrust",
      federation_metadata_url: `https://${STS}/adfs/services/trust/mex`,
      cloud_audience_urn: "urn:federation:MicrosoftOnline",
    });
    const newer = await bench.get(`/common/userrealm/?user=${pradeep.upn}&api-version=2.1`);
    expect([newer.json["NameSpaceType"], newer.json["AuthURL"]]).toEqual([
      "Federated",
      expect.stringContaining(`https://${STS}/adfs/ls/?username=pradeep`),
    ]);
    const managed = await bench.get("/common/userrealm/adele@contoso.example?api-version=1.0");
    expect(managed.json["account_type"]).toBe("Managed");
  });

  it("is refused in a world whose tenant does not have the domain, or for a host elsewhere", () => {
    const withDomain = (domain: string, host: string): World => ({
      ...contoso,
      tenants: contoso.tenants.map((tenant) => ({
        ...tenant,
        federatedDomains: [{ domain, host }],
      })),
    });
    expect(() => checkWorld(withDomain("elsewhere.example", STS))).toThrow(
      /a domain of the tenant/,
    );
    expect(() => checkWorld(withDomain("contoso.example", "adfs.example.com"))).toThrow(/sts\./);
  });
});

describe("a user with the right password", () => {
  const codesOf = async (change: Partial<User>, passwd = "fixture-password-of-adele") => {
    const world = {
      ...contoso,
      tenants: contoso.tenants.map((tenant) => ({
        ...tenant,
        users: tenant.users.map((user) =>
          user.upn === "adele@contoso.example" ? { ...user, ...change } : user,
        ),
      })),
    };
    const bench = startEsts({}, world);
    const { json } = await bench.post("oauth2/v2.0/token", {
      grant_type: "password",
      client_id: bench.app("desk-app").clientId,
      username: "adele@contoso.example",
      password: passwd,
      scope: "https://graph.microsoft.com/User.Read",
    });
    return [json["error_codes"], json["suberror"]];
  };

  it("that has expired is refused with 50055 and suberror user_password_expired", async () => {
    expect(await codesOf({ passwordExpired: true })).toEqual([[50055], "user_password_expired"]);
    expect(await codesOf({ passwordExpired: true }, "wrong")).toEqual([[50126], undefined]);
  });

  it("and a locked account is refused with 50053, also with a wrong one", async () => {
    expect(await codesOf({ locked: true })).toEqual([[50053], undefined]);
    expect(await codesOf({ locked: true }, "wrong")).toEqual([[50053], undefined]);
  });
});
