/** Certificates and keys as registrations hold them. */
import { createHash, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";

/** The certificate in that PEM, or in DER; undefined for anything else. */
export function readCertificate(encoded: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(encoded);
  } catch {
    return undefined;
  }
}

/** Whether a text holds a private key in PEM, which Node would take for a public one. */
export function isPrivateKey(text: string): boolean {
  return text.includes("PRIVATE KEY-----");
}

/** The public key in that PEM, which may be a certificate's; undefined for anything else. */
export function readPublicKey(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

/** Whether a text is a thumbprint in hex: SHA-1 or SHA-256, with colons or spaces between the bytes or without. */
export function isThumbprint(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(bareThumbprint(text));
}

/** The thumbprints of a certificate, or the one that stands for it: lower-case hex. */
export function thumbprintsOf(certificate: string | X509Certificate): readonly string[] {
  const read = typeof certificate === "string" ? readCertificate(certificate) : certificate;
  if (read !== undefined)
    return ["sha1", "sha256"].map((name) => createHash(name).update(read.raw).digest("hex"));
  return typeof certificate === "string" ? [bareThumbprint(certificate)] : [];
}

function bareThumbprint(text: string): string {
  return text.replace(/[:\s]/g, "").toLowerCase();
}
