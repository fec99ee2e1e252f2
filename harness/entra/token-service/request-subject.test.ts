/** Whom a request is for, where no grant of the simulated service says so. */
import { expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { createRandom } from "../../core/random.ts";
import { createRequest } from "../../core/http/message.ts";
import { createDirectory } from "../directory/directory.ts";
import { describeRequest } from "../request/endpoint.ts";
import { attributeNames } from "../saml/saml-names.ts";
import { createGrantStore } from "./grant-store.ts";
import { createSubjectOf, homeAccountIdOf } from "./request-subject.ts";

const clock = { now: () => Date.UTC(2026, 2, 2, 8), sleep: () => Promise.resolve() };
const grants = createGrantStore(clock, createRandom("1"));
const subjectOf = createSubjectOf({ directory: createDirectory(contoso, clock), grants });
const [home, fabrikam] = contoso.tenants;
const userId = (name: string): string =>
  home?.users.find(({ upn }) => upn.startsWith(name))?.id ?? "";

/** The home account id and the tenant of a request below a tenant. */
async function knownOf(path: string, form?: Record<string, string>, cookie = "") {
  const request = createRequest(`https://login.microsoftonline.com/${path}`, {
    headers: { cookie, "content-type": "application/x-www-form-urlencoded" },
    ...(form === undefined ? {} : { method: "POST", body: new URLSearchParams(form).toString() }),
  });
  const { account, tenant } = subjectOf(request, await describeRequest(request));
  return [account === undefined ? undefined : homeAccountIdOf(account), tenant?.name];
}

const adele = `${userId("adele")}.${home?.id}`;

it("is the user of a SAML assertion, by object id or by UPN", async () => {
  const attribute = (name: string, value: string): string =>
    `<Attribute Name="${name}"><AttributeValue>${value}</AttributeValue></Attribute>`;
  const byId =
    attribute(attributeNames.tenantId, home?.id ?? "") +
    attribute(attributeNames.objectId, userId("adele"));
  const byName =
    '<NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">adele@contoso.example</NameID>';
  for (const xml of [byId, byName])
    expect(
      await knownOf("common/oauth2/v2.0/token", {
        grant_type: "urn:ietf:params:oauth:grant-type:saml2-bearer",
        assertion: Buffer.from(xml).toString("base64url"),
      }),
    ).toEqual([adele, "contoso"]);
});

it("is the user of a session at authorize, unless a hint names another", async () => {
  const sealed = grants.sessionCookie({
    tenantId: home?.id ?? "",
    userId: userId("adele"),
    signedInAtMs: 0,
    usedAtMs: 0,
    revocations: 0,
  });
  const authorize = "common/oauth2/v2.0/authorize?client_id=a";
  const cookie = `other=1; ESTSAUTH=${sealed}`;
  expect(await knownOf(authorize, undefined, cookie)).toEqual([adele, "contoso"]);
  const hint = "&login_hint=megan@contoso.example";
  expect(await knownOf(authorize + hint, undefined, cookie)).toEqual([
    `${userId("megan")}.${home?.id}`,
    "contoso",
  ]);
});

it("is a guest by the account at home", async () => {
  const token = "contoso.example/oauth2/v2.0/token";
  expect(
    await knownOf(token, { grant_type: "password", username: "frank@fabrikam.example" }),
  ).toEqual([expect.stringContaining(`.${fabrikam?.id}`), "contoso"]);
});

it("is unknown for tokens that no one can read, and for other tenants", async () => {
  for (const assertion of ["", "x", "a.b.c"])
    expect(
      await knownOf("common/oauth2/v2.0/token", {
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion,
      }),
    ).toEqual([undefined, undefined]);
  expect(await knownOf("nowhere.example/oauth2/v2.0/token", {})).toEqual([undefined, undefined]);
});
