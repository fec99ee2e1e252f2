/** Faulty requests: each is shown to the person on a page, and none leads to an answer for an app. */
import { describe, expect, it } from "vitest";
import { algorithms, namespaces } from "./saml-names.ts";
import {
  deflated,
  signedQuery,
  signedRequest,
  writeRequest,
  type WrittenRequest,
} from "../../../test/support/saml.ts";
import { XML_CHARACTERS_MAX } from "./xml.ts";
import { startEsts, type Answer, type EstsBench } from "../../../test/support/ests.ts";
import {
  broughtBy,
  byForm,
  byLaunch,
  byRedirect,
  fillIn,
} from "../../../test/support/ests-saml.ts";

const VERSION = 'Version="2.0"';
const request = (written: WrittenRequest = {}) => writeRequest(written);
const travel = (written: WrittenRequest = {}) =>
  writeRequest({ issuer: "urn:contoso:travel", ...written });

/** What a person is shown, and that no form goes to any app. */
function shownBy(answer: Answer): unknown[] {
  const { code, xml, action } = broughtBy(answer);
  return [answer.status, code, xml, action];
}

const pageWith = (code: number): unknown[] => [400, code, "", ""];

const doctype = (subset: string, rest = request()) => `<!DOCTYPE x [${subset}]>${rest}`;
const bomb = Array.from(
  { length: 9 },
  (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`,
).join("");

describe("a faulty request", () => {
  it.each<[string, string, number]>([
    ["no XML", "hello", 75005],
    ["nothing", " ", 75005],
    ["an element that is not closed", "<a>", 75005],
    ["two roots", request() + request(), 75005],
    ["text behind the root", `${request()}and more`, 75005],
    ["a document type", doctype(""), 75005],
    ["a billion laughs", doctype(`<!ENTITY l0 "ha">${bomb}`, request({ issuer: "&l9;" })), 75005],
    [
      "an outside file",
      doctype('<!ENTITY f SYSTEM "file:///etc/passwd">', request({ issuer: "&f;" })),
      75005,
    ],
    [
      "an outside document type",
      `<!DOCTYPE x SYSTEM "http://evil.example/x.dtd">${request()}`,
      75005,
    ],
    ["an unknown entity", request({ issuer: "&unknown;" }), 75005],
    ["an attribute that stands twice", request({ attributes: `${VERSION} ${VERSION}` }), 75005],
    ["a processing instruction", `<?xml-stylesheet href="x"?>${request()}`, 75005],
    ["too deep", request({ inside: "<a>".repeat(60) + "</a>".repeat(60) }), 75005],
    ["another message", request().replaceAll("AuthnRequest", "LogoutRequest"), 75005],
    ["of another namespace", request().replaceAll(namespaces.protocol, "urn:other"), 75005],
    ["an ID that begins with a digit", request({ id: "1a" }), 75005],
    ["an empty ID", request({ id: "" }), 75005],
    ["another version", request({ attributes: 'Version="1.1"' }), 75005],
    ["no version", request({ attributes: "" }), 75005],
    [
      "two issuers",
      request({ inside: `<i:Issuer xmlns:i="${namespaces.assertion}">x</i:Issuer>` }),
      75005,
    ],
    ["an unknown issuer", request({ issuer: "https://other.example" }), 700016],
    [
      "another's identifier and a comment",
      request({ issuer: "https://expenses.contoso.example/saml<!---->x" }),
      700016,
    ],
    [
      "a foreign reply URL",
      request({ attributes: `${VERSION} AssertionConsumerServiceURL="https://evil.example/"` }),
      50011,
    ],
    [
      "a reply URL with more to it",
      request({
        attributes: `${VERSION} AssertionConsumerServiceURL="https://expenses.contoso.example/saml/acs/x"`,
      }),
      50011,
    ],
  ])("%s", async (_, xml, code) => {
    expect(shownBy(await byRedirect(startEsts(), xml))).toEqual(pageWith(code));
    expect(shownBy(await byForm(startEsts(), xml))).toEqual(pageWith(code));
  });

  it.each<[string, string, number]>([
    ["nothing at all", "", 750054],
    ["an empty one", "SAMLRequest=", 750054],
    ["no base64", "SAMLRequest=%00%25", 75001],
    ["not deflated", `SAMLRequest=${Buffer.from("no").toString("base64url")}`, 75001],
    ["cut off", `SAMLRequest=${encodeURIComponent(deflated(request()).slice(0, 60))}`, 75001],
    [
      "a deflate bomb",
      `SAMLRequest=${encodeURIComponent(deflated(" ".repeat(50_000_000)))}`,
      75001,
    ],
    [
      "two of them",
      `${new URLSearchParams({ SAMLRequest: deflated(request()) })}&SAMLRequest=x`,
      75001,
    ],
    [
      "not UTF-8",
      `SAMLRequest=${encodeURIComponent(deflated(Buffer.from([0xc3, 0x28]) as unknown as string))}`,
      75001,
    ],
  ])("by redirect: %s", async (_, query, code) => {
    expect(shownBy(await startEsts().get(`saml2?${query}`))).toEqual(pageWith(code));
  });

  it("by form: empty, not base64, too long", async () => {
    const bench = startEsts();
    expect(shownBy(await bench.post("saml2", {}))).toEqual(pageWith(750054));
    expect(shownBy(await bench.post("saml2", { SAMLRequest: "%%%" }))).toEqual(pageWith(75001));
    expect(
      shownBy(await bench.post("saml2", { SAMLRequest: "A".repeat(3 * XML_CHARACTERS_MAX) })),
    ).toEqual(pageWith(75001));
  });

  it("under a tenant that does not exist, or a shared endpoint", async () => {
    const bench = startEsts();
    const query = new URLSearchParams({ SAMLRequest: deflated(request()) });
    for (const tenant of ["common", "nowhere.example"])
      expect(shownBy(await bench.get(`/${tenant}/saml2?${query}`))).toEqual(pageWith(90002));
  });
});

it("a request that is too long is not inflated or parsed", async () => {
  const xml = request({ inside: `<a>${"x".repeat(XML_CHARACTERS_MAX)}</a>` });
  expect(shownBy(await byRedirect(startEsts(), xml))).toEqual(pageWith(75001));
  expect(shownBy(await byForm(startEsts(), xml))).toEqual(pageWith(75005));
});

describe("a request that must be signed", () => {
  it.each<[string, (bench: EstsBench) => Promise<Answer>]>([
    ["not at all, by redirect", (bench) => byRedirect(bench, travel())],
    ["not at all, by form", (bench) => byForm(bench, travel())],
    [
      "by another key, in the query",
      (bench) => bench.get(`saml2?${signedQuery(travel(), "saml-expenses")}`),
    ],
    ["by another key, inside", (bench) => byForm(bench, signedRequest("saml-expenses"))],
    [
      "by SHA-1",
      (bench) =>
        bench.get(
          `saml2?${signedQuery(travel(), "travel", "http://www.w3.org/2000/09/xmldsig#rsa-sha1")}`,
        ),
    ],
    [
      "by an algorithm that objects have",
      (bench) => bench.get(`saml2?${signedQuery(travel(), "travel", "toString")}`),
    ],
    [
      "with another RelayState",
      (bench) => bench.get(`saml2?${signedQuery(travel()).replace("there", "elsewhere")}`),
    ],
    [
      "with another request",
      (bench) => {
        const query = new URLSearchParams(signedQuery(travel()));
        query.set("SAMLRequest", deflated(travel({ id: "_evil" })));
        return bench.get(`saml2?${query}`);
      },
    ],
    [
      "with something changed inside",
      (bench) =>
        byForm(bench, signedRequest().replace('Version="2.0"', 'Version="2.0" ForceAuthn="true"')),
    ],
    [
      "with another reply URL inside",
      (bench) => {
        const attributes = `${VERSION} AssertionConsumerServiceURL="https://travel.contoso.example/acs2"`;
        return byForm(bench, signedRequest("travel", { attributes }).replace("/acs2", "/acs"));
      },
    ],
  ])("and is signed %s", async (_, send) => {
    expect(shownBy(await send(startEsts()))).toEqual(pageWith(76021));
  });

  describe("with a wrapped signature", () => {
    const signed = signedRequest("travel", { id: "_good" });
    const [signature = ""] = /<Signature\b.*<\/Signature>/s.exec(signed) ?? [];
    const evil = (inside: string, id = "_evil") => travel({ id, inside });
    const original = signed.replace(signature, "");
    it.each([
      ["beside it", evil(signed)],
      [
        "inside its signature",
        evil(signature.replace("</Signature>", `<Object>${original}</Object></Signature>`)),
      ],
      [
        "in an extension, the signature its own",
        evil(`${signature}<samlp:Extensions>${original}</samlp:Extensions>`),
      ],
      [
        "of one ID with it",
        evil(`${signature}<samlp:Extensions>${original}</samlp:Extensions>`, "_good"),
      ],
      ["signed twice", signed.replace(signature, signature + signature)],
      ["with no ID to refer to", signed.replace(' ID="_good"', ' Id="_good"')],
      ["by a reference to the whole document", signed.replace('URI="#_good"', 'URI=""')],
      ["with a second reference", signed.replace(/<Reference.*<\/Reference>/s, (one) => one + one)],
      [
        "with a transform that cuts",
        signed.replace(algorithms.enveloped, "http://www.w3.org/TR/1999/REC-xpath-19991116"),
      ],
      [
        "by a secret that everyone knows",
        signed.replace(algorithms.rsaSha256, "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
      ],
    ])("%s", async (_, xml) => {
      const answer = await byForm(startEsts(), xml);
      // Without its ID it is no request, signed or not.
      expect(shownBy(answer)).toEqual(pageWith(xml.includes(' Id="_good"') ? 75005 : 76021));
    });
  });

  it("is reported to its app when it was carried by the sign-in page", async () => {
    const bench = startEsts();
    const inside = `<s:Subject xmlns:s="${namespaces.assertion}"/>`;
    const SAMLRequest = Buffer.from(request({ inside })).toString("base64");
    const ctx = Buffer.from(JSON.stringify({ saml: "form", SAMLRequest })).toString("base64url");
    const page = await byRedirect(bench, request());
    const forged = { ...page, text: `name="ctx" type="hidden" value="${ctx}"` };
    expect(broughtBy(await fillIn(bench, forged))).toMatchObject({ code: 75006, says: undefined });
  });

  it("is judged again when the sign-in page carries another one", async () => {
    const bench = startEsts();
    const page = await byForm(bench, signedRequest());
    const fields = { saml: "form", SAMLRequest: Buffer.from(travel()).toString("base64") };
    const ctx = Buffer.from(JSON.stringify(fields)).toString("base64url");
    const forged = { ...page, text: `name="ctx" type="hidden" value="${ctx}"` };
    expect(shownBy(await fillIn(bench, forged))).toEqual(pageWith(76021));
  });
});

describe("where the documents leave a choice", () => {
  it("an old request is accepted, or refused by its own issue time", async () => {
    const at = (instant: string) => request({ attributes: `${VERSION} IssueInstant="${instant}"` });
    expect((await byRedirect(startEsts(), at("2020-01-01T00:00:00Z"))).status).toBe(200);
    const bench = startEsts({ samlRequestAgeMinutesMax: 10 });
    expect((await byRedirect(bench, at("2026-03-02T07:50:00Z"))).status).toBe(200);
    for (const instant of ["2026-03-02T07:49:59Z", "yesterday", ""])
      expect(shownBy(await byRedirect(bench, at(instant)))).toEqual(pageWith(76026));
  });

  it("a repeated request is answered again, or refused", async () => {
    const again = async (bench: EstsBench, id = "_r1") => {
      await fillIn(bench, await byRedirect(bench, request()));
      return broughtBy(await byRedirect(bench, request({ id })));
    };
    expect((await again(startEsts())).says).toBeDefined();
    const strict = startEsts({ samlRepeatedRequests: "refuse" });
    expect(await again(strict)).toMatchObject({
      code: 75005,
      statuses: ["Requester", "RequestDenied"],
    });
    expect((await again(startEsts({ samlRepeatedRequests: "refuse" }), "_r2")).says).toBeDefined();
    // A sign-in that starts at Entra has no request to repeat.
    expect(broughtBy(await byLaunch(strict, "expenses")).says).toBeDefined();
    expect(broughtBy(await byLaunch(strict, "expenses")).says).toBeDefined();
  });

  it("an assertion is valid for as long as the world says", async () => {
    const bench = startEsts({
      samlBackdatedMinutes: 0,
      samlLifetimeMinutes: 70,
      samlConfirmationMinutes: 1,
    });
    const { xml } = broughtBy(await fillIn(bench, await byRedirect(bench, request())));
    expect([...xml.matchAll(/Not(?:Before|OnOrAfter)="[^"]*T(.{8})/g)].map(([, at]) => at)).toEqual(
      ["08:01:00", "08:00:00", "09:10:00"],
    );
  });
});
