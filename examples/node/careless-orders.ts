/** The same program without care: a new client for each call, so that no token is ever reused, and retries without a pause. */
import { ConfidentialClientApplication } from "@azure/msal-node";

const ATTEMPTS = 20;

export function createOrders(): { load: () => Promise<unknown> } {
  return {
    async load() {
      const response = await fetch("https://orders.contoso.example/v1.0/items", {
        headers: { authorization: `Bearer ${await getToken()}` },
      });
      if (!response.ok) throw new Error(`the orders API answered ${response.status}`);
      return response.json();
    },
  };
}

async function getToken(): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const client = new ConfidentialClientApplication({
        auth: {
          authority: "https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-000000000001",
          clientId: "33333333-cccc-4ccc-8ccc-000000000011",
          clientSecret: "fixture-secret-of-nightly-daemon",
        },
      });
      const scopes = ["api://orders/.default"];
      const result = await client.acquireTokenByClientCredential({ scopes });
      return result?.accessToken ?? "";
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
