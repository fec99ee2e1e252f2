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
  50059: {
    status: 400,
    error: "invalid_request",
    text: "Neither the request nor its credentials say which tenant is meant.",
    source: "documented: Microsoft's list of codes; for client credentials on /common reported",
  },
  70011: {
    status: 400,
    error: "invalid_scope",
    text: "The scope is not valid.",
    source: "documented: the article on the authorization code flow",
  },
  650053: {
    status: 400,
    error: "invalid_client",
    text: "The app asked for a scope that does not exist on the resource.",
    isListed: false,
    source:
      "reported: MicrosoftDocs/azure-docs issue 37280 (2019), Azure-Samples/active-directory-aspnetcore-webapp-openidconnect-v2 issue 554 (2021), on redirects and without an error_uri",
  },
  1002012: {
    status: 400,
    error: "invalid_scope",
    text: "Client credentials need a scope that ends in /.default after the identifier of the resource.",
    source:
      "reported: MicrosoftDocs/azure-docs issue 99862 (2022), databricks/databricks-sql-nodejs issue 226 (2024)",
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
  700211: {
    status: 401,
    error: "invalid_client",
    text: "No federated credential of the app is for the issuer of the client assertion.",
    isListed: false,
    source: "reported: Azure/azure-workload-identity issue 1200 (2024), without an error_uri",
  },
  700212: {
    status: 401,
    error: "invalid_client",
    text: "No federated credential of the app is for the audience of the client assertion.",
    isListed: false,
    source: "assumed: like 700211",
  },
  700213: {
    status: 401,
    error: "invalid_client",
    text: "No federated credential of the app is for the subject of the client assertion.",
    isListed: false,
    source: "reported: microsoft/Agents issue 202 (2025), for a code of the same kind",
  },
  7002137: {
    status: 401,
    error: "invalid_client",
    text: "No federated credential of the app is for the managed identity of the client assertion.",
    source: "reported: microsoft/Agents issue 202 (2025)",
  },
  700025: {
    status: 401,
    error: "invalid_client",
    text: "The client is public: neither a client_assertion nor a client_secret may be presented.",
    source: "reported: captures of 2021 to 2024",
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
  50027: {
    status: 400,
    error: "invalid_request",
    text: "The token is not valid or malformed.",
    source: "recorded: identity recordings of the Azure SDK for JavaScript (2022-02-01)",
  },
  9002313: {
    status: 400,
    error: "invalid_grant",
    text: "The request is malformed or not valid.",
    source:
      "reported: Azure-Samples/ms-identity-dotnet-webapi-azurefunctions issue 3 (2020), davidjrh/dnn.azureadprovider issue 112 (2024)",
  },
  90002: {
    status: 400,
    error: "invalid_request",
    text: "The tenant was not found.",
    source: "recorded",
  },
  90038: {
    status: 400,
    error: "invalid_request",
    text: "The tenant belongs to a national cloud, which is another than that of this address.",
    source:
      "documented: Microsoft's list of codes; reported as invalid_request: microsoftgraph/msgraph-cli issue 396 (2023)",
  },
  901002: {
    status: 400,
    error: "invalid_request",
    text: "The parameter resource is not supported here.",
    source: "documented: Microsoft's list of codes",
  },
  9002325: {
    status: 400,
    error: "invalid_request",
    text: "A single-page app needs a proof key (PKCE) to redeem a code across origins.",
    source: "documented: Microsoft's list of codes",
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
