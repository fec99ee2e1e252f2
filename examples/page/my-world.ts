import { createWorld } from "brownout";

export const world = createWorld({
  tenant: "7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11",
  apps: [
    {
      kind: "spa",
      clientId: "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3",
      redirectUris: ["http://localhost:5173/redirect.html"],
      scopes: ["User.Read", "Mail.Read", "api://orders/Orders.Read"],
    },
  ],
  users: ["adele@example.com"],
});
