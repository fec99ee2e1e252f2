/**
 * Writes SAML responses as Entra does: who the person is, for which app, for how long, signed
 * as the app is registered (`docs/sources.md#f1` and F.2). The primary and the backup both
 * build theirs here, each from what it knows.
 */
import { BEARER, namespaces, STATUS_PREFIX } from "./saml-names.ts";
import { signElement, type SigningPair } from "./signature.ts";
import { escapeXml } from "./xml.ts";

/** What an assertion states about a person. */
export interface SamlSubject {
  readonly nameId: string;
  readonly nameIdFormat: string;
  readonly attributes: readonly SamlAttribute[];
  /** When the person signed in, ms since the Unix epoch. */
  readonly signedInAtMs: number;
  /** Authentication context class, as a whole URN. */
  readonly contextClass: string;
}

export interface SamlAttribute {
  readonly name: string;
  readonly values: readonly string[];
}

/** Where a response goes, and which request it answers. Times are ms since the Unix epoch. */
export interface Envelope {
  readonly responseId: string;
  readonly issuer: string;
  /** The assertion consumer service. */
  readonly destination: string;
  /** Absent when the sign-in started at the identity provider (F.2). */
  readonly inResponseTo?: string;
  readonly issuedAtMs: number;
}

export interface Assertion {
  readonly assertionId: string;
  readonly audience: string;
  readonly subject: SamlSubject;
  readonly notBeforeMs: number;
  readonly notOnOrAfterMs: number;
  /** Until when it may be presented, ms since the Unix epoch. */
  readonly confirmedUntilMs: number;
}

/** The lifetimes of what is issued, in minutes from now; `backdated` is minutes before now. */
export interface Lifetimes {
  readonly backdatedMinutes: number;
  readonly lifetimeMinutes: number;
  readonly confirmationMinutes: number;
}

/** Which part of a response is signed; Entra's own default is `assertion`. */
export type SignedPart = "assertion" | "response" | "both";

/** The audience for an identifier of an app: a bare name becomes a service principal name with a prefix (F.1). */
export function audienceOf(identifier: string): string {
  return identifier.includes(":") ? identifier : `spn:${identifier}`;
}

/** The times of an assertion that is issued at `nowMs`. */
export function validityFrom(
  nowMs: number,
  { backdatedMinutes, lifetimeMinutes, confirmationMinutes }: Lifetimes,
): Pick<Assertion, "notBeforeMs" | "notOnOrAfterMs" | "confirmedUntilMs"> {
  return {
    notBeforeMs: nowMs - backdatedMinutes * 60_000,
    notOnOrAfterMs: nowMs + lifetimeMinutes * 60_000,
    confirmedUntilMs: nowMs + confirmationMinutes * 60_000,
  };
}

/** The response with its assertion, signed, as XML. */
export function signedResponse(
  envelope: Envelope,
  assertion: Assertion,
  { sign, by }: { readonly sign: SignedPart; readonly by: SigningPair },
): string {
  const status = `<samlp:StatusCode Value="${STATUS_PREFIX}Success"/>`;
  const xml = response(envelope, status, assertionXml(envelope, assertion));
  const within = sign === "response" ? xml : signElement(xml, assertion.assertionId, by);
  return sign === "assertion" ? within : signElement(within, envelope.responseId, by);
}

/** An unsigned response that says why there is no assertion. `codes` are the last parts of status URNs, outer one first. */
export function failedResponse(
  envelope: Envelope,
  { codes, message }: { readonly codes: readonly [string, string]; readonly message: string },
): string {
  const [outer, inner] = codes;
  const status = `<samlp:StatusCode Value="${STATUS_PREFIX}${outer}"><samlp:StatusCode Value="${STATUS_PREFIX}${inner}"/></samlp:StatusCode><samlp:StatusMessage>${escapeXml(message)}</samlp:StatusMessage>`;
  return response(envelope, status, "");
}

function response(envelope: Envelope, status: string, assertion: string): string {
  const { responseId, issuer, destination, issuedAtMs } = envelope;
  const attributes = `ID="${escapeXml(responseId)}" Version="2.0" IssueInstant="${instant(issuedAtMs)}" Destination="${escapeXml(destination)}"${inResponseTo(envelope)}`;
  return `<samlp:Response ${attributes} xmlns:samlp="${namespaces.protocol}"><Issuer xmlns="${namespaces.assertion}">${escapeXml(issuer)}</Issuer><samlp:Status>${status}</samlp:Status>${assertion}</samlp:Response>`;
}

function assertionXml(envelope: Envelope, assertion: Assertion): string {
  const { assertionId, audience, subject, notBeforeMs, notOnOrAfterMs } = assertion;
  const { nameId, nameIdFormat, attributes, signedInAtMs, contextClass } = subject;
  const confirmation = `<SubjectConfirmationData${inResponseTo(envelope)} NotOnOrAfter="${instant(assertion.confirmedUntilMs)}" Recipient="${escapeXml(envelope.destination)}"/>`;
  return [
    `<Assertion ID="${escapeXml(assertionId)}" IssueInstant="${instant(envelope.issuedAtMs)}" Version="2.0" xmlns="${namespaces.assertion}">`,
    `<Issuer>${escapeXml(envelope.issuer)}</Issuer>`,
    `<Subject><NameID Format="${escapeXml(nameIdFormat)}">${escapeXml(nameId)}</NameID>`,
    `<SubjectConfirmation Method="${BEARER}">${confirmation}</SubjectConfirmation></Subject>`,
    `<Conditions NotBefore="${instant(notBeforeMs)}" NotOnOrAfter="${instant(notOnOrAfterMs)}">`,
    `<AudienceRestriction><Audience>${escapeXml(audience)}</Audience></AudienceRestriction></Conditions>`,
    `<AttributeStatement>${attributes.map(attributeXml).join("")}</AttributeStatement>`,
    `<AuthnStatement AuthnInstant="${instant(signedInAtMs)}" SessionIndex="${escapeXml(assertionId)}">`,
    `<AuthnContext><AuthnContextClassRef>${escapeXml(contextClass)}</AuthnContextClassRef></AuthnContext></AuthnStatement>`,
    "</Assertion>",
  ].join("");
}

function attributeXml({ name, values }: SamlAttribute): string {
  const texts = values.map((value) => `<AttributeValue>${escapeXml(value)}</AttributeValue>`);
  return `<Attribute Name="${escapeXml(name)}">${texts.join("")}</Attribute>`;
}

function inResponseTo({ inResponseTo: request }: Envelope): string {
  return request === undefined ? "" : ` InResponseTo="${escapeXml(request)}"`;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
