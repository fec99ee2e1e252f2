/** The program of `examples/node/`, as a CommonJS module. */
const { ConfidentialClientApplication } = require("@azure/msal-node");

exports.createOrders = function createOrders() {
  const client = new ConfidentialClientApplication({
    auth: {
      authority: "https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-000000000001",
      clientId: "33333333-cccc-4ccc-8ccc-000000000011",
      clientSecret: "fixture-secret-of-nightly-daemon",
    },
  });
  const scopes = ["api://orders/.default"];
  return {
    async load() {
      const result = await client.acquireTokenByClientCredential({ scopes });
      const response = await fetch("https://orders.contoso.example/v1.0/items", {
        headers: { authorization: `Bearer ${result.accessToken}` },
      });
      if (!response.ok) throw new Error(`the orders API answered ${response.status}`);
      return response.json();
    },
  };
};
