/**
 * The token signing keys of a run: RSA keys of the fixtures, used in order. Each is parsed
 * once in a process, because parsing costs as much as signing.
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
}

/** How many keys there are; a run can rotate once less. */
export const SIGNING_KEY_COUNT = 4;

const loaded = new Map<number, SigningKey>();

/** Private keys are kept apart from what is published, so that a directory can be passed on safely. */
const privateKeys = new WeakMap<SigningKey, KeyObject>();

/** The fixture key of that index, from 0. */
export function loadSigningKey(number: number): SigningKey {
  const known = loaded.get(number);
  if (known !== undefined) return known;
  const file = (suffix: string): string =>
    readFileSync(
      new URL(`../../../fixtures/keys/signing-${number + 1}.${suffix}.pem`, import.meta.url),
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
  };
  loaded.set(number, key);
  privateKeys.set(key, createPrivateKey(file("key")));
  return key;
}

/** An RS256 signature over `signingInput` with a key that was loaded here, base64url. */
export function signRs256(signingInput: string, key: SigningKey): string {
  const privateKey = privateKeys.get(key);
  if (privateKey === undefined) throw new Error(`no private key for ${key.kid}`);
  return createSign("RSA-SHA256").update(signingInput).sign(privateKey, "base64url");
}
