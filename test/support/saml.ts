/** AuthnRequests for tests, valid or faulty, and the bindings in which they are sent. */
import { createSign } from "node:crypto";
import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { algorithms, namespaces } from "../../harness/entra/saml/saml-names.ts";
import { signElement } from "../../harness/entra/saml/signature.ts";

export interface WrittenRequest {
  readonly id?: string;
  readonly issuer?: string;
  /** Further attributes of the root, as XML. */
  readonly attributes?: string;
  /** What follows the Issuer, as XML. */
  readonly inside?: string;
}

/** A request of the app `expenses`, unless it says otherwise. */
export function writeRequest(written: WrittenRequest = {}): string {
  const { id = "_r1", issuer = "https://expenses.contoso.example/saml" } = written;
  const { attributes = 'Version="2.0" IssueInstant="2026-03-02T08:00:00Z"', inside = "" } = written;
  return `<samlp:AuthnRequest xmlns:samlp="${namespaces.protocol}" ID="${id}" ${attributes}><saml:Issuer xmlns:saml="${namespaces.assertion}">${issuer}</saml:Issuer>${inside}</samlp:AuthnRequest>`;
}

/** A message as a redirect carries it. */
export function deflated(xml: string): string {
  return deflateRawSync(xml).toString("base64");
}

/** A PEM file of the fixture keys, without its extension. */
export function fixturePem(name: string): string {
  return readFileSync(new URL(`../../fixtures/keys/${name}.pem`, import.meta.url), "utf8");
}

/** Certificate and key of the fixture keys, by their common name. */
export function fixturePair(name: string): { certificate: string; privateKey: string } {
  return { certificate: fixturePem(`${name}.cert`), privateKey: fixturePem(`${name}.key`) };
}

/** A request of the app `travel`, signed inside as a form carries it, by the fixture key of that name. */
export function signedRequest(key = "travel", written: WrittenRequest = {}): string {
  const xml = writeRequest({ issuer: "urn:contoso:travel", ...written });
  return signElement(xml, written.id ?? "_r1", fixturePair(key));
}

/** The query of a signed redirect, by the fixture key of that name. */
export function signedQuery(
  xml: string,
  key = "travel",
  algorithm: string = algorithms.rsaSha256,
): string {
  const text = new URLSearchParams({
    SAMLRequest: deflated(xml),
    RelayState: "back to / there",
    SigAlg: algorithm,
  }).toString();
  const signature = createSign("RSA-SHA256")
    .update(text)
    .sign(fixturePem(`${key}.key`), "base64");
  return `${text}&${new URLSearchParams({ Signature: signature })}`;
}
