/**
 * The token signing keys of a run: fixture RSA keys, rotated in order. Keys are parsed
 * once a process, because parsing costs as much as signing.
 */
import {
  createHash,
  createPrivateKey,
  createSign,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import { readFileSync } from "node:fs";

export interface SigningKey {
  readonly kid: string;
  readonly n: string;
  readonly e: string;
  /** Base64 of the DER certificate, as in the published key set. */
  readonly x5c: string;
  readonly privateKey: KeyObject;
}

/** How many rotations a run can make. */
export const SIGNING_KEY_COUNT = 4;

const loaded = new Map<number, SigningKey>();

/** The fixture key of that number, from 0. */
export function loadSigningKey(number: number): SigningKey {
  const known = loaded.get(number);
  if (known !== undefined) return known;
  const file = (suffix: string): string =>
    readFileSync(
      new URL(`../../fixtures/keys/signing-${number + 1}.${suffix}.pem`, import.meta.url),
      "utf8",
    );
  const certificate = new X509Certificate(file("cert"));
  const jwk = certificate.publicKey.export({ format: "jwk" });
  const key: SigningKey = {
    // Entra's kid is the base64url SHA-1 thumbprint of the certificate.
    kid: createHash("sha1").update(certificate.raw).digest("base64url"),
    n: jwk.n ?? "",
    e: jwk.e ?? "",
    x5c: certificate.raw.toString("base64"),
    privateKey: createPrivateKey(file("key")),
  };
  loaded.set(number, key);
  return key;
}

/** RS256 over `signingInput`, base64url. */
export function signRs256(signingInput: string, key: SigningKey): string {
  return createSign("RSA-SHA256").update(signingInput).sign(key.privateKey, "base64url");
}
