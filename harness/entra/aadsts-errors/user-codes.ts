/** AADSTS codes about the user, the sign-in and the grant: what ends with a new sign-in, or with nothing. */
import type { AadstsRow } from "./code-row.ts";

export const userCodes = {
  16000: {
    status: 400,
    error: "interaction_required",
    text: "The account must be chosen or signed in again.",
    source: "documented",
  },
  50017: {
    status: 400,
    error: "invalid_grant",
    text: "The certificate of the user is not valid: it was revoked.",
    source: "assumed: like 50126",
  },
  50020: {
    status: 400,
    error: "invalid_grant",
    text: "The user has no account in the tenant that was asked.",
    source: "assumed: like 50034",
  },
  50034: {
    status: 400,
    error: "invalid_grant",
    text: "The user account does not exist in the tenant.",
    source: "assumed",
  },
  50057: {
    status: 400,
    error: "invalid_grant",
    text: "The user account is disabled.",
    source: "assumed",
  },
  50058: {
    status: 400,
    error: "login_required",
    text: "No user is signed in, and no page may be shown.",
    source: "reported: microsoft/service-fabric-explorer issue 148",
  },
  50053: {
    status: 400,
    error: "invalid_grant",
    text: "The account is locked: a wrong password was entered too many times.",
    source: "documented: Microsoft's list of codes; the form is assumed",
  },
  50055: {
    status: 400,
    error: "invalid_grant",
    suberror: "user_password_expired",
    text: "The password has expired.",
    source: "reported: a pasted reply (2019-12)",
  },
  50126: {
    status: 400,
    error: "invalid_grant",
    text: "The username or the password is wrong.",
    source: "assumed",
  },
  50173: {
    status: 400,
    error: "invalid_grant",
    suberror: "bad_token",
    text: "The grant was revoked; the user has to sign in again.",
    source: "recorded: identity recordings of the Azure SDK for JavaScript (2021-10-29)",
  },
  65001: {
    status: 400,
    error: "invalid_grant",
    redirectError: "consent_required",
    suberror: "consent_required",
    text: "No consent has been given to these permissions.",
    isListed: false,
    source:
      "reported: MicrosoftDocs/azure-docs issue 39189 (2019), stevenmaguire/oauth2-microsoft issue 31 (2025), both without an error_uri",
  },
  70000: {
    status: 400,
    error: "invalid_grant",
    text: "The grant is not valid.",
    source: "reported",
  },
  70008: {
    status: 400,
    error: "invalid_grant",
    text: "The authorization code or refresh token has expired.",
    source: "assumed",
  },
  54005: {
    status: 400,
    error: "invalid_grant",
    text: "The authorization code was already redeemed.",
    isListed: false,
    source:
      "recorded: identity recordings of the Azure SDK for Go (2021-11-18), without an error_uri",
  },
  500133: {
    status: 400,
    error: "invalid_grant",
    text: "The assertion is outside its time range.",
    source: "reported: microsoftgraph/msgraph-sdk-dotnet issue 2551",
  },
  50013: {
    status: 400,
    error: "invalid_grant",
    text: "The assertion is not a valid token for this app.",
    source: "assumed",
  },
  500131: {
    status: 400,
    error: "invalid_grant",
    text: "The assertion is for another audience than the app that presents it.",
    source: "assumed: like 50013",
  },
  501481: {
    status: 400,
    error: "invalid_grant",
    text: "The code verifier does not match the code challenge.",
    source: "assumed",
  },
  700005: {
    status: 400,
    error: "invalid_grant",
    text: "The authorization code was issued for another tenant.",
    source: "assumed",
  },
  700082: {
    status: 400,
    error: "invalid_grant",
    suberror: "bad_token",
    text: "The refresh token was not used for 90.00:00:00 and has expired.",
    source: "reported: microsoft/foundry-dev-tools issue 707 (2026-08-26)",
  },
  700084: {
    status: 400,
    error: "invalid_grant",
    suberror: "bad_token",
    text: "The refresh token of a single-page app has expired after 1.00:00:00.",
    source: "reported: AzureAD/microsoft-authentication-library-for-js issue 4693",
  },
  70016: {
    status: 400,
    error: "authorization_pending",
    text: "The person has not finished signing in.",
    source: "documented: the article on the device code flow",
  },
  70018: {
    status: 400,
    error: "bad_verification_code",
    text: "The device code is not known.",
    source: "assumed",
  },
  70020: {
    status: 400,
    error: "expired_token",
    text: "The device code has expired.",
    source: "reported: captures of 2021 to 2024",
  },
  90120: {
    status: 400,
    error: "invalid_grant",
    text: "The device code was already used.",
    source: "documented: Microsoft's list of codes; the form is assumed",
  },
  160021: {
    status: 400,
    error: "interaction_required",
    text: "The app asked for a session of a user that does not exist.",
    source: "documented: Microsoft's list of codes; reported on redirects in 2025 and 2026",
  },
  50196: {
    status: 400,
    error: "invalid_grant",
    text: "The server terminated an operation because it encountered a client request loop.",
    source:
      "reported: Azure/azure-sdk-for-net issue 23324 (2021-08-13); status in AzureAD/microsoft-authentication-library-for-dotnet issue 2353",
  },
} as const satisfies Readonly<Record<number, AadstsRow>>;
