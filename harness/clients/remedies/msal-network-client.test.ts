import { ConfidentialClientApplication } from "@azure/msal-node";
import { expect, it } from "vitest";
import { serviceThatAnswers } from "../../../test/support/remedies.ts";
import { msalNetworkClient } from "./msal-network-client.ts";
import { withRetryAfter } from "./retry-after.ts";

it("lets MSAL send through a remedy", async () => {
  const page = new Response("<html>", { status: 429, headers: { "retry-after": "90" } });
  const { send, asked } = serviceThatAnswers(page);
  const msal = new ConfidentialClientApplication({
    auth: {
      clientId: "00000000-0000-0000-0000-000000000001",
      clientSecret: "worthless",
      authority: "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000002",
    },
    system: { networkClient: msalNetworkClient(withRetryAfter(send)) },
  });
  const ask = () =>
    msal.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] });
  await expect(ask()).rejects.toMatchObject({ errorCode: "network_error" });
  await expect(ask()).rejects.toMatchObject({ errorCode: "temporarily_unavailable" });
  expect(asked.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual([
    "POST /00000000-0000-0000-0000-000000000002/oauth2/v2.0/token",
  ]);
});

it("gives back status, headers and body", async () => {
  const { send } = serviceThatAnswers(
    new Response('{"a":1}', { status: 400, headers: { "x-ms-request-id": "1" } }),
  );
  const { status, headers, body } = await msalNetworkClient(send).sendGetRequestAsync(
    "https://login.microsoftonline.com/",
  );
  expect([status, headers["x-ms-request-id"], body]).toEqual([400, "1", { a: 1 }]);
});
