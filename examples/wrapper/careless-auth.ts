/** The same wrapper without care: a new client for each token, so that none is ever reused, three tries without a pause, and no word of a failure. */
import { ConfidentialClientApplication } from "@azure/msal-node";
import type { AuthOptions } from "./acme-auth.ts";

const ATTEMPTS = 3;

export function createAuth({ clientId, authority, clientSecret }: AuthOptions) {
  return {
    async token(scopes: readonly string[]): Promise<string> {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        try {
          const msal = new ConfidentialClientApplication({
            auth: { clientId, authority, clientSecret },
          });
          const result = await msal.acquireTokenByClientCredential({ scopes: [...scopes] });
          return result?.accessToken ?? "";
        } catch {
          // The next try may go better.
        }
      }
      return "";
    },
  };
}
