/** Whatever a client sends, it gets an answer shaped like ESTS's, and no assertion that it has no right to. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signedRequest, writeRequest } from "../../saml/testing.ts";
import { startEsts, type Answer } from "../testing.ts";
import { broughtBy, byForm, byRedirect, fillIn } from "./testing.ts";

/** A text with some of its parts taken out, doubled, replaced or swapped. */
function mutations(text: string): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat({ max: text.length }),
    length: fc.nat({ max: 40 }),
    put: fc.oneof(
      fc.constantFrom("", "<", ">", "&", '"', "<!--", "-->", "<![CDATA[", "]]>", "&#0;", "\u0000"),
      fc.constantFrom("<Signature", "</samlp:AuthnRequest>", 'ID="_r1"', "xmlns:samlp=''"),
      fc.string({ unit: "binary", maxLength: 12 }),
    ),
  });
  return fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) =>
      edits.reduce(
        (mutated, { at, length, put }) => mutated.slice(0, at) + put + mutated.slice(at + length),
        text,
      ),
    );
}

function expectAnswer({ status, headers }: Answer): void {
  expect([200, 400]).toContain(status);
  expect(headers.get("x-ms-request-id")).toMatch(/^[0-9a-f-]{36}$/);
}

describe("whatever is sent to /saml2", () => {
  it("as bytes", async () => {
    const bench = startEsts();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, isForm) => {
        const SAMLRequest = Buffer.from(bytes).toString("base64");
        expectAnswer(
          isForm
            ? await bench.post("saml2", { SAMLRequest })
            : await bench.get(`saml2?${new URLSearchParams({ SAMLRequest })}`),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("as a query, or as the context of a sign-in page", async () => {
    const bench = startEsts();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 100 }), async (text) => {
        expectAnswer(await bench.get(`saml2?${encodeURI(text.toWellFormed())}`));
        const fields = { saml: "query", query: text };
        const ctx = Buffer.from(JSON.stringify(fields)).toString("base64url");
        expectAnswer(await bench.post("login", { login: "x", passwd: "y", ctx }));
      }),
      { numRuns: 200 },
    );
  });

  it("as a request that was tampered with", async () => {
    const bench = startEsts();
    const good = writeRequest({ inside: "<samlp:NameIDPolicy Format='x'/>" });
    await fc.assert(
      fc.asyncProperty(mutations(good), async (xml) => {
        expectAnswer(await byRedirect(bench, xml.toWellFormed()));
        expectAnswer(await byForm(bench, xml.toWellFormed()));
      }),
      { numRuns: 300 },
    );
  });

  it("as a signed request that was tampered with: what is served was signed", async () => {
    const bench = startEsts();
    await fillIn(bench, await byForm(bench, signedRequest()));
    const signed = signedRequest("travel", {
      attributes: 'Version="2.0" AssertionConsumerServiceURL="https://travel.contoso.example/acs2"',
    });
    await fc.assert(
      fc.asyncProperty(mutations(signed), async (xml) => {
        const answer = await byForm(bench, xml.toWellFormed());
        expectAnswer(answer);
        const { says, xml: response } = broughtBy(answer);
        if (says === undefined) return;
        expect(says.destination).toBe("https://travel.contoso.example/acs2");
        expect(response).toContain('InResponseTo="_r1"');
      }),
      { numRuns: 300 },
    );
  });
});
