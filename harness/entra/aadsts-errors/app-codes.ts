/** AADSTS codes about the app and its request: configuration and programming errors. */
import type { AadstsRow } from "./code-row.ts";

export const appCodes = {
  50011: {
    status: 400,
    error: "invalid_request",
    text: "The redirect URI is not registered for the app.",
    source: "assumed",
  },
  50049: {
    status: 400,
    error: "invalid_instance",
    text: "The authority host is not a known instance.",
    source: "documented: MSAL's own list of errors",
  },
  50194: {
    status: 400,
    error: "invalid_request",
    text: "The app is not multi-tenant: use the tenant's own endpoint.",
    source: "assumed",
  },
  500011: {
    status: 400,
    error: "invalid_resource",
    text: "The resource principal was not found in the tenant.",
    source: "reported: AzureAD/microsoft-authentication-library-for-dotnet issue 3979 (2023)",
  },
  70003: {
    status: 400,
    error: "unsupported_grant_type",
    text: "The grant type is not supported.",
    source: "assumed",
  },
  70007: {
    status: 400,
    error: "invalid_request",
    text: "The response mode does not fit the response type.",
    source: "assumed",
  },
  70011: {
    status: 400,
    error: "invalid_scope",
    text: "The scope is not valid.",
    source: "documented: the article on the authorization code flow",
  },
  100007: {
    status: 400,
    error: "unauthorized_client",
    text: "The regional service only serves managed identities and Microsoft's own apps.",
    source: "assumed: the article on regional endpoints has the text",
  },
  700016: {
    status: 400,
    error: "unauthorized_client",
    text: "The app was not found in the tenant.",
    source: "assumed",
  },
  700023: {
    status: 401,
    error: "invalid_client",
    text: "The client assertion is for another audience.",
    source: "assumed: like 700024",
  },
  700024: {
    status: 401,
    error: "invalid_client",
    text: "The client assertion is outside its time range.",
    source: "assumed",
  },
  700027: {
    status: 401,
    error: "invalid_client",
    text: "The client assertion is not signed with a registered key.",
    source: "assumed",
  },
  700054: {
    status: 400,
    error: "unsupported_response_type",
    text: "The response type is not enabled for the app.",
    source: "assumed",
  },
  7000215: {
    status: 401,
    error: "invalid_client",
    text: "The client secret is wrong.",
    source: "reported",
  },
  7000216: {
    status: 401,
    error: "invalid_client",
    text: "client_credentials needs a client_assertion or a client_secret.",
    source: "recorded",
  },
  7000218: {
    status: 401,
    error: "invalid_client",
    text: "The request must carry a client_assertion or a client_secret.",
    source: "assumed",
  },
  7000222: {
    status: 401,
    error: "invalid_client",
    text: "The client secret has expired.",
    source: "reported",
  },
  90002: {
    status: 400,
    error: "invalid_request",
    text: "The tenant was not found.",
    source: "recorded",
  },
  9002326: {
    status: 400,
    error: "invalid_request",
    text: "A cross-origin redemption needs a redirect URI of type SPA.",
    source: "assumed",
  },
  9002327: {
    status: 400,
    error: "invalid_request",
    text: "Tokens of a SPA redirect URI are redeemed across origins only.",
    source: "assumed",
  },
  900144: {
    status: 400,
    error: "invalid_request",
    text: "The body lacks a required parameter.",
    source: "assumed",
  },
  900561: {
    status: 400,
    error: "invalid_request",
    text: "The endpoint takes another method.",
    source: "assumed",
  },
} as const satisfies Readonly<Record<number, AadstsRow>>;
