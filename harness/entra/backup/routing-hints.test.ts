/** Routing hints in all forms and places: they are read everywhere, and never decide who is served. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { describeRequest } from "../request/endpoint.ts";
import { createRequest } from "../../core/http/message.ts";
import { type Sent, startBench } from "../../../test/support/backup-bench.ts";

const [tenant] = contoso.tenants;
const [adele, megan] = tenant?.users ?? [];
const clientId = tenant?.apps.find(({ name }) => name === "desk-app")?.clientId ?? "";
const path = `${tenant?.id}/oauth2/v2.0/token`;
const toAdele = `Oid:${adele?.id}@${tenant?.id}`;

/** Name, value and the user whom it names. */
const forms: readonly (readonly [string, string | undefined])[] = [
  [toAdele, adele?.id],
  [toAdele.toLowerCase(), adele?.id],
  [toAdele.toUpperCase(), adele?.id],
  [`"${toAdele}"`, adele?.id],
  ["UPN:adele@contoso.example", adele?.upn],
  ["UPN: adele@contoso.example", adele?.upn],
  ["upn:Adele@contoso.example", adele?.upn],
  ['"UPN: adele@contoso.example"', adele?.upn],
];

type Placed = (hint: string) => { readonly path: string } & Omit<Sent, "cookie">;

const places: readonly (readonly [string, Placed])[] = [
  ["header", (hint) => ({ path, headers: { "X-AnchorMailbox": hint } })],
  ["header in capitals", (hint) => ({ path, headers: { "X-ANCHORMAILBOX": hint } })],
  ["form", (hint) => ({ path, form: { "X-AnchorMailbox": hint } })],
  ["form in small letters", (hint) => ({ path, form: { "x-anchormailbox": hint } })],
  ["query", (hint) => ({ path: `${path}?X-AnchorMailbox=${encodeURIComponent(hint)}` })],
  [
    "query in capitals",
    (hint) => ({ path: `${path}?X-ANCHORMAILBOX=${encodeURIComponent(hint)}` }),
  ],
];

/** Signs adele in, and renews her token in an outage with that request. */
async function renewed(placed: ReturnType<Placed>, atMs = 3_600_000) {
  const bench = startBench();
  const scope = "openid offline_access https://graph.microsoft.com/User.Read";
  const { json } = await bench.send(path, {
    form: {
      grant_type: "password",
      client_id: clientId,
      username: adele?.upn ?? "",
      password: adele?.password ?? "",
      scope,
    },
  });
  bench.pass(atMs);
  bench.fail();
  const form = {
    grant_type: "refresh_token",
    client_id: clientId,
    scope,
    refresh_token: String(json["refresh_token"]),
    ...placed.form,
  };
  const sent = { form, ...(placed.headers === undefined ? {} : { headers: placed.headers }) };
  const answer = await bench.send(placed.path, sent);
  return { status: answer.status, byBackup: answer.byBackup };
}

const served = { status: 200, byBackup: true };
const declined = { status: 503, byBackup: true };

describe.each(places)("a hint in the %s", (_, placed) => {
  it.each(forms)("%j names its user", async (hint, user) => {
    const { path: to, form = {}, headers = {} } = placed(hint);
    const request = createRequest(`https://login.microsoftonline.com/${to}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ grant_type: "refresh_token", ...form }).toString(),
    });
    expect((await describeRequest(request)).user).toBe(user);
  });

  it("does not change who is served, whether well-formed, malformed or another user's", async () => {
    for (const hint of [toAdele, "Oid:", "nonsense", `Oid:${megan?.id}@${tenant?.id}`]) {
      expect(await renewed(placed(hint))).toEqual(served);
      expect(await renewed(placed(hint), 73 * 3_600_000)).toEqual(declined);
    }
  });
});

describe("no hint", () => {
  it("does not change who is served", async () => {
    expect(await renewed({ path })).toEqual(served);
    expect(await renewed({ path }, 73 * 3_600_000)).toEqual(declined);
  });
});
