import { describe, expect, it } from "vitest";
import { describeRequest, grantNameOf } from "./endpoint.ts";
import { createRequest } from "../../core/http/message.ts";

const LOGIN = "https://login.microsoftonline.com/contoso.example";
const OID = "aaaaaaaa-0000-4000-8000-000000000001";
const HINT = `Oid:${OID}@6babcaad-604b-40ac-a9d7-9fd97c0b779f`;

const post = (url: string, form: Readonly<Record<string, string>>) =>
  createRequest(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded;charset=utf-8" },
    body: new URLSearchParams(form).toString(),
  });

describe("a preflight", () => {
  it("names its endpoint, and is marked as a preflight", async () => {
    const preflight = createRequest(`${LOGIN}/oauth2/v2.0/token?client-request-id=x`, {
      method: "OPTIONS",
    });
    expect(await describeRequest(preflight)).toEqual({
      endpoint: "token",
      host: "login.microsoftonline.com",
      tenant: "contoso.example",
      version: "2.0",
      preflight: true,
      parameters: { "client-request-id": "x" },
    });
    const request = post(`${LOGIN}/oauth2/v2.0/token`, { grant_type: "refresh_token" });
    expect(await describeRequest(request)).not.toHaveProperty("preflight");
  });
});

describe("an address with a repeated slash", () => {
  it.each([
    ["/common//discovery/instance", "instance-discovery"],
    ["/contoso.example//v2.0/.well-known/openid-configuration", "openid-configuration"],
    ["//", "other"],
  ])("%s means %s, as msal 1.x asks", async (path, endpoint) => {
    const request = createRequest(`https://login.microsoftonline.com${path}`);
    expect((await describeRequest(request)).endpoint).toBe(endpoint);
  });
});

/** `docs/sources.md#k4`: where msal-browser 5 puts its routing hint. */
describe("the user of a request from a browser", () => {
  const userOf = async (request: Request): Promise<string | undefined> =>
    (await describeRequest(request)).user;

  it.each([
    ["an authorize query, by account", `X-AnchorMailbox=${encodeURIComponent(HINT)}`, OID],
    [
      "an authorize query, by login hint",
      "X-AnchorMailbox=UPN%3Aadele%40contoso.example&login_hint=adele%40contoso.example",
      "adele@contoso.example",
    ],
    ["a first sign-in", "client_id=x", undefined],
  ])("is read from %s", async (_, query, user) => {
    const url = `${LOGIN}/oauth2/v2.0/authorize`;
    expect(await userOf(createRequest(`${url}?${query}`))).toBe(user);
    expect(await userOf(post(url, Object.fromEntries(new URLSearchParams(query))))).toBe(user);
  });

  it.each(["authorization_code", "refresh_token"])(
    "is read from the form of a %s request",
    async (grant_type) => {
      const url = `${LOGIN}/oauth2/v2.0/token?client-request-id=x`;
      expect(await userOf(post(url, { grant_type, "X-AnchorMailbox": HINT }))).toBe(OID);
    },
  );
});

describe("a grant", () => {
  it.each([
    ["urn:ietf:params:oauth:grant-type:jwt-bearer", "on_behalf_of"],
    ["refresh_token", "refresh_token"],
    ["constructor", "constructor"],
  ])("of type %s is named %s", (grantType, name) => {
    expect(grantNameOf(grantType)).toBe(name);
  });
});
