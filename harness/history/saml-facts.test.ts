/** What the page says that brings a SAML response to its app. */
import { describe, expect, it } from "vitest";
import { failedResponse, signedResponse } from "../entra/saml/saml-response.ts";
import { attributeNames } from "../entra/saml/saml-names.ts";
import { fixturePair } from "../../test/support/saml.ts";
import { fingerprint } from "./redact.ts";
import { factsOfSamlPage } from "./saml-facts.ts";

const END_MS = Date.UTC(2026, 2, 2, 9);
const envelope = {
  responseId: "_r",
  issuer: "https://sts.windows.net/t/",
  destination: "https://app.example/acs",
  issuedAtMs: END_MS - 3_600_000,
};

const good = signedResponse(
  envelope,
  {
    assertionId: "_a",
    audience: "https://app.example",
    notBeforeMs: END_MS - 3_600_000,
    notOnOrAfterMs: END_MS,
    // The confirmation's end is not the assertion's.
    confirmedUntilMs: END_MS - 3_000_000,
    subject: {
      nameId: "n",
      nameIdFormat: "f",
      signedInAtMs: 0,
      contextClass: "c",
      attributes: [
        { name: attributeNames.tenantId, values: ["t1"] },
        { name: attributeNames.objectId, values: ["o1"] },
      ],
    },
  },
  { sign: "both", by: fixturePair("saml-expenses") },
);

const encoded = (xml: string) => Buffer.from(xml).toString("base64");

describe("a page with a SAML response", () => {
  it.each([
    (value: string) => `<form><input name="SAMLResponse" type="hidden" value="${value}"></form>`,
    (value: string) => `<input type='hidden' value='${value}' name='SAMLResponse'/>`,
  ])("has the user whom it signs in, and until when (%#)", (page) => {
    const value = encoded(good);
    expect(factsOfSamlPage(page(value))).toEqual({
      issued: {
        token: { accessToken: fingerprint("at", value), expiresAt: END_MS },
        user: "o1.t1",
      },
    });
  });

  it("has the reason why it signs no user in", () => {
    const failed = failedResponse(envelope, {
      codes: ["Responder", "NoPassive"],
      message: "AADSTS50058: no session",
    });
    expect(factsOfSamlPage(`<input name="SAMLResponse" value="${encoded(failed)}">`)).toEqual({
      error: { error: "NoPassive", codes: [50058] },
    });
    expect(factsOfSamlPage(`<input name="SAMLResponse" value="${encoded("?")}">`)).toEqual({
      error: { error: "saml_status", codes: [] },
    });
  });

  it.each([
    "",
    "<title>Sign in</title>",
    '<input name="other" value="x">',
    '<input name="SAMLResponse" value="">',
  ])("is none: %s", (page) => {
    expect(factsOfSamlPage(page)).toEqual({});
  });
});
