/** Reads a SAML response: the backup learns from those of the primary, and tests look at both. */
import type { SamlAttribute, SamlSubject } from "./saml-response.ts";
import { namespaces } from "./saml-names.ts";
import { childrenOf, parseXml, textOf, XmlRefused } from "./xml.ts";

/** A successful response with one assertion; nothing is verified. */
export interface ReadResponse {
  readonly issuer: string;
  readonly destination: string;
  readonly audience: string;
  readonly subject: SamlSubject;
}

/** Reads a response; `undefined` for a failure, and for text that is not XML or not a SAML response. */
export function readResponse(xml: string): ReadResponse | undefined {
  try {
    return read(parseXml(xml));
  } catch (error) {
    if (error instanceof XmlRefused) return undefined;
    throw error;
  }
}

/** The first value of an attribute. */
export function attributeOf(subject: SamlSubject, name: string): string | undefined {
  return subject.attributes.find((attribute) => attribute.name === name)?.values[0];
}

function read(root: Element): ReadResponse | undefined {
  const [assertion] = childrenOf(root, namespaces.assertion, "Assertion");
  if (root.localName !== "Response" || assertion === undefined) return undefined;
  const nameId = below(assertion, "Subject", "NameID");
  const statement = below(assertion, "AuthnStatement");
  const attributes = childrenOf(assertion, namespaces.assertion, "AttributeStatement").flatMap(
    (one) => childrenOf(one, namespaces.assertion, "Attribute").map(attributeFrom),
  );
  return {
    issuer: textOf(below(assertion, "Issuer")),
    destination: root.getAttribute("Destination") ?? "",
    audience: textOf(below(assertion, "Conditions", "AudienceRestriction", "Audience")),
    subject: {
      nameId: textOf(nameId),
      nameIdFormat: nameId?.getAttribute("Format") ?? "",
      attributes,
      signedInAtMs: Date.parse(statement?.getAttribute("AuthnInstant") ?? ""),
      contextClass: textOf(
        below(assertion, "AuthnStatement", "AuthnContext", "AuthnContextClassRef"),
      ),
    },
  };
}

function attributeFrom(element: Element): SamlAttribute {
  const values = childrenOf(element, namespaces.assertion, "AttributeValue").map(textOf);
  return { name: element.getAttribute("Name") ?? "", values };
}

function below(root: Element, ...path: readonly string[]): Element | undefined {
  let element: Element | undefined = root;
  for (const name of path) {
    element =
      element === undefined ? undefined : childrenOf(element, namespaces.assertion, name)[0];
  }
  return element;
}
