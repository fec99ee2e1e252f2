import { createVerify } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import type { World } from "../directory/world.ts";
import { type Answer, type EstsBench, startEsts } from "../../../test/support/ests.ts";
import {
  broughtBy,
  byForm,
  byRedirect,
  cookieOf,
  fillIn,
} from "../../../test/support/ests-saml.ts";
import {
  deflated,
  fixturePair,
  fixturePem,
  signedQuery,
  writeRequest,
} from "../../../test/support/saml.ts";
import { namespaces } from "./saml-names.ts";
import { signElement } from "./signature.ts";

const LOGOUT_URLS: Readonly<Record<string, string>> = {
  expenses: "https://expenses.contoso.example/saml/logout",
  travel: "https://travel.contoso.example/saml/logout?app=travel",
};

/** The fixture world, in which the SAML apps have a Logout URL. */
const world: World = {
  ...contoso,
  tenants: contoso.tenants.map((tenant) => ({
    ...tenant,
    apps: tenant.apps.map((app) => {
      const logoutUrl = LOGOUT_URLS[app.name];
      return logoutUrl === undefined ? app : { ...app, logoutUrl };
    }),
  })),
};

const start = (settings: Partial<ServiceSettings> = {}): EstsBench => startEsts(settings, world);

function logoutRequest({
  id = "_out1",
  issuer = "https://expenses.contoso.example/saml",
  name = "<saml:NameID>someone</saml:NameID>",
}: { readonly id?: string; readonly issuer?: string; readonly name?: string } = {}): string {
  return `<samlp:LogoutRequest xmlns:samlp="${namespaces.protocol}" xmlns:saml="${namespaces.assertion}" ID="${id}" Version="2.0" IssueInstant="2026-03-02T08:00:00Z"><saml:Issuer>${issuer}</saml:Issuer>${name}</samlp:LogoutRequest>`;
}

/** The message in an address, with everything that was checked of its signature. */
function messageAt(address: string): {
  readonly at: string;
  readonly xml: string;
  readonly relayState: string | null;
  readonly isSigned: boolean;
  readonly query: string;
} {
  const url = new URL(address);
  const { searchParams } = url;
  const name = searchParams.has("SAMLResponse") ? "SAMLResponse" : "SAMLRequest";
  const query = address.slice(address.indexOf(`${name}=`));
  const signed = query.slice(0, query.indexOf("&Signature="));
  const certificate = fixturePem(
    url.hostname.startsWith("travel") ? "saml-travel.cert" : "saml-expenses.cert",
  );
  return {
    at: address.slice(0, address.indexOf(`${name}=`) - 1),
    xml: inflateRawSync(Buffer.from(searchParams.get(name) ?? "", "base64")).toString(),
    relayState: searchParams.get("RelayState"),
    isSigned: createVerify("RSA-SHA256")
      .update(signed)
      .verify(certificate, searchParams.get("Signature") ?? "", "base64"),
    query,
  };
}

const locationOf = ({ headers }: Answer): string => headers.get("location") ?? "";
const codeOf = (answer: Answer): number | undefined => broughtBy(answer).code;

/** Signs Adele in to the expenses app. */
async function signIn(bench: EstsBench): Promise<void> {
  await fillIn(bench, await byRedirect(bench, writeRequest()));
}

describe("a LogoutRequest", () => {
  it.each([
    ["redirect", byRedirect],
    ["form", byForm],
  ] as const)("by %s ends the session and is answered at the Logout URL", async (_how, send) => {
    const bench = start();
    await signIn(bench);
    const answer = await send(bench, logoutRequest(), { RelayState: "back / there" });
    expect(answer.headers.getSetCookie().join()).toContain("ESTSAUTH=;");
    const { at, xml, relayState, isSigned } = messageAt(locationOf(answer));
    expect([at, relayState, isSigned]).toEqual([LOGOUT_URLS["expenses"], "back / there", true]);
    expect(xml).toMatch(/^<samlp:LogoutResponse ID="_[0-9a-f-]{36}" Version="2\.0"/);
    expect(xml).toContain('InResponseTo="_out1"');
    expect(xml).toContain("<Issuer xmlns=");
    expect(xml).toContain(`status:Success"/>`);
  });

  it("is answered in an address with escapes in lower case, as Entra writes them", async () => {
    const bench = start();
    const { query } = messageAt(locationOf(await byRedirect(bench, logoutRequest())));
    expect(query).toContain("SigAlg=http%3a%2f%2f");
    expect(query).not.toMatch(/%[0-9a-f]?[A-F]/);
  });

  it("by form is refused where the setting says so", async () => {
    const bench = start({ samlLogoutByPost: "refuse" });
    expect(codeOf(await byForm(bench, logoutRequest()))).toBe(75003);
    expect((await byRedirect(bench, logoutRequest())).status).toBe(302);
  });

  it.each([
    ["of an unknown issuer", { issuer: "https://unknown.example" }, 700016],
    ["without a NameID", { name: "" }, 75005],
    ["with an ID that begins with a digit", { id: "1" }, 75005],
  ])("%s is refused on a page, and the session goes on", async (_what, wrong, code) => {
    const bench = start();
    await signIn(bench);
    const answer = await byRedirect(bench, logoutRequest(wrong));
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
    expect(answer.headers.getSetCookie().join()).not.toContain("ESTSAUTH=;");
  });

  it("of an app without a Logout URL ends on Entra's page", async () => {
    const answer = await byRedirect(startEsts(), logoutRequest());
    expect([answer.status, answer.headers.get("location")]).toEqual([200, null]);
    expect(answer.text).toContain("<h1>You signed out</h1>");
  });
});

describe("a LogoutRequest of an app that must sign", () => {
  const issuer = "urn:contoso:travel";

  it("is answered with a signature in the query", async () => {
    const answer = await start().get(`saml2?${signedQuery(logoutRequest({ issuer }))}`);
    expect(messageAt(locationOf(answer))).toMatchObject({
      at: LOGOUT_URLS["travel"],
      isSigned: true,
      relayState: "back to / there",
    });
  });

  it("is answered with a signature inside of a form", async () => {
    const signed = signElement(logoutRequest({ issuer }), "_out1", fixturePair("travel"));
    expect(locationOf(await byForm(start(), signed))).toContain("SAMLResponse=");
  });

  it.each([
    ["none", (bench: EstsBench) => byRedirect(bench, logoutRequest({ issuer }))],
    [
      "that of another key",
      (bench: EstsBench) =>
        bench.get(`saml2?${signedQuery(logoutRequest({ issuer }), "saml-expenses")}`),
    ],
    [
      "that of another message",
      (bench: EstsBench) => {
        const [, rest = ""] = signedQuery(logoutRequest({ issuer })).split(/&(.*)/s);
        const other = encodeURIComponent(deflated(logoutRequest({ issuer, id: "_other" })));
        return bench.get(`saml2?SAMLRequest=${other}&${rest}`);
      },
    ],
  ])("is refused with %s", async (_what, send) => {
    expect(codeOf(await send(start()))).toBe(76021);
  });
});

describe("signing out elsewhere", () => {
  it("sends each SAML app of the session a LogoutRequest in a hidden frame", async () => {
    const bench = start();
    const { says } = broughtBy(await fillIn(bench, await byRedirect(bench, writeRequest())));
    const page = await bench.get("oauth2/v2.0/logout", { cookie: cookieOf(bench) });
    const [, frame = ""] = /<iframe src="([^"]*)"/.exec(page.text) ?? [];
    const { at, xml, isSigned } = messageAt(frame.replaceAll("&amp;", "&"));
    expect([at, isSigned]).toEqual([LOGOUT_URLS["expenses"], true]);
    expect(xml).toMatch(/^<samlp:LogoutRequest /);
    expect(xml).toContain(`>${says?.subject.nameId}</NameID>`);
    expect(xml).toMatch(/<samlp:SessionIndex>_[0-9a-f-]{36}<\/samlp:SessionIndex>/);
  });

  it("leaves out the app that has asked", async () => {
    const bench = start();
    await signIn(bench);
    const query = new URLSearchParams({ SAMLRequest: deflated(logoutRequest()) });
    const answer = await bench.get(`saml2?${query}`, { cookie: cookieOf(bench) });
    expect([answer.status, answer.text]).toEqual([302, ""]);
  });

  it.each([
    [
      "redirect",
      (bench: EstsBench, xml: string) =>
        bench.get(`saml2?${new URLSearchParams({ SAMLResponse: deflated(xml) })}`),
    ],
    [
      "form",
      (bench: EstsBench, xml: string) =>
        bench.post("saml2", { SAMLResponse: Buffer.from(xml).toString("base64") }),
    ],
  ] as const)("takes an app's answer by %s, and nothing else for one", async (_how, send) => {
    const answer = `<samlp:LogoutResponse xmlns:samlp="${namespaces.protocol}" ID="_a" Version="2.0"/>`;
    expect((await send(start(), answer)).status).toBe(200);
    expect(codeOf(await send(start(), logoutRequest()))).toBe(75005);
  });
});

it("names the address in the metadata", async () => {
  const { text } = await start().get("federationmetadata/2007-06/federationmetadata.xml");
  expect(text).toMatch(
    /<SingleLogoutService Binding="[^"]*:HTTP-Redirect" Location="[^"]*\/saml2"\/><SingleSignOnService/,
  );
});
