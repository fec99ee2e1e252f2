import { createWorld } from "brownout";

export const world = createWorld({
  tenant: "4f8b1d25-7c3a-4e5f-a2b1-6d8e0f1a2b34",
  apps: [
    {
      kind: "spa",
      clientId: "7e4a1d63-2c8f-4d1b-8f66-3b0e5a9c8d72",
      redirectUris: ["http://localhost:5175/redirect.html"],
      scopes: ["User.Read"],
    },
  ],
  users: ["adele@example.com"],
});
