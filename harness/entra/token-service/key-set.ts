/**
 * The published key set (`docs/sources.md#h`): the signing key first, or by the recorded rule. By
 * that rule there are families, one after the other: keys of tenants, keys of the US government
 * cloud, and in `common` those of personal accounts; the first two from the oldest on, the last from
 * the newest on. The keys of the other families sign nothing here.
 */
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { SigningKey } from "../directory/signing-keys.ts";

/** A published key, and the tenant and cloud that it is for where they are not those that were asked. */
export interface PublishedKey extends SigningKey {
  readonly tenantId?: string;
  readonly instanceName?: string;
}

/** The tenant of personal accounts. */
const CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad";

/** The keys of an answer; `published` has the signing key first, and then those before it from the oldest on. */
export function orderedKeys(
  published: readonly SigningKey[],
  { keySet, segment }: { readonly keySet: "signing-first" | "recorded"; readonly segment: string },
): readonly PublishedKey[] {
  if (keySet === "signing-first") return published;
  const [signing, ...retired] = published;
  return [
    ...retired,
    ...(signing === undefined ? [] : [signing]),
    { ...certified("saml-expenses"), instanceName: "microsoftonline.us" },
    ...(segment === "common" || segment === "consumers"
      ? ["travel", "saml-travel"].map((name) => ({ ...certified(name), tenantId: CONSUMERS }))
      : []),
  ];
}

const read = new Map<string, SigningKey>();

/** A certificate of the fixtures as a key that signs nothing. */
function certified(name: string): SigningKey {
  const known = read.get(name);
  if (known !== undefined) return known;
  const file = new URL(`../../../fixtures/keys/${name}.cert.pem`, import.meta.url);
  const certificate = new X509Certificate(readFileSync(file, "utf8"));
  const { n = "", e = "" } = certificate.publicKey.export({ format: "jwk" });
  const key = {
    kid: createHash("sha1").update(certificate.raw).digest("base64url"),
    n,
    e,
    x5c: certificate.raw.toString("base64"),
  };
  read.set(name, key);
  return key;
}
