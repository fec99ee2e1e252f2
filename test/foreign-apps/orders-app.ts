/** What the foreign apps of these tests share: the daemon of the fixture world, as MSAL Node's documentation shows it. */
import { ConfidentialClientApplication } from "@azure/msal-node";

/** The scope of the API that the daemon may call. */
export const ordersScope = "api://orders/.default";

/** A client of its own for the daemon `nightly-daemon`. */
export function createDaemon(): ConfidentialClientApplication {
  return new ConfidentialClientApplication({
    auth: {
      authority: "https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-000000000001",
      clientId: "33333333-cccc-4ccc-8ccc-000000000011",
      clientSecret: "fixture-secret-of-nightly-daemon",
    },
  });
}
