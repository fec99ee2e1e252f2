/** The client that calls this API. */
import { ConfidentialClientApplication } from "@azure/msal-node";
import { settings } from "../src/settings.js";
import { client } from "./world.js";

export async function tokenForOrders(): Promise<string> {
  const caller = new ConfidentialClientApplication({
    auth: {
      authority: `https://login.microsoftonline.com/${settings.tenant}`,
      clientId: client.clientId,
      clientSecret: client.secret,
    },
  });
  const result = await caller.acquireTokenByClientCredential({ scopes: ["api://orders/.default"] });
  return result?.accessToken ?? "";
}
