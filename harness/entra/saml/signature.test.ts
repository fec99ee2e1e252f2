/** Valid signatures, and documents that only look signed. */
import { XMLSerializer } from "@xmldom/xmldom";
import { describe, expect, it } from "vitest";
import { SignedXml } from "xml-crypto";
import { algorithms } from "./saml-names.ts";
import { signElement, verifiedRoot } from "./signature.ts";
import { fixturePair } from "../../../test/support/saml.ts";
import { parseXml, textOf } from "./xml.ts";

const document =
  '<a ID="_1" xmlns="urn:a"><Issuer>i</Issuer><b ID="_2"><Issuer>i</Issuer>text</b></a>';
const pair = fixturePair("travel");

const verified = (xml: string, certificate = pair.certificate) => {
  const root = verifiedRoot(xml, parseXml(xml), [
    fixturePair("saml-travel").certificate,
    certificate,
  ]);
  return root === undefined ? undefined : textOf(root);
};

/** Signed by the right key, in a way of its own. */
function signedBy(options: {
  readonly signatureAlgorithm?: string;
  readonly digestAlgorithm?: string;
  readonly xpath?: string;
}): string {
  const { signatureAlgorithm = algorithms.rsaSha256, digestAlgorithm = algorithms.sha256 } =
    options;
  const signer = new SignedXml({
    privateKey: pair.privateKey,
    publicCert: pair.certificate,
    signatureAlgorithm,
    canonicalizationAlgorithm: algorithms.exclusiveC14n,
  });
  const transforms = [algorithms.enveloped, algorithms.exclusiveC14n];
  signer.addReference({ xpath: options.xpath ?? "/*", transforms, digestAlgorithm });
  signer.computeSignature(document);
  return signer.getSignedXml();
}

const SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1";
const RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";

describe("a signed document", () => {
  it.each([
    ["as Entra signs", signElement(document, "_1", pair)],
    ["at its end", signedBy({})],
    [
      "by SHA-512",
      signedBy({ signatureAlgorithm: algorithms.rsaSha512, digestAlgorithm: algorithms.sha512 }),
    ],
  ])("is verified by one of the known keys: signed %s", (_, xml) => {
    expect(verified(xml)).toBe("iitext");
  });

  it("is read as it was signed, without a comment that was added later", () => {
    const later = signElement(document, "_1", pair).replace("text", "te<!-- later -->xt");
    const root = verifiedRoot(later, parseXml(later), [pair.certificate]) ?? parseXml(later);
    expect(new XMLSerializer().serializeToString(root)).not.toContain("later");
    expect(verified(later)).toBe("iitext");
  });

  it.each([
    ["not at all", document],
    ["by another key", signElement(document, "_1", fixturePair("saml-expenses"))],
    ["and changed", signElement(document, "_1", pair).replace("text", "other")],
    ["in a part only", signElement(document, "_2", pair)],
    ["at the root, for a part only", signedBy({ xpath: "//*[@ID='_2']" })],
    ["by a weak signature", signedBy({ signatureAlgorithm: RSA_SHA1 })],
    ["by a weak digest", signedBy({ digestAlgorithm: SHA1 })],
    ["twice", signElement(signElement(document, "_1", pair), "_1", pair)],
  ])("is not, when it is signed %s", (_, xml) => {
    expect(verified(xml)).toBeUndefined();
  });
});
