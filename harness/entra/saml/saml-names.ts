/**
 * The identifiers of SAML 2.0 and XML Signature, as on the wire. Some published documents
 * show them with https, changed by a link checker; those here are the real ones
 * (`docs/sources.md#f1`).
 */

/** XML namespaces. */
export const namespaces = {
  protocol: "urn:oasis:names:tc:SAML:2.0:protocol",
  assertion: "urn:oasis:names:tc:SAML:2.0:assertion",
  metadata: "urn:oasis:names:tc:SAML:2.0:metadata",
  signature: "http://www.w3.org/2000/09/xmldsig#",
} as const;

/** Algorithms of XML Signature: those that Entra signs with, and the stronger ones that a request may use. */
export const algorithms = {
  enveloped: "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
  exclusiveC14n: "http://www.w3.org/2001/10/xml-exc-c14n#",
  rsaSha256: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  rsaSha512: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
  sha256: "http://www.w3.org/2001/04/xmlenc#sha256",
  sha512: "http://www.w3.org/2001/04/xmlenc#sha512",
} as const;

/** Bindings: how a message is sent. */
export const bindings = {
  redirect: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
  post: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
} as const;

/** Formats of a NameID that Entra accepts; others are an error (F.1). */
export const nameIdFormats = {
  unspecified: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
  emailAddress: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
  persistent: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
  transient: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
} as const;

/** The confirmation method "bearer": any holder of the assertion may present it. */
export const BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

/** The prefix of every status code. */
export const STATUS_PREFIX = "urn:oasis:names:tc:SAML:2.0:status:";

/** The prefix of every authentication context class. */
export const CONTEXT_PREFIX = "urn:oasis:names:tc:SAML:2.0:ac:classes:";

const MICROSOFT = "http://schemas.microsoft.com/identity/claims/";
const XMLSOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";

/** The names of the attributes with which Entra describes a person (F.1). */
export const attributeNames = {
  tenantId: `${MICROSOFT}tenantid`,
  objectId: `${MICROSOFT}objectidentifier`,
  displayName: `${MICROSOFT}displayname`,
  identityProvider: `${MICROSOFT}identityprovider`,
  methods: "http://schemas.microsoft.com/claims/authnmethodsreferences",
  givenName: `${XMLSOAP}givenname`,
  surname: `${XMLSOAP}surname`,
  emailAddress: `${XMLSOAP}emailaddress`,
  name: `${XMLSOAP}name`,
} as const;

/** The authentication method "password". */
export const PASSWORD_METHOD =
  "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password";
