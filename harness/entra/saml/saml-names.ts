/**
 * The identifiers of SAML 2.0 and XML Signature, as they stand on the wire. Documents that
 * were run through a link checker print some of them with https: these here are the real
 * ones (`docs/sources.md#f1`).
 */

/** XML namespaces. */
export const namespaces = {
  protocol: "urn:oasis:names:tc:SAML:2.0:protocol",
  assertion: "urn:oasis:names:tc:SAML:2.0:assertion",
  metadata: "urn:oasis:names:tc:SAML:2.0:metadata",
  signature: "http://www.w3.org/2000/09/xmldsig#",
} as const;

/** Algorithms of XML Signature: those that Entra signs by, and the stronger one that a request may use. */
export const algorithms = {
  enveloped: "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
  exclusiveC14n: "http://www.w3.org/2001/10/xml-exc-c14n#",
  rsaSha256: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  rsaSha512: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
  sha256: "http://www.w3.org/2001/04/xmlenc#sha256",
  sha512: "http://www.w3.org/2001/04/xmlenc#sha512",
} as const;

/** How messages travel. */
export const bindings = {
  redirect: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
  post: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
} as const;

/** Formats of a NameID that Entra takes; others are an error (F.1). */
export const nameIdFormats = {
  unspecified: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
  emailAddress: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
  persistent: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
  transient: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
} as const;

/** How a subject is confirmed that anyone may bring who holds the assertion. */
export const BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

/** What every status code begins with. */
export const STATUS_PREFIX = "urn:oasis:names:tc:SAML:2.0:status:";

/** What every authentication context class begins with. */
export const CONTEXT_PREFIX = "urn:oasis:names:tc:SAML:2.0:ac:classes:";
