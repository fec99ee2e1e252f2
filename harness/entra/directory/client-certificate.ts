/** A certificate for apps that prove themselves by one, with its private key. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * A client certificate with its private key: made for tests, published, worthless.
 *
 * @example
 * const { thumbprintSha256, privateKey }: ClientCertificate = clientCertificate();
 */
export interface ClientCertificate {
  /** PEM; what `certificates` of an app in `createWorld` takes, and `x5c` of MSAL. */
  readonly certificate: string;
  /** PEM. */
  readonly privateKey: string;
  /** SHA-1 in hex, upper case. */
  readonly thumbprint: string;
  /** SHA-256 in hex, upper case. */
  readonly thumbprintSha256: string;
  /** The path of a PEM file with the certificate and the key, which `ClientCertificateCredential` takes. */
  readonly file: string;
}

/**
 * A client certificate for an app of `createWorld`, always the same one.
 *
 * @example
 * const certificate = clientCertificate();
 * process.env.CERT_KEY = certificate.privateKey;
 * const world = createWorld({
 *   tenant: "8a6c1f5e-0000-4000-8000-000000000001",
 *   apps: [
 *     {
 *       kind: "daemon",
 *       clientId: "8a6c1f5e-0000-4000-8000-000000000002",
 *       certificates: [certificate.certificate],
 *     },
 *   ],
 * });
 */
export function clientCertificate(): ClientCertificate {
  const path = (suffix: string): string =>
    fileURLToPath(new URL(`../../../fixtures/keys/cert-daemon.${suffix}`, import.meta.url));
  const certificate = readFileSync(path("cert.pem"), "utf8");
  const { fingerprint, fingerprint256 } = new X509Certificate(certificate);
  return {
    certificate,
    privateKey: readFileSync(path("key.pem"), "utf8"),
    thumbprint: fingerprint.replaceAll(":", ""),
    thumbprintSha256: fingerprint256.replaceAll(":", ""),
    file: path("pem"),
  };
}
