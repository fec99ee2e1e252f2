/** Property: every input gets an answer in the form of ESTS, and no undeserved assertion. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signedRequest, writeRequest } from "../../../test/support/saml.ts";
import { startEsts, type Answer } from "../../../test/support/ests.ts";
import { broughtBy, byForm, byRedirect, fillIn } from "../../../test/support/ests-saml.ts";

// One seed: what CI finds, everybody finds.
fc.configureGlobal({ seed: 20_261_121 });

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

function isAnswer({ status, headers }: Answer): boolean {
  const isMarked = /^[0-9a-f-]{36}$/.test(headers.get("x-ms-request-id") ?? "");
  return isMarked && (status === 200 || status === 400);
}

describe("any input to /saml2", () => {
  it("as bytes", async () => {
    const bench = startEsts();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, isForm) => {
        const SAMLRequest = Buffer.from(bytes).toString("base64");
        const answer = isForm
          ? await bench.post("saml2", { SAMLRequest })
          : await bench.get(`saml2?${new URLSearchParams({ SAMLRequest })}`);
        expect(isAnswer(answer)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("as a query, or as the context of a sign-in page", async () => {
    const bench = startEsts();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 100 }), async (text) => {
        expect(isAnswer(await bench.get(`saml2?${encodeURI(text.toWellFormed())}`))).toBe(true);
        const fields = { saml: "query", query: text };
        const ctx = Buffer.from(JSON.stringify(fields)).toString("base64url");
        expect(isAnswer(await bench.post("login", { login: "x", passwd: "y", ctx }))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("as a tampered request", async () => {
    const bench = startEsts();
    const good = writeRequest({ inside: "<samlp:NameIDPolicy Format='x'/>" });
    await fc.assert(
      fc.asyncProperty(mutations(good), async (xml) => {
        expect(isAnswer(await byRedirect(bench, xml.toWellFormed()))).toBe(true);
        expect(isAnswer(await byForm(bench, xml.toWellFormed()))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("as a tampered signed request: only what was signed is served", async () => {
    const bench = startEsts();
    await fillIn(bench, await byForm(bench, signedRequest()));
    const signed = signedRequest("travel", {
      attributes: 'Version="2.0" AssertionConsumerServiceURL="https://travel.contoso.example/acs2"',
    });
    await fc.assert(
      fc.asyncProperty(mutations(signed), async (xml) => {
        const answer = await byForm(bench, xml.toWellFormed());
        expect(isAnswer(answer)).toBe(true);
        const { says, xml: response } = broughtBy(answer);
        if (says === undefined) return;
        expect(says.destination).toBe("https://travel.contoso.example/acs2");
        expect(response).toContain('InResponseTo="_r1"');
      }),
      { numRuns: 300 },
    );
  });
});
