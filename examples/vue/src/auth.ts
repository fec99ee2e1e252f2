/** The app registration of this app, and who is signed in. */
import { PublicClientApplication, type AccountInfo } from "@azure/msal-browser";
import { shallowRef } from "vue";

export const msal = new PublicClientApplication({
  auth: {
    clientId: "7e4a1d63-2c8f-4d1b-8f66-3b0e5a9c8d72",
    authority: "https://login.microsoftonline.com/4f8b1d25-7c3a-4e5f-a2b1-6d8e0f1a2b34",
    redirectUri: "/redirect.html",
  },
  cache: { cacheLocation: "localStorage" },
});

export const request = { scopes: ["User.Read"] };

export const account = shallowRef<AccountInfo>();

export async function start(): Promise<void> {
  await msal.initialize();
  await msal.handleRedirectPromise();
  [account.value] = msal.getAllAccounts();
}

export async function signIn(): Promise<void> {
  const result = await msal.loginPopup(request);
  account.value = result.account;
}
