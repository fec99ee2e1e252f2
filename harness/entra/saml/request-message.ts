/**
 * Decodes a SAML message: deflated in a query, or in a form (bindings of SAML 2.0). The input
 * is untrusted, so every size is bounded and nothing is guessed.
 */
import { inflateRawSync } from "node:zlib";
import { nameOfLoginHint } from "../request/login-hint.ts";
import { XML_CHARACTERS_MAX } from "./xml.ts";
import { EstsError } from "../token-service/ests-error.ts";

/** The text of a message with its other fields; `query` is the text that a redirect signs. */
export interface RequestMessage {
  readonly xml: string;
  readonly relayState?: string;
  /** Who is to sign in, in place of the Subject that a request must not have (F.1). */
  readonly hint?: string;
  /** Present for a signed redirect. */
  readonly signature?: QuerySignature;
}

/** A signature of the redirect binding: over the text of the query. */
export interface QuerySignature {
  readonly signedText: string;
  readonly algorithm: string;
  readonly value: Buffer;
}

/** The message in a query, without its question mark; throws 750054 when there is none, 75001 when it cannot be read. */
export function messageInQuery(query: string): RequestMessage {
  const pairs = query.split("&").filter((pair) => pair !== "");
  const raw = (name: string): string | undefined => {
    const found = pairs.filter((pair) => pair.split("=", 1)[0] === name);
    // With two of one name, one could be signed and the other read.
    if (found.length > 1) throw new EstsError(75001, `Parameter: ${name}.`);
    return found[0];
  };
  const field = (name: string): string | undefined => {
    const pair = raw(name);
    return pair === undefined ? undefined : (new URLSearchParams(pair).get(name) ?? undefined);
  };
  const name = raw("SAMLResponse") === undefined ? "SAMLRequest" : "SAMLResponse";
  const message = field(name);
  if (message === undefined || message === "") throw new EstsError(750054);
  const [relayState, hint] = [field("RelayState"), nameIn(field("login_hint"))];
  const [signature, algorithm] = [field("Signature"), field("SigAlg")];
  const signedText = [name, "RelayState", "SigAlg"].map(raw).filter(isPresent).join("&");
  return {
    xml: textFrom(inflated(bytesFrom(message))),
    ...(relayState === undefined ? {} : { relayState }),
    ...(hint === undefined ? {} : { hint }),
    ...(signature === undefined || algorithm === undefined
      ? {}
      : { signature: { signedText, algorithm, value: bytesFrom(signature) } }),
  };
}

/** The message in a form, by field; throws 750054 when there is none, 75001 when it cannot be read. */
export function messageInForm(fields: Readonly<Record<string, string>>): RequestMessage {
  const { SAMLRequest, SAMLResponse, RelayState: relayState } = fields;
  const hint = nameIn(fields["login_hint"]);
  const message = SAMLResponse ?? SAMLRequest;
  if (message === undefined || message === "") throw new EstsError(750054);
  return {
    xml: textFrom(bytesFrom(message)),
    ...(relayState === undefined ? {} : { relayState }),
    ...(hint === undefined ? {} : { hint }),
  };
}

function nameIn(hint: string | undefined): string | undefined {
  return hint === undefined ? undefined : nameOfLoginHint(hint);
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
    // Not deflated, cut off, or a decompression bomb: zlib's reasons need no distinction here.
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
