/**
 * XML Signature as Entra uses it: enveloped, exclusive canonicalization, RSA with SHA-256
 * (`shared/facts/entra.md` F.1). Whoever verifies gets back what was signed, and nothing
 * else of the document is to be believed: that is what defeats signature wrapping.
 */
import { SignedXml } from "xml-crypto";
import { algorithms, namespaces } from "./names.ts";
import { childrenOf, elementsOf, parseXml } from "./xml.ts";

/** A certificate and its private key, PEM. */
export interface SigningPair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** The document with a signature over the element of that ID, placed behind the element's Issuer as the schema wants it. */
export function signElement(xml: string, id: string, by: SigningPair): string {
  const element = `//*[@ID='${id}']`;
  const signer = new SignedXml({
    privateKey: by.privateKey,
    publicCert: by.certificate,
    signatureAlgorithm: algorithms.rsaSha256,
    canonicalizationAlgorithm: algorithms.exclusiveC14n,
  });
  signer.addReference({
    xpath: element,
    transforms: [algorithms.enveloped, algorithms.exclusiveC14n],
    digestAlgorithm: algorithms.sha256,
  });
  signer.computeSignature(xml, {
    location: { reference: `${element}/*[local-name()='Issuer']`, action: "after" },
  });
  return signer.getSignedXml();
}

/** The root element as it was signed by one of the certificates (PEM); `undefined` unless one signature covers the whole of it. */
export function verifiedRoot(
  xml: string,
  root: Element,
  certificates: readonly string[],
): Element | undefined {
  const all = elementsOf(root);
  const signatures = all.filter(
    ({ namespaceURI, localName }) =>
      namespaceURI === namespaces.signature && localName === "Signature",
  );
  const [signature] = signatures;
  const id = root.getAttribute("ID") ?? "";
  const bearers = all.filter((element) => element.getAttribute("ID") === id);
  const isSound =
    signature !== undefined &&
    signatures.length === 1 &&
    signature.parentNode === root &&
    id !== "" &&
    bearers.length === 1 &&
    isPlain(signature, id);
  if (!isSound) return undefined;
  for (const certificate of certificates) {
    const signed = signedBy(xml, signature, certificate);
    if (signed !== undefined) return parseXml(signed);
  }
  return undefined;
}

const SIGNATURE_METHODS: ReadonlySet<string> = new Set([
  algorithms.rsaSha256,
  algorithms.rsaSha512,
]);
const TRANSFORMS: ReadonlySet<string> = new Set([algorithms.enveloped, algorithms.exclusiveC14n]);

/** One reference, to that ID, by algorithms that leave the content alone and are strong. */
function isPlain(signature: Element, id: string): boolean {
  const under = (parent: Element | undefined, name: string): readonly Element[] =>
    parent === undefined ? [] : childrenOf(parent, namespaces.signature, name);
  const algorithmOf = (element: Element | undefined): string =>
    element?.getAttribute("Algorithm") ?? "";
  const [info] = under(signature, "SignedInfo");
  const references = under(info, "Reference");
  const [reference] = references;
  const transforms = under(under(reference, "Transforms")[0], "Transform").map(algorithmOf);
  return (
    under(signature, "SignedInfo").length === 1 &&
    references.length === 1 &&
    reference?.getAttribute("URI") === `#${id}` &&
    SIGNATURE_METHODS.has(algorithmOf(under(info, "SignatureMethod")[0])) &&
    algorithmOf(under(info, "CanonicalizationMethod")[0]) === algorithms.exclusiveC14n &&
    transforms.every((transform) => TRANSFORMS.has(transform))
  );
}

function signedBy(xml: string, signature: Element, certificate: string): string | undefined {
  // The key is the one that is registered, never the one that the message brings.
  const verifier = new SignedXml({ publicCert: certificate, getCertFromKeyInfo: () => null });
  try {
    verifier.loadSignature(signature);
    return verifier.checkSignature(xml) ? verifier.getSignedReferences()[0] : undefined;
  } catch {
    // The library throws for some signatures that do not verify and says no to others.
    return undefined;
  }
}
