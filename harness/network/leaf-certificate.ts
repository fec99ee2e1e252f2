/**
 * Certificates for hosts that only a test names: `node:crypto` signs and has no writer of X.509,
 * whose libraries bring a dozen packages. Keys are of EC P-256, and so is the authority, which
 * lives in this process alone, or is that of a project, which `brownout ca init` makes.
 */
import {
  createPrivateKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  X509Certificate,
} from "node:crypto";

/** A certificate with its private key, PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

/** An authority. */
export interface LeafAuthority {
  /** Its certificate, PEM. */
  readonly cert: string;
  /** A certificate for one host name. */
  readonly leafFor: (host: string) => CertificatePair;
}

const AUTHORITY_NAME = "Brownout authority of one process";

/** Creates an authority with a key of its own. */
export function createLeafAuthority(): LeafAuthority {
  return leafAuthorityOf(createAuthority(AUTHORITY_NAME));
}

/** A certificate of that name by which others can be issued, with its private key. */
export function createAuthority(name: string): CertificatePair {
  const { publicKey, privateKey } = newKeys();
  const extensions = [extension(BASIC_CONSTRAINTS, sequence(TRUE))];
  return {
    cert: certificate({
      issuer: name,
      subject: name,
      publicKey,
      extensions,
      signingKey: privateKey,
    }),
    key: pem(privateKey),
  };
}

/** The authority with a certificate and key of `createAuthority`. Throws what `node:crypto` throws for others. */
export function leafAuthorityOf({ cert, key }: CertificatePair): LeafAuthority {
  const signingKey = createPrivateKey(key);
  const issuer = /CN=(.*)/.exec(new X509Certificate(cert).subject)?.[1] ?? "";
  const issue = (subject: string, publicKey: KeyObject, extensions: readonly Buffer[]): string =>
    certificate({ issuer, subject, publicKey, extensions, signingKey });
  return {
    cert,
    leafFor(host) {
      const { publicKey, privateKey } = newKeys();
      const name = der(DNS_NAME, Buffer.from(host, "latin1"));
      return {
        cert: issue(host.slice(0, COMMON_NAME_MAX), publicKey, [
          extension(SUBJECT_ALT_NAME, sequence(name)),
        ]),
        key: pem(privateKey),
      };
    },
  };
}

function pem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function newKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

/** RFC 5280, appendix A.1. */
const COMMON_NAME_MAX = 64;

/** Valid as long as the fixtures: TLS goes by the real clock, an application may go by the virtual one. */
const VALIDITY = sequence(
  der(0x17, Buffer.from("200101000000Z")),
  der(0x18, Buffer.from("20991231235959Z")),
);

// Object identifiers, in their encoding.
const ECDSA_WITH_SHA256 = oid("2a8648ce3d040302");
const COMMON_NAME = oid("550403");
const BASIC_CONSTRAINTS = oid("551d13");
const SUBJECT_ALT_NAME = oid("551d11");

const TRUE = der(0x01, Buffer.from([0xff]));
/** `dNSName` of a general name: context-specific, 2. */
const DNS_NAME = 0x82;

function certificate({
  issuer,
  subject,
  publicKey,
  extensions,
  signingKey,
}: {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly signingKey: KeyObject;
}): string {
  const version3 = der(0xa0, der(0x02, Buffer.from([2])));
  const key = publicKey.export({ type: "spki", format: "der" });
  // From the key, so that no two of one authority are alike, in any process.
  const serialNumber = der(0x02, Buffer.from([1]), hash("sha256", key, "buffer").subarray(0, 15));
  const algorithm = sequence(ECDSA_WITH_SHA256);
  const signed = sequence(
    version3,
    serialNumber,
    algorithm,
    nameOf(issuer),
    VALIDITY,
    nameOf(subject),
    key,
    der(0xa3, sequence(...extensions)),
  );
  const signature = bitString(sign("sha256", signed, signingKey));
  const whole = sequence(signed, algorithm, signature).toString("base64");
  const lines = whole.replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function nameOf(commonName: string): Buffer {
  const value = der(0x0c, Buffer.from(commonName));
  return sequence(der(0x31, sequence(COMMON_NAME, value)));
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, TRUE, der(0x04, value));
}

function bitString(bytes: Buffer): Buffer {
  return der(0x03, Buffer.from([0]), bytes);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

/** One value of DER: tag, length, content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
