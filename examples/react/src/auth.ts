/** The app registration of this app. */
import { PublicClientApplication } from "@azure/msal-browser";

export const msal = new PublicClientApplication({
  auth: {
    clientId: "6d3f0c52-1b7e-4c0a-9e55-2a9d4f8b7c61",
    authority: "https://login.microsoftonline.com/3e9a7c14-8d2b-4f6e-b1a0-5c7d9e0f1a23",
    redirectUri: "/redirect.html",
  },
  cache: { cacheLocation: "localStorage" },
});

export const request = { scopes: ["User.Read"] };
