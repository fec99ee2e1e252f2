/**
 * Certificates for hosts that only a test names: `node:crypto` signs and has no writer of X.509,
 * whose libraries bring a dozen packages. Keys are of EC P-256, and so is the authority, which
 * lives and is trusted in this process alone.
 */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A certificate with its private key, PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

/** An authority of this process. */
export interface LeafAuthority {
  /** Its certificate, PEM. */
  readonly cert: string;
  /** A certificate for one host name. */
  readonly leafFor: (host: string) => CertificatePair;
}

const AUTHORITY_NAME = "Brownout authority of one process";

/** Creates an authority with a key of its own. */
export function createLeafAuthority(): LeafAuthority {
  const own = newKeys();
  const issue = (subject: string, publicKey: KeyObject, extensions: readonly Buffer[]): string =>
    certificate({ subject, publicKey, extensions, signingKey: own.privateKey });
  return {
    cert: issue(AUTHORITY_NAME, own.publicKey, [extension(BASIC_CONSTRAINTS, sequence(TRUE))]),
    leafFor(host) {
      const { publicKey, privateKey } = newKeys();
      const name = der(DNS_NAME, Buffer.from(host, "latin1"));
      return {
        cert: issue(host.slice(0, COMMON_NAME_MAX), publicKey, [
          extension(SUBJECT_ALT_NAME, sequence(name)),
        ]),
        key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      };
    },
  };
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

let serial = 0;

function certificate({
  subject,
  publicKey,
  extensions,
  signingKey,
}: {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly signingKey: KeyObject;
}): string {
  const version3 = der(0xa0, der(0x02, Buffer.from([2])));
  const serialNumber = der(0x02, Buffer.from([0x01, ...uint32((serial += 1))]));
  const algorithm = sequence(ECDSA_WITH_SHA256);
  const signed = sequence(
    version3,
    serialNumber,
    algorithm,
    nameOf(AUTHORITY_NAME),
    VALIDITY,
    nameOf(subject),
    publicKey.export({ type: "spki", format: "der" }),
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

function uint32(value: number): readonly number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}
