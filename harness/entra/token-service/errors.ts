/**
 * The AADSTS errors that the simulated ESTS gives, as one table: status and OAuth error as
 * seen on the wire where `shared/facts/entra.md` A.10 has them, texts in our own words.
 */
import type { ServiceSettings } from "../directory/world.ts";

interface ErrorRow {
  readonly status: 400 | 401;
  readonly error: string;
  readonly suberror?: string;
  readonly text: string;
}

const table = {
  16000: {
    status: 400,
    error: "interaction_required",
    text: "The account must be chosen or signed in anew.",
  },
  // CertificateValidationFailed; status and error word as of 50126, unverified.
  50017: {
    status: 400,
    error: "invalid_grant",
    text: "The certificate of the user is not valid: it was revoked.",
  },
  // UserUnauthorized in the list of error codes; status and error word as of 50034.
  50020: {
    status: 400,
    error: "invalid_grant",
    text: "The user has no account in the tenant that was asked.",
  },
  50034: {
    status: 400,
    error: "invalid_grant",
    text: "The user account does not exist in the tenant.",
  },
  50049: {
    status: 400,
    error: "invalid_instance",
    text: "The authority host is not a known instance.",
  },
  50057: { status: 400, error: "invalid_grant", text: "The user account is disabled." },
  50058: {
    status: 400,
    error: "login_required",
    text: "No user is signed in, and no page may be shown.",
  },
  // A.10: the real one names the policies in `claims`, too.
  50076: {
    status: 400,
    error: "invalid_grant",
    suberror: "basic_action",
    text: "The user must use multi-factor authentication since a change by the administrator.",
  },
  50126: { status: 400, error: "invalid_grant", text: "The username or the password is wrong." },
  50173: {
    status: 400,
    error: "invalid_grant",
    suberror: "bad_token",
    text: "The grant was revoked; the user has to sign in again.",
  },
  50194: {
    status: 400,
    error: "invalid_request",
    text: "The app is not multi-tenant: use the tenant's own endpoint.",
  },
  50196: {
    status: 400,
    error: "invalid_grant",
    text: "The same request came again and again: the client is in a loop.",
  },
  500011: {
    status: 400,
    error: "invalid_resource",
    text: "The resource principal was not found in the tenant.",
  },
  500133: { status: 400, error: "invalid_grant", text: "The assertion is outside its time range." },
  50013: {
    status: 400,
    error: "invalid_grant",
    text: "The assertion is not a valid token for this app.",
  },
  // From Microsoft's error page; status and error word as of 50013.
  500131: {
    status: 400,
    error: "invalid_grant",
    text: "The assertion is for another audience than the app that presents it.",
  },
  501481: {
    status: 400,
    error: "invalid_grant",
    text: "The code verifier does not match the code challenge.",
  },
  50011: {
    status: 400,
    error: "invalid_request",
    text: "The redirect URI is not registered for the app.",
  },
  54005: {
    status: 400,
    error: "invalid_grant",
    text: "The authorization code was already redeemed.",
  },
  65001: {
    status: 400,
    error: "invalid_grant",
    suberror: "consent_required",
    text: "Nobody has consented to these permissions.",
  },
  70000: { status: 400, error: "invalid_grant", text: "The grant is not valid." },
  70003: { status: 400, error: "unsupported_grant_type", text: "The grant type is not supported." },
  70007: {
    status: 400,
    error: "invalid_request",
    text: "The response mode does not fit the response type.",
  },
  70008: {
    status: 400,
    error: "invalid_grant",
    text: "The authorization code or refresh token has expired.",
  },
  70011: { status: 400, error: "invalid_scope", text: "The scope is not valid." },
  70016: {
    status: 400,
    error: "authorization_pending",
    text: "The person has not finished signing in.",
  },
  70018: { status: 400, error: "bad_verification_code", text: "The device code is not known." },
  70019: { status: 400, error: "expired_token", text: "The device code has expired." },
  // InvalidGrantRedeemAgainstWrongTenant in the list of error codes; status and error word are a guess.
  700005: {
    status: 400,
    error: "invalid_grant",
    text: "The authorization code was issued for another tenant.",
  },
  // The documents give the text; status and OAuth error are those of other unauthorized apps.
  100007: {
    status: 400,
    error: "unauthorized_client",
    text: "The regional service only serves managed identities and Microsoft's own apps.",
  },
  700016: {
    status: 400,
    error: "unauthorized_client",
    text: "The app was not found in the tenant.",
  },
  700027: {
    status: 401,
    error: "invalid_client",
    text: "The client assertion is not signed with a registered key.",
  },
  // Name and text from Microsoft's troubleshooting pages; status as of the other bad assertions.
  700023: {
    status: 401,
    error: "invalid_client",
    text: "The client assertion is for another audience.",
  },
  700024: {
    status: 401,
    error: "invalid_client",
    text: "The client assertion is outside its time range.",
  },
  700054: {
    status: 400,
    error: "unsupported_response_type",
    text: "The response type is not enabled for the app.",
  },
  700082: {
    status: 400,
    error: "invalid_grant",
    suberror: "bad_token",
    text: "The refresh token was not used for 90.00:00:00 and has expired.",
  },
  700084: {
    status: 400,
    error: "invalid_grant",
    suberror: "bad_token",
    text: "The refresh token of a single-page app has expired after 1.00:00:00.",
  },
  7000215: { status: 401, error: "invalid_client", text: "The client secret is wrong." },
  7000216: {
    status: 401,
    error: "invalid_client",
    text: "client_credentials needs a client_assertion or a client_secret.",
  },
  7000218: {
    status: 401,
    error: "invalid_client",
    text: "The request must carry a client_assertion or a client_secret.",
  },
  7000222: { status: 401, error: "invalid_client", text: "The client secret has expired." },
  // SAML: names and meanings from the list of error codes; how each is told apart is ours, but for 75006 (F.1).
  75001: { status: 400, error: "invalid_request", text: "The SAML message could not be read." },
  75003: {
    status: 400,
    error: "invalid_request",
    text: "SAML responses are sent by HTTP POST and by no other binding.",
  },
  75005: { status: 400, error: "invalid_request", text: "The SAML request is not supported." },
  750054: {
    status: 400,
    error: "invalid_request",
    text: "The request carries no SAMLRequest.",
  },
  75006: {
    status: 400,
    error: "invalid_request",
    text: "A property of the SAML authentication request is not supported.",
  },
  75011: {
    status: 400,
    error: "invalid_request",
    text: "The person's authentication method is not the one that was requested.",
  },
  75016: {
    status: 400,
    error: "invalid_request",
    text: "The NameIDPolicy of the SAML authentication request is not valid.",
  },
  76021: {
    status: 400,
    error: "invalid_request",
    text: "The app requires signed requests, and this one does not verify.",
  },
  76026: {
    status: 400,
    error: "invalid_request",
    text: "The SAML authentication request was issued too long ago.",
  },
  90002: { status: 400, error: "invalid_request", text: "The tenant was not found." },
  9002326: {
    status: 400,
    error: "invalid_request",
    text: "A cross-origin redemption needs a redirect URI of type SPA.",
  },
  9002327: {
    status: 400,
    error: "invalid_request",
    text: "Tokens of a SPA redirect URI are redeemed across origins only.",
  },
  900144: { status: 400, error: "invalid_request", text: "The body lacks a required parameter." },
  900561: { status: 400, error: "invalid_request", text: "The endpoint takes another method." },
} as const satisfies Readonly<Record<number, ErrorRow>>;

export type AadstsCode = keyof typeof table;

/** A refusal by the simulated ESTS; `ests.ts` turns it into the envelope. */
export class EstsError extends Error {
  readonly code: AadstsCode;

  constructor(code: AadstsCode, detail = "") {
    super(detail === "" ? table[code].text : `${table[code].text} ${detail}`);
    this.name = "EstsError";
    this.code = code;
  }
}

export interface EnvelopeParts {
  readonly traceId: string;
  readonly correlationId: string;
  readonly nowMs: number;
  readonly settings: Pick<ServiceSettings, "errorSeparator" | "revokedGrantSuberror">;
}

/** Status and JSON body of an error, fields in captured order (A.9). `traceId` is also x-ms-request-id. */
export function errorEnvelope(
  error: EstsError,
  parts: EnvelopeParts,
): { readonly status: number; readonly body: string } {
  const row: ErrorRow = table[error.code];
  const timestamp = `${new Date(parts.nowMs).toISOString().slice(0, 19).replace("T", " ")}Z`;
  const { errorSeparator, revokedGrantSuberror } = parts.settings;
  const suberror =
    error.code === 50173 && revokedGrantSuberror === "none" ? undefined : row.suberror;
  const between = errorSeparator === "crlf" ? "\r\n" : " ";
  const description = [
    `AADSTS${error.code}: ${error.message}`,
    `Trace ID: ${parts.traceId}`,
    `Correlation ID: ${parts.correlationId}`,
    `Timestamp: ${timestamp}`,
  ].join(between);
  const body = JSON.stringify({
    error: row.error,
    error_description: description,
    error_codes: [error.code],
    timestamp,
    trace_id: parts.traceId,
    correlation_id: parts.correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${error.code}`,
    ...(suberror === undefined ? {} : { suberror }),
  });
  return { status: row.status, body };
}

/** The OAuth error word of a code, for errors that travel in a redirect. */
export function oauthErrorOf(code: AadstsCode): string {
  return table[code].error;
}
