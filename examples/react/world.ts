import { createWorld } from "brownout";

export const world = createWorld({
  tenant: "3e9a7c14-8d2b-4f6e-b1a0-5c7d9e0f1a23",
  apps: [
    {
      kind: "spa",
      clientId: "6d3f0c52-1b7e-4c0a-9e55-2a9d4f8b7c61",
      redirectUris: ["http://localhost:5174/redirect.html"],
      scopes: ["User.Read"],
    },
  ],
  users: ["adele@example.com"],
});
