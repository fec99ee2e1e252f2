/**
 * XML Signature as Entra uses it: enveloped, exclusive canonicalization, RSA with SHA-256
 * (`docs/sources.md#f1`). Verification returns what was signed; nothing else of the document
 * may be trusted. That defeats signature wrapping.
 */
import { SignedXml } from "xml-crypto";
import { algorithms, namespaces } from "./saml-names.ts";
import { childrenOf, elementsOf, parseXml } from "./xml.ts";

/** A certificate and its private key, PEM. */
export interface SigningPair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** The document with a signature over the element of that ID, placed after the element's Issuer as the schema requires. */
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

/**
 * The root element as signed by one of the certificates (PEM), with SHA-256 or better;
 * `undefined` unless it has a single signature of its own that covers just the root. The library
 * makes sure that an ID belongs to one element and that only canonicalization is applied.
 */
export function verifiedRoot(
  xml: string,
  root: Element,
  certificates: readonly string[],
): Element | undefined {
  const [signature, ...others] = childrenOf(root, namespaces.signature, "Signature");
  if (signature === undefined || others.length > 0) return undefined;
  if (!isOver(signature, root.getAttribute("ID") ?? "")) return undefined;
  for (const certificate of certificates) {
    const signed = signedBy(xml, signature, certificate);
    if (signed !== undefined) return parseXml(signed);
  }
  return undefined;
}

const STRONG: ReadonlySet<string> = new Set([
  algorithms.rsaSha256,
  algorithms.rsaSha512,
  algorithms.sha256,
  algorithms.sha512,
]);

/** Whether a signature refers to that ID first, by algorithms that are not broken. */
function isOver(signature: Element, id: string): boolean {
  const all = elementsOf(signature);
  const [reference] = all.filter(({ localName }) => localName === "Reference");
  const methods = all.filter(({ localName }) => /^(Signature|Digest)Method$/.test(localName));
  return (
    reference?.getAttribute("URI") === `#${id}` &&
    methods.every((method) => STRONG.has(method.getAttribute("Algorithm") ?? ""))
  );
}

function signedBy(xml: string, signature: Element, certificate: string): string | undefined {
  // The registered key is used, never the one in the message.
  const verifier = new SignedXml({ publicCert: certificate, getCertFromKeyInfo: () => null });
  try {
    verifier.loadSignature(signature);
    return verifier.checkSignature(xml) ? verifier.getSignedReferences()[0] : undefined;
  } catch {
    // For some signatures that do not verify the library throws, for others it returns false.
    return undefined;
  }
}
