/** The app registration of this app. */
import { PublicClientApplication } from "@azure/msal-browser";

export const msal = new PublicClientApplication({
  auth: {
    clientId: "8f5b2e74-3d9a-4e2c-9a77-4c1f6b0d9e83",
    authority: "https://login.microsoftonline.com/5a9c2e36-8d4b-4f6a-b3c2-7e9f1a2b3c45",
    redirectUri: "/redirect",
  },
  cache: { cacheLocation: "localStorage" },
});

export const request = { scopes: ["User.Read"] };
