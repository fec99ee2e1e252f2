/** Renews a token of the primary: the same claims with new times, signed again. */
import { hash } from "node:crypto";
import type { Clock } from "../../core/time/clock.ts";
import type { Directory } from "../directory/directory.ts";
import { BACKDATED_SECONDS, orderedClaims } from "../directory/opaque-ids.ts";
import { signRs256 } from "../directory/signing-keys.ts";
import { claimsOf } from "../../core/http/json-object.ts";

/** What the renewed token gets instead of the old values. */
export interface Renewal {
  readonly lifetimeSeconds: number;
  readonly nonce?: string;
}

export type Reissue = (token: unknown, renewal: Renewal) => string;

export function createReissue(directory: Directory, clock: Clock): Reissue {
  return (token, { lifetimeSeconds, nonce }) => {
    const { aio: _, rh: __, uti: ___, nonce: ____, ...claims } = claimsOf(token) ?? {};
    const issuedAtSeconds = Math.floor(clock.now() / 1_000);
    const iat = issuedAtSeconds - BACKDATED_SECONDS;
    const all = orderedClaims({
      ...claims,
      iat,
      nbf: iat,
      exp: issuedAtSeconds + lifetimeSeconds,
      ...(nonce === undefined ? {} : { nonce }),
    });
    const uti = hash("sha256", JSON.stringify(all), "base64url").slice(0, 22);
    const { kid } = directory.signingKey();
    const header = {
      typ: "JWT",
      alg: "RS256",
      ...(claims["ver"] === "1.0" ? { x5t: kid } : {}),
      kid,
    };
    const input = `${encode(header)}.${encode(orderedClaims({ ...all, uti }))}`;
    return `${input}.${signRs256(input, directory.signingKey())}`;
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
