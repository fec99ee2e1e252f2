/**
 * The ids of a token that only Entra can read (`aio`, `rh`, `uti`), derived from its other claims.
 * They also say whether it was issued before or after a revocation in the same second, which the
 * times of a token, whole seconds, do not.
 */
import { hash } from "node:crypto";
import type { Directory } from "./directory.ts";
import type { User } from "./world.ts";

type Claims = Readonly<Record<string, unknown>>;

/** The claims of a token in the order of Entra: its audience, issuer and times, then all others by name. */
export function orderedClaims({ aud, iss, iat, nbf, exp, ...others }: Claims): Claims {
  const rest = Object.entries(others).filter(([, value]) => value !== undefined);
  const byName = rest.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { aud, iss, iat, nbf, exp, ...Object.fromEntries(byName) };
}

/** The claims with the ids among them, as JSON; `mark` is from `revocationMark`. */
export function withOpaqueIds(claims: Claims, mark: string): string {
  return JSON.stringify(orderedClaims({ ...claims, ...idsOf(JSON.stringify(claims), mark) }));
}

/** Entra dates tokens back, so that a clock that is slow does not refuse them. */
export const BACKDATED_SECONDS = 300;

/** When a token was issued, seconds since the Unix epoch. */
export function issuedAtOf(claims: Claims): number {
  return Number(claims["iat"]) + BACKDATED_SECONDS;
}

/** What distinguishes tokens that a user is issued in the second of a revocation and after it; empty at any other time. */
export function revocationMark(
  directory: Pick<Directory, "tokensValidFrom" | "revocations">,
  user: User | undefined,
  issuedAtSeconds: number,
): string {
  if (user === undefined) return "";
  const validFromMs = directory.tokensValidFrom(user);
  return validFromMs > 0 && Math.floor(validFromMs / 1_000) === issuedAtSeconds
    ? ` after revocation ${directory.revocations(user)}`
    : "";
}

/** Whether a token of the user was issued before the last revocation of the user's grants. */
export function isIssuedBeforeRevocation(
  directory: Pick<Directory, "tokensValidFrom" | "revocations">,
  user: User,
  claims: Claims,
): boolean {
  const issuedAtSeconds = issuedAtOf(claims);
  const mark = revocationMark(directory, user, issuedAtSeconds);
  if (mark === "") return issuedAtSeconds * 1_000 < directory.tokensValidFrom(user);
  const { aio: _, rh: __, uti, ...others } = claims;
  return idsOf(JSON.stringify(others), mark).uti !== uti;
}

function idsOf(claims: string, mark: string) {
  const digest = hash("sha256", `${claims}${mark}`, "base64url");
  return { aio: digest.slice(0, 32), rh: `1.${digest.slice(8, 30)}.`, uti: digest.slice(21, 43) };
}
