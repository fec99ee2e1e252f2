/**
 * Reads an AuthnRequest and checks whether Entra accepts it (`docs/sources.md#f1`).
 * Consent, Destination, ProviderName and Conditions are ignored, as documented.
 */
import { bindings, CONTEXT_PREFIX, nameIdFormats, namespaces } from "./saml-names.ts";
import { childrenOf, parseXml, textOf, XmlRefused } from "./xml.ts";
import { EstsError } from "../token-service/ests-error.ts";

export interface AuthnRequest {
  readonly id: string;
  /** Identifier of the app. */
  readonly issuer: string;
  /** As written in the request: not yet compared with the app's reply URLs. */
  readonly replyUrl?: string;
  readonly issueInstant: string;
  readonly forceAuthn: boolean;
  readonly isPassive: boolean;
  readonly element: Element;
}

/** The root element of a message; throws 75005 for text that is not XML, or that is unsafe to parse. */
export function parseMessage(xml: string): Element {
  try {
    return parseXml(xml);
  } catch (error) {
    if (!(error instanceof XmlRefused)) throw error;
    throw new EstsError(75005, `The message is not read: ${error.message}.`);
  }
}

/** The request in that element; throws 75005 when there is none. */
export function readAuthnRequest(element: Element): AuthnRequest {
  const id = element.getAttribute("ID") ?? "";
  const isRequest =
    element.namespaceURI === namespaces.protocol && element.localName === "AuthnRequest";
  if (!isRequest) throw new EstsError(75005, "The message is not an AuthnRequest.");
  if (!/^[^\s\d][^\s]{0,255}$/.test(id))
    throw new EstsError(75005, "The ID is missing, begins with a digit, or is not valid.");
  if (element.getAttribute("Version") !== "2.0")
    throw new EstsError(75005, "The version is not 2.0.");
  const issuers = childrenOf(element, namespaces.assertion, "Issuer");
  if (issuers.length !== 1) throw new EstsError(75005, "The request needs one Issuer.");
  const replyUrl = element.getAttribute("AssertionConsumerServiceURL") ?? "";
  return {
    id,
    issuer: textOf(issuers[0]),
    ...(replyUrl === "" ? {} : { replyUrl }),
    issueInstant: element.getAttribute("IssueInstant") ?? "",
    forceAuthn: isTrue(element.getAttribute("ForceAuthn")),
    isPassive: isTrue(element.getAttribute("IsPassive")),
    element,
  };
}

/**
 * Throws errors that are sent to the app: 75003 for another binding, 75006 for a Subject,
 * 75011 for a method or comparison that a password does not meet, 75016 for a format that
 * Entra does not have.
 */
export function checkAuthnRequest({ element }: AuthnRequest): void {
  const binding = element.getAttribute("ProtocolBinding") ?? "";
  if (binding !== "" && binding !== bindings.post)
    throw new EstsError(75003, `Binding: ${binding}.`);
  if (childrenOf(element, namespaces.assertion, "Subject").length > 0)
    throw new EstsError(75006, "Property: Subject.");
  const format = policyFormatOf(element);
  if (!KNOWN_FORMATS.has(format)) throw new EstsError(75016, `Format: ${format}.`);
  checkContext(element);
}

/** The requested format of the NameID; `unspecified` when the request names none. */
export function nameIdFormatOf({ element }: AuthnRequest): string {
  return policyFormatOf(element);
}

const KNOWN_FORMATS: ReadonlySet<string> = new Set(Object.values(nameIdFormats));

/** The authentication context classes that a sign-in by password over TLS meets. */
const PASSWORD_CLASSES: ReadonlySet<string> = new Set(
  ["Password", "PasswordProtectedTransport", "unspecified"].map((name) => CONTEXT_PREFIX + name),
);

function policyFormatOf(element: Element): string {
  const [policy] = childrenOf(element, namespaces.protocol, "NameIDPolicy");
  const format = policy?.getAttribute("Format") ?? "";
  return format === "" ? nameIdFormats.unspecified : format;
}

function checkContext(element: Element): void {
  const [requested] = childrenOf(element, namespaces.protocol, "RequestedAuthnContext");
  if (requested === undefined) return;
  const comparison = requested.getAttribute("Comparison") ?? "";
  if (comparison !== "" && comparison !== "exact")
    throw new EstsError(75006, `Property: RequestedAuthnContext, comparison ${comparison}.`);
  const classes = childrenOf(requested, namespaces.assertion, "AuthnContextClassRef").map(textOf);
  if (classes.length > 0 && !classes.some((name) => PASSWORD_CLASSES.has(name)))
    throw new EstsError(75011, `Requested: ${classes.join(", ")}.`);
}

function isTrue(value: string | null): boolean {
  return value === "true" || value === "1";
}
