/** The registrations of this API and of the page that calls it. */
import { createWorld } from "brownout";
import { settings } from "../src/settings.js";

export const world = createWorld({
  tenant: settings.tenant,
  apps: [
    { kind: "api", clientId: settings.clientId, roles: ["api://stock/Stock.Read.All"] },
    {
      kind: "spa",
      clientId: "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5e",
      redirectUris: ["http://localhost:5173/redirect.html"],
      scopes: ["api://orders/Orders.Read"],
    },
  ],
  resources: [
    { identifierUri: "api://orders", appId: settings.clientId },
    { identifierUri: "api://stock", hosts: ["stock.contoso.example"] },
  ],
});
