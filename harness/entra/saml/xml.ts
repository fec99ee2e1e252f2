/**
 * Strict parsing of untrusted XML, and escaping of text for XML. What SAML never needs and
 * attackers use is refused before the parser sees it: document types with their entities
 * (bombs, external files), processing instructions, great size, great depth, a second root.
 */
import { DOMParser } from "@xmldom/xmldom";

/** A message has a few thousand characters; one with many groups stays far below this. */
export const XML_CHARACTERS_MAX = 100_000;

/** Deeper than any SAML message; code that walks the tree may recurse once a level. */
const DEPTH_MAX = 40;

/** Thrown for text that is not accepted as XML; the message says why, without quoting it. */
export class XmlRefused extends Error {
  constructor(why: string) {
    super(why);
    this.name = "XmlRefused";
  }
}

/** The root element of a well-formed document; throws `XmlRefused` for anything else. */
export function parseXml(text: string): Element {
  if (text.length > XML_CHARACTERS_MAX) throw new XmlRefused("it is too long");
  // Comments and CDATA are the only markup declarations that are no document type.
  if (/<!(?!--|\[CDATA\[)/.test(text)) throw new XmlRefused("it has a document type");
  if (/<\?(?!xml\s)/i.test(text) || text.lastIndexOf("<?") > 0)
    throw new XmlRefused("it has a processing instruction");
  // The parser passes over text there.
  if (!PROLOG.test(text)) throw new XmlRefused("it does not begin with an element");
  const root = parse(text).documentElement as Element | null;
  if (root === null) throw new XmlRefused("it has no element");
  for (const node of nodesOf(root.ownerDocument)) {
    const isStray = node.nodeType === 1 ? node !== root : (node.textContent ?? "").trim() !== "";
    if (isStray && node.nodeType !== COMMENT && node.nodeType !== INSTRUCTION)
      throw new XmlRefused("it has more than one root");
  }
  checkDepth(root);
  return root;
}

/** The child elements of that name and namespace. */
export function childrenOf(parent: Element, namespace: string, name: string): readonly Element[] {
  return nodesOf(parent).filter(
    (node): node is Element =>
      isElement(node) && node.namespaceURI === namespace && node.localName === name,
  );
}

/** The text of an element without white space around it. A comment inside does not cut it. */
export function textOf(element: Element | undefined): string {
  return (element?.textContent ?? "").trim();
}

/** An element and all elements below it. */
export function elementsOf(root: Element): readonly Element[] {
  const found: Element[] = [root];
  // The list grows during the loop.
  for (const element of found) found.push(...nodesOf(element).filter(isElement));
  return found;
}

/** Escapes text for an element or a quoted attribute; characters that XML does not allow are removed. */
export function escapeXml(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "")
      .toWellFormed()
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // Unescaped, parsers would replace them by other white space, which breaks a signature.
      .replace(/[\t\n\r\u0085\u2028]/g, (space) => `&#${space.charCodeAt(0)};`)
  );
}

/** What may come before the root: a declaration, comments and white space. */
const PROLOG = /^(?:<\?xml\s[^>]*\?>)?(?:\s|<!--(?:(?!-->)[\s\S])*-->)*<[^!?]/i;

const COMMENT = 8;
const INSTRUCTION = 7;

function parse(text: string): Document {
  const refuse = (message: string): never => {
    throw new XmlRefused(`it is not well-formed: ${message.split("\n", 1)[0] ?? ""}`);
  };
  try {
    const errorHandler = { warning: refuse, error: refuse, fatalError: refuse };
    return new DOMParser({ errorHandler }).parseFromString(text, "text/xml");
  } catch (error) {
    // The parser also throws errors that it does not report.
    throw error instanceof XmlRefused ? error : new XmlRefused("it is not well-formed");
  }
}

function checkDepth(root: Element): void {
  let level: readonly Element[] = [root];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) throw new XmlRefused("it is too deep");
    level = level.flatMap((element) => nodesOf(element).filter(isElement));
  }
}

function nodesOf(parent: Node): Node[] {
  const nodes: Node[] = [];
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) nodes.push(node);
  return nodes;
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}
