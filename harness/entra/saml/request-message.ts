/**
 * A SAML request as it travels: deflated in a query, or in a form (bindings of SAML 2.0).
 * Read from what a stranger sends, so every size is bounded and nothing is guessed.
 */
import { inflateRawSync } from "node:zlib";
import { XML_CHARACTERS_MAX } from "./xml.ts";
import { EstsError } from "../token-service/ests-error.ts";

/** The text of a request with what came along; `query` is what a redirect signs. */
export interface RequestMessage {
  readonly xml: string;
  readonly relayState?: string;
  /** Who is to sign in; stands for the Subject that a request must not have (F.1). */
  readonly hint?: string;
  /** Present when it came by redirect and is signed. */
  readonly signature?: QuerySignature;
}

/** A signature of the redirect binding: over the query's own text. */
export interface QuerySignature {
  readonly signedText: string;
  readonly algorithm: string;
  readonly value: Buffer;
}

/** The message in a query, without its question mark: 750054 when there is none, 75001 when it cannot be read. */
export function messageInQuery(query: string): RequestMessage {
  const pairs = query.split("&").filter((pair) => pair !== "");
  const raw = (name: string): string | undefined => {
    const found = pairs.filter((pair) => pair.split("=", 1)[0] === name);
    // Two of a name: one would be signed and the other read.
    if (found.length > 1) throw new EstsError(75001, `Parameter: ${name}.`);
    return found[0];
  };
  const field = (name: string): string | undefined => {
    const pair = raw(name);
    return pair === undefined ? undefined : (new URLSearchParams(pair).get(name) ?? undefined);
  };
  const request = field("SAMLRequest");
  if (request === undefined || request === "") throw new EstsError(750054);
  const [relayState, hint] = [field("RelayState"), field("login_hint")];
  const [signature, algorithm] = [field("Signature"), field("SigAlg")];
  const signedText = ["SAMLRequest", "RelayState", "SigAlg"].map(raw).filter(isPresent).join("&");
  return {
    xml: textFrom(inflated(bytesFrom(request))),
    ...(relayState === undefined ? {} : { relayState }),
    ...(hint === undefined ? {} : { hint }),
    ...(signature === undefined || algorithm === undefined
      ? {}
      : { signature: { signedText, algorithm, value: bytesFrom(signature) } }),
  };
}

/** The message in a form, by field: 750054 when there is none, 75001 when it cannot be read. */
export function messageInForm(fields: Readonly<Record<string, string>>): RequestMessage {
  const { SAMLRequest: request, RelayState: relayState, login_hint: hint } = fields;
  if (request === undefined || request === "") throw new EstsError(750054);
  return {
    xml: textFrom(bytesFrom(request)),
    ...(relayState === undefined ? {} : { relayState }),
    ...(hint === undefined ? {} : { hint }),
  };
}

function bytesFrom(base64: string): Buffer {
  const packed = base64.replace(/[\s]/g, "");
  if (packed.length > 2 * XML_CHARACTERS_MAX) throw new EstsError(75001, "It is too long.");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) throw new EstsError(75001, "It is not base64.");
  return Buffer.from(packed, "base64");
}

function inflated(bytes: Buffer): Buffer {
  try {
    return inflateRawSync(bytes, { maxOutputLength: XML_CHARACTERS_MAX });
  } catch {
    // Not deflated, cut off, or a bomb: the reasons that zlib tells apart are one to us.
    throw new EstsError(75001, "It is not deflated, or too long.");
  }
}

function textFrom(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new EstsError(75001, "It is not UTF-8.");
  }
}

function isPresent(text: string | undefined): text is string {
  return text !== undefined;
}
