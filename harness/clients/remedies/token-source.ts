/**
 * What remedies around a call for a token share: the shape of such a call, and how they read
 * requests, tokens and errors of MSAL and `@azure/identity` without knowing either.
 */
import type { RemedyOptions } from "./remedy-clock.ts";

/**
 * A function that asks a library for a token: what the remedies take, and what they give back.
 *
 * @example
 * const source: TokenSource<ClientCredentialRequest, AuthenticationResult | null> = (request) =>
 *   msal.acquireTokenByClientCredential(request);
 */
export type TokenSource<Request, Token> = (
  request: Request,
  signal?: AbortSignal,
) => Promise<Token>;

/**
 * A token source that remembers tokens. An app whose users sign in elsewhere gives it what that
 * sign-in brought.
 *
 * @example
 * const getToken = withEarlyRenewal(source, { whileIdleMs: 7 * 86_400_000 });
 * const signedIn = await msal.acquireTokenByCode(codeRequest);
 * getToken.keep({ account: signedIn.account, scopes }, signedIn);
 */
export interface KeepingTokenSource<Request, Token> {
  (request: Request, signal?: AbortSignal): Promise<Token>;
  /** Remembers a token that came by another way than this function. */
  keep(request: Request, token: Token): void;
}

/**
 * How a remedy around a call reads requests and errors. The defaults know MSAL and `@azure/identity`.
 *
 * @example
 * const options: SourceOptions<MyRequest> = { keyOf: ({ user, scopes }) => `${user} ${scopes.join(" ")}` };
 */
export interface SourceOptions<Request> extends RemedyOptions {
  /** Requests with the same key may be answered with the same token. Default: by account, authority, scopes in any order, assertion and region; what asks for a new token is no part of it. */
  readonly keyOf?: (request: Request) => string;
  /** Whether an error is an outage, and no refusal that only a person or an administrator can fix. Default: every error but the refusals of OAuth, such as `invalid_grant` and `interaction_required`. */
  readonly isOutage?: (error: unknown) => boolean;
}

/**
 * As `SourceOptions`, for remedies that also look at tokens.
 *
 * @example
 * const options: TokenOptions<MyRequest, MyToken> = { expiresAtOf: ({ expires }) => expires * 1_000 };
 */
export interface TokenOptions<Request, Token> extends SourceOptions<Request> {
  /** When a token expires, ms since the Unix epoch; undefined when it does not say: then it is not kept. Default: `expiresOn` of MSAL, `expiresOnTimestamp` of `@azure/identity`, or `expiresAt` in ms. */
  readonly expiresAtOf?: (token: Token) => number | undefined;
  /** Whether a request is for a new token, also when one is kept. Default: one with `claims`, `forceRefresh` or `skipCache`. */
  readonly wantsNew?: (request: Request) => boolean;
  /** So long before its end a token is no longer used, ms. Default: a minute. */
  readonly marginMs?: number;
}

/** How many tokens a remedy keeps; the one that was used least recently makes room. */
export const KEPT_MAX = 1_000;

/** A minute, ms. */
export const MARGIN_MS = 60_000;

/** The key of a request by default. */
export function keyOfRequest(request: unknown): string {
  if (typeof request === "string") return request;
  if (Array.isArray(request)) return request.map(String).sort().join(" ");
  const scopes = fieldOf(request, "scopes");
  const parts = [
    Array.isArray(scopes) ? keyOfRequest(scopes) : scopes,
    fieldOf(fieldOf(request, "account"), "homeAccountId"),
    ...["authority", "tenantId", "resource", "azureRegion", "oboAssertion"].map((name) =>
      fieldOf(request, name),
    ),
  ];
  return JSON.stringify(parts.map((part) => part ?? ""));
}

/** When a token expires, by default. */
export function expiryOfToken(token: unknown): number | undefined {
  for (const name of ["expiresOn", "expiresOnTimestamp", "expiresAt"]) {
    const value = fieldOf(token, name);
    if (value instanceof Date) return value.getTime();
    if (typeof value === "number") return value;
  }
  return undefined;
}

/** Whether a request is for a new token, by default. */
export function wantsNewToken(request: unknown): boolean {
  const isForced = fieldOf(request, "forceRefresh") === true;
  return isForced || fieldOf(request, "skipCache") === true || claimsOf(request) !== "";
}

/** The claims challenge of a request: an API has refused the token that is kept. Empty when there is none. */
export function claimsOf(request: unknown): string {
  const claims = fieldOf(request, "claims");
  return typeof claims === "string" ? claims : "";
}

/**
 * Errors that no waiting fixes (RFC 6749 section 5.2, OpenID Connect Core section 3.1.2.6, and
 * those with which MSAL says that no one is signed in).
 */
const REFUSALS: ReadonlySet<unknown> = new Set([
  "access_denied",
  "bad_token",
  "consent_required",
  "interaction_required",
  "invalid_client",
  "invalid_grant",
  "invalid_request",
  "invalid_scope",
  "login_required",
  "no_account_error",
  "no_tokens_found",
  "unauthorized_client",
  "unsupported_grant_type",
]);

/** Whether an error is an outage, by default. */
export function isOutageError(error: unknown): boolean {
  if (fieldOf(error, "name") === "InteractionRequiredAuthError") return false;
  const answer = fieldOf(error, "errorResponse");
  const codes = [
    ...["errorCode", "error", "code"].map((name) => fieldOf(error, name)),
    fieldOf(answer, "error"),
  ];
  return !codes.some((code) => REFUSALS.has(code));
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
