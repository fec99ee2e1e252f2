/** SAML sign-on as a service provider sees it: requests and responses. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { attributeNames, nameIdFormats, namespaces } from "./saml-names.ts";
import { attributeOf } from "./read-saml-response.ts";
import { signedQuery, signedRequest, writeRequest } from "../../../test/support/saml.ts";
import { startEsts } from "../../../test/support/ests.ts";
import {
  broughtBy,
  byForm,
  byLaunch,
  byRedirect,
  cookieOf,
  fillIn,
} from "../../../test/support/ests-saml.ts";

const ACS = "https://expenses.contoso.example/saml/acs";
const IDENTIFIER = "https://expenses.contoso.example/saml";
const VERSION = 'Version="2.0" IssueInstant="2026-03-02T08:00:00Z"';

const policy = (format: string) =>
  `<samlp:NameIDPolicy Format="${format}" xmlns:samlp="${namespaces.protocol}"/>`;
const context = (names: readonly string[], comparison = "exact") =>
  `<samlp:RequestedAuthnContext Comparison="${comparison}">${names.map((name) => `<c:AuthnContextClassRef xmlns:c="${namespaces.assertion}">urn:oasis:names:tc:SAML:2.0:ac:classes:${name}</c:AuthnContextClassRef>`).join("")}</samlp:RequestedAuthnContext>`;

describe("the issuer of a response", () => {
  it.each(["sts.windows.net", "login.microsoftonline.com"] as const)(
    "is at %s, as the setting has it",
    async (samlIssuerHost) => {
      const bench = startEsts({ samlIssuerHost });
      const page = await byRedirect(bench, writeRequest());
      const { says } = broughtBy(await fillIn(bench, page));
      expect(says?.issuer).toBe(`https://${samlIssuerHost}/${bench.tenantId}/`);
    },
  );
});

describe("a person who is sent to Entra by an app", () => {
  it.each([
    ["redirect", byRedirect],
    ["form", byForm],
  ])("signs in at the page, and the answer goes back by form: %s", async (_, send) => {
    const bench = startEsts();
    const page = await send(bench, writeRequest(), { RelayState: 'a "b" <c>' });
    expect(page.text).toContain('name="passwd"');
    const { action, relayState, xml, says } = broughtBy(await fillIn(bench, page));
    expect(action).toBe(ACS);
    expect(relayState).toBe("a &quot;b&quot; &lt;c&gt;");
    expect(xml).toContain(`Destination="${ACS}" InResponseTo="_r1"`);
    expect(xml).toContain(
      `<SubjectConfirmationData InResponseTo="_r1" NotOnOrAfter="2026-03-02T09:00:00.000Z" Recipient="${ACS}"/>`,
    );
    expect(xml).toContain(
      '<Conditions NotBefore="2026-03-02T07:55:00.000Z" NotOnOrAfter="2026-03-02T09:00:00.000Z">',
    );
    expect(says).toMatchObject({
      issuer: `https://sts.windows.net/${bench.tenantId}/`,
      audience: IDENTIFIER,
      subject: {
        nameIdFormat: nameIdFormats.persistent,
        signedInAtMs: Date.UTC(2026, 2, 2, 8),
        contextClass: "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
      },
    });
    const values = Object.values(attributeNames).map((name) =>
      says === undefined ? undefined : attributeOf(says.subject, name),
    );
    expect(values).toEqual([
      bench.tenantId,
      bench.user("adele").id,
      "Adele Vance",
      `https://sts.windows.net/${bench.tenantId}/`,
      "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password",
      "Adele",
      "Vance",
      "adele@contoso.example",
      "adele@contoso.example",
    ]);
  });

  it("is not asked to sign in again while the session lasts, and keeps the time of the sign-in", async () => {
    const bench = startEsts();
    await fillIn(bench, await byRedirect(bench, writeRequest()));
    bench.pass(3_600_000);
    const { xml, says } = broughtBy(await byRedirect(bench, writeRequest({ id: "_r2" })));
    expect(says?.subject.signedInAtMs).toBe(Date.UTC(2026, 2, 2, 8));
    const [, id] = /<Assertion ID="([^"]+)"/.exec(xml) ?? [];
    expect(xml).toContain(`SessionIndex="${id}"`);
  });

  it("sees the page again after a wrong password", async () => {
    const bench = startEsts();
    const page = await byRedirect(bench, writeRequest());
    const [, ctx = ""] = /name="ctx" type="hidden" value="([^"]*)"/.exec(page.text) ?? [];
    const wrong = await bench.post("login", { login: "adele@contoso.example", passwd: "no", ctx });
    expect([wrong.status, broughtBy(wrong).code]).toEqual([400, 50126]);
    expect(broughtBy(await fillIn(bench, wrong)).says).toBeDefined();
  });

  it("has one session for SAML and OpenID Connect, and signs in again when the app requires it", async () => {
    const bench = startEsts();
    await fillIn(bench, await byRedirect(bench, writeRequest()));
    const forced = await byRedirect(
      bench,
      writeRequest({ attributes: `${VERSION} ForceAuthn="true"` }),
    );
    expect(forced.text).toContain('name="passwd"');
    const other = await byRedirect(bench, writeRequest(), { login_hint: "megan@contoso.example" });
    expect(other.text).toContain('value="megan@contoso.example"');
  });

  it("is signed in without a hint where the world names the user", async () => {
    const bench = startEsts({ signInPage: "automatic", signInAs: "megan@contoso.example" });
    const { says } = broughtBy(await byLaunch(bench, "expenses"));
    expect(says && attributeOf(says.subject, attributeNames.name)).toBe("megan@contoso.example");
  });

  it("is signed in by the hint alone where the page is automatic", async () => {
    const bench = startEsts({ signInPage: "automatic" });
    const hint = { login_hint: "megan@contoso.example" };
    const { says } = broughtBy(await byRedirect(bench, writeRequest(), hint));
    expect(says && attributeOf(says.subject, attributeNames.name)).toBe("megan@contoso.example");
    const disabled = await byRedirect(bench, writeRequest(), {
      login_hint: "joni@contoso.example",
    });
    expect(disabled.text).toContain('name="passwd"');
  });
});

describe("the name of a person", () => {
  const nameOf = async (format: string, user = "adele", id = "_r1") => {
    const bench = startEsts();
    const page = await byRedirect(bench, writeRequest({ id, inside: policy(format) }));
    const answer = await fillIn(bench, page, user);
    return broughtBy(answer).says?.subject;
  };

  it("is the mail address when the app asks for it", async () => {
    expect(await nameOf(nameIdFormats.emailAddress)).toMatchObject({
      nameId: "adele@contoso.example",
      nameIdFormat: nameIdFormats.emailAddress,
    });
  });

  it("is otherwise persistent and specific to the app, also without a requested format", async () => {
    const persistent = await nameOf(nameIdFormats.persistent);
    expect(await nameOf(nameIdFormats.unspecified)).toEqual(persistent);
    expect((await nameOf(nameIdFormats.persistent, "megan"))?.nameId).not.toBe(persistent?.nameId);
    expect(persistent?.nameId).not.toContain("adele");
  });

  it("is different each time when the app asks for a transient one", async () => {
    const bench = startEsts();
    const request = writeRequest({ inside: policy(nameIdFormats.transient) });
    const first = broughtBy(await fillIn(bench, await byRedirect(bench, request)));
    const second = broughtBy(await byRedirect(bench, request));
    expect(second.says?.subject.nameId).not.toBe(first.says?.subject.nameId);
  });
});

describe("an error sent to the app in a response", () => {
  it.each([
    [
      "a Subject",
      { inside: `<s:Subject xmlns:s="${namespaces.assertion}"/>` },
      75006,
      ["Requester", "RequestUnsupported"],
    ],
    [
      "an unknown NameID format",
      { inside: policy("urn:x") },
      75016,
      ["Requester", "InvalidNameIDPolicy"],
    ],
    [
      "a comparison other than exact",
      { inside: context(["Password"], "minimum") },
      75006,
      ["Requester", "RequestUnsupported"],
    ],
    [
      "a method that is no password",
      { inside: context(["X509"]) },
      75011,
      ["Requester", "NoAuthnContext"],
    ],
    [
      "another binding for the answer",
      {
        attributes: `${VERSION} ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"`,
      },
      75003,
      ["Requester", "UnsupportedBinding"],
    ],
    [
      "passive, and no one is signed in",
      { attributes: `${VERSION} IsPassive="1"` },
      50058,
      ["Responder", "NoPassive"],
    ],
    [
      "passive, and anew",
      { attributes: `${VERSION} IsPassive="true" ForceAuthn="true"` },
      50058,
      ["Responder", "NoPassive"],
    ],
  ])("%s", async (_, written, code, statuses) => {
    const bench = startEsts();
    const brought = broughtBy(await byRedirect(bench, writeRequest(written)));
    expect(brought).toMatchObject({ action: ACS, code, statuses, says: undefined });
    expect(brought.xml).toContain('InResponseTo="_r1"');
    expect(brought.xml).toMatch(/<samlp:StatusMessage>AADSTS\d+: .* Trace ID: .* Timestamp: /);
    expect(brought.xml).not.toContain("<Assertion");
  });

  it("is a success for a request just within bounds", async () => {
    const bench = startEsts();
    await fillIn(bench, await byRedirect(bench, writeRequest()));
    for (const written of [
      { inside: context(["X509", "PasswordProtectedTransport"]) },
      { attributes: `${VERSION} IsPassive="true"` },
      { attributes: `${VERSION} Consent="x" Destination="https://elsewhere" ProviderName="y"` },
      { attributes: `${VERSION} AssertionConsumerServiceURL="${ACS}"` },
      // Not looked at, as documented.
      { attributes: 'Version="2.0" IssueInstant="1999-01-01T00:00:00Z"' },
      { attributes: 'Version="2.0"' },
      // A comment does not cut a text in two.
      { issuer: "https://expenses.contoso<!-- -->.example/saml" },
    ])
      expect(broughtBy(await byRedirect(bench, writeRequest(written))).says).toBeDefined();
  });
});

describe("a sign-in that starts at Entra", () => {
  it("answers no request: no InResponseTo, the configured RelayState", async () => {
    const bench = startEsts();
    const answer = await fillIn(bench, await byLaunch(bench, "expenses"));
    const { action, relayState, xml, says } = broughtBy(answer);
    expect(action).toBe(ACS);
    expect(relayState).toBe("https://expenses.contoso.example/inbox");
    expect(xml).not.toContain("InResponseTo");
    expect(says?.audience).toBe(IDENTIFIER);
    const elsewhere = await byLaunch(bench, "expenses", { RelayState: "/travel" });
    expect(broughtBy(elsewhere).relayState).toBe("/travel");
  });

  it("does not use a session of another tenant", async () => {
    const tenants = contoso.tenants.map((tenant) => ({
      ...tenant,
      apps: tenant.apps.map((app) => ({ ...app, multiTenant: true as const })),
    }));
    const bench = startEsts({}, { ...contoso, tenants });
    await fillIn(bench, await byLaunch(bench, "expenses"));
    const { clientId } = bench.app("expenses");
    const page = await bench.get(`/fabrikam.example/saml2/launch?appid=${clientId}`, {
      cookie: cookieOf(bench),
    });
    expect(page.text).toContain('name="passwd"');
    expect(broughtBy(await byLaunch(bench, "expenses")).says).toBeDefined();
  });

  it.each(["nightly-daemon", "portal"])("is refused for %s, which has no SAML", async (app) => {
    const bench = startEsts();
    expect(broughtBy(await byLaunch(bench, app)).code).toBe(700016);
  });
});

describe("an app whose requests are signed", () => {
  it.each([
    [
      "in the query",
      (bench: ReturnType<typeof startEsts>) =>
        bench.get(`saml2?${signedQuery(writeRequest({ issuer: "urn:contoso:travel" }))}`),
    ],
    ["inside", (bench: ReturnType<typeof startEsts>) => byForm(bench, signedRequest())],
  ])("is served, and may name its other reply URL: signed %s", async (_, send) => {
    const bench = startEsts();
    const { action, says } = broughtBy(await fillIn(bench, await send(bench)));
    expect(action).toBe("https://travel.contoso.example/acs");
    expect(says?.audience).toBe("urn:contoso:travel");
    const attributes = `${VERSION} AssertionConsumerServiceURL="https://travel.contoso.example/acs2"`;
    const second = await byForm(bench, signedRequest("travel", { attributes }));
    expect(broughtBy(second).action).toBe("https://travel.contoso.example/acs2");
  });
});
