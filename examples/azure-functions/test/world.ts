/** The app registration of the function app, and the API that it may call. */
import { createWorld } from "brownout";

const settings = {
  TENANT_ID: "2c1f9f0e-5d7a-4e3b-9a41-0c8f6a7b1e22",
  CLIENT_ID: "b7d0a1f4-63c8-4f0e-8f5d-9f1c2b3a4d55",
  CLIENT_SECRET: "a secret for tests only",
};

export const world = createWorld({
  tenant: settings.TENANT_ID,
  apps: [
    {
      kind: "daemon",
      clientId: settings.CLIENT_ID,
      secret: settings.CLIENT_SECRET,
      roles: ["api://shop-orders/Orders.Read.All"],
    },
  ],
  resources: [{ identifierUri: "api://shop-orders", hosts: ["orders.contoso.example"] }],
});

/** The application settings of the function app; locally they are in `local.settings.json`. */
Object.assign(process.env, settings);
