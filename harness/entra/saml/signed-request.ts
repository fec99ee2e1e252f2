/** Whether an app has signed its request: in the query of a redirect, or inside the message. */
import { createVerify } from "node:crypto";
import { EstsError } from "../token-service/ests-error.ts";
import type { QuerySignature, RequestMessage } from "./request-message.ts";
import { algorithms } from "./saml-names.ts";
import { verifiedRoot } from "./signature.ts";

/** The root element as its app signed it; any is accepted where the app has no certificates. Throws 76021 without a valid signature. */
export function checkSigned(
  { signature, xml }: RequestMessage,
  root: Element,
  certificates: readonly string[] | undefined,
): Element {
  if (certificates === undefined) return root;
  if (signature !== undefined) {
    if (certificates.some((certificate) => isSignedQuery(signature, certificate))) return root;
    throw new EstsError(76021);
  }
  const signed = verifiedRoot(xml, root, certificates);
  if (signed === undefined) throw new EstsError(76021);
  return signed;
}

const QUERY_ALGORITHMS: Readonly<Record<string, string>> = {
  [algorithms.rsaSha256]: "RSA-SHA256",
  [algorithms.rsaSha512]: "RSA-SHA512",
};

function isSignedQuery(
  { signedText, algorithm, value }: QuerySignature,
  certificate: string,
): boolean {
  const name = Object.hasOwn(QUERY_ALGORITHMS, algorithm) ? QUERY_ALGORITHMS[algorithm] : undefined;
  return name !== undefined && createVerify(name).update(signedText).verify(certificate, value);
}
