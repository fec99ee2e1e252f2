/**
 * The facts, for the rules, in the JSON body of a token endpoint: the error, or what was issued
 * and how long it is valid. Sources: `docs/sources.md#a6` and A.9.
 */
import { decodeObject, parseObject } from "../core/http/json-object.ts";
import type { IssuedFacts, TokenFacts, WireError } from "./event.ts";
import { fingerprint } from "./redact.ts";

/** Who answered: the token service, or a machine's own endpoint, which passes on what the service said earlier. */
type Origin = "service" | "machine";

/** The facts in a JSON body that arrived at `atMs`; empty when it has neither. */
export function factsOfBody(
  text: string,
  status: number,
  { atMs, from }: { readonly atMs: number; readonly from: Origin },
): { readonly error?: WireError; readonly issued?: IssuedFacts } {
  const fields = parseObject(text);
  if (fields === undefined) return {};
  const code = errorOf(fields["error"]);
  if (code !== undefined) return { error: errorFacts(fields, code) };
  if (status !== 200) return {};
  const issued = issuedFacts(fields, atMs, from);
  return Object.keys(issued).length === 0 ? {} : { issued };
}

/** The error in the query or fragment of a redirect to the application (`docs/sources.md#a4`). */
export function errorOfRedirect(location: string): WireError | undefined {
  const url = URL.parse(location);
  if (url === null) return undefined;
  const fields = [new URLSearchParams(url.hash.slice(1)), url.searchParams];
  const said = fields.find((parameters) => parameters.has("error"));
  const error = said?.get("error") ?? "";
  if (said === undefined || error === "") return undefined;
  const [, code] = /AADSTS(\d+)/.exec(said.get("error_description") ?? "") ?? [];
  const suberror = said.get("suberror");
  return {
    error,
    codes: code === undefined ? [] : [Number(code)],
    ...(suberror === null ? {} : { suberror }),
  };
}

/** A string; Service Fabric has an object with a code. */
function errorOf(error: unknown): string | undefined {
  const code: unknown =
    typeof error === "object" && error !== null && "code" in error ? error.code : error;
  return typeof code === "string" ? code : undefined;
}

function errorFacts(fields: Readonly<Record<string, unknown>>, error: string): WireError {
  const codes = Array.isArray(fields["error_codes"])
    ? fields["error_codes"].filter((code): code is number => typeof code === "number")
    : [];
  const suberror = fields["suberror"];
  return { error, codes, ...(typeof suberror === "string" ? { suberror } : {}) };
}

function issuedFacts(
  fields: Readonly<Record<string, unknown>>,
  atMs: number,
  from: Origin,
): IssuedFacts {
  const accessToken = fields["access_token"];
  const refreshToken = fields["refresh_token"];
  const user = homeAccountOf(fields["client_info"]);
  const token =
    typeof accessToken === "string" && accessToken !== ""
      ? tokenFacts(fields, { accessToken, atMs, from })
      : undefined;
  return {
    ...(token === undefined ? {} : { token }),
    ...(typeof refreshToken === "string" && refreshToken !== ""
      ? { refreshToken: fingerprint("rt", refreshToken) }
      : {}),
    ...(typeof fields["id_token"] === "string" ? { idToken: true as const } : {}),
    ...(user === undefined ? {} : { user }),
    ...(typeof fields["scope"] === "string" ? { scope: fields["scope"] } : {}),
  };
}

function tokenFacts(
  fields: Readonly<Record<string, unknown>>,
  { accessToken, atMs, from }: { accessToken: string; atMs: number; from: Origin },
): TokenFacts | undefined {
  const expiresOn = instant(fields["expires_on"], 0);
  const expiresAt = expiresOn ?? instant(fields["expires_in"], atMs);
  if (expiresAt === undefined) return undefined;
  // A machine's endpoint repeats the extended lifetime of a token that it got hours ago.
  const extendedExpiresAt =
    from === "machine" ? undefined : instant(fields["ext_expires_in"], atMs);
  const refreshAt =
    from === "machine" && expiresOn !== undefined
      ? halfLife(expiresAt, atMs)
      : instant(fields["refresh_in"], atMs);
  return {
    accessToken: fingerprint("at", accessToken),
    expiresAt,
    ...(extendedExpiresAt === undefined ? {} : { extendedExpiresAt }),
    ...(refreshAt === undefined ? {} : { refreshAt }),
  };
}

const HALF_LIFE_FROM_MS = 7_200_000;

/**
 * Managed identity endpoints send `expires_on` without `refresh_in`. Clients refresh after half of
 * the remaining time if that is at least two hours: `docs/sources.md#g3` and I.12.
 */
function halfLife(expiresAt: number, atMs: number): number | undefined {
  const leftMs = expiresAt - atMs;
  return leftMs >= HALF_LIFE_FROM_MS ? atMs + leftMs / 2 : undefined;
}

/** Lifetimes are numbers on v2 and strings on v1 and managed identity. */
function instant(lifetimeSeconds: unknown, atMs: number): number | undefined {
  if (lifetimeSeconds === undefined || lifetimeSeconds === "") return undefined;
  const lifetime = Number(lifetimeSeconds);
  return Number.isFinite(lifetime) ? atMs + lifetime * 1_000 : undefined;
}

function homeAccountOf(clientInfo: unknown): string | undefined {
  if (typeof clientInfo !== "string") return undefined;
  const { uid, utid } = decodeObject(clientInfo) ?? {};
  return typeof uid === "string" && typeof utid === "string" ? `${uid}.${utid}` : undefined;
}
