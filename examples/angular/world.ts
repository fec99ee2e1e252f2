import { createWorld } from "brownout";

export const world = createWorld({
  tenant: "5a9c2e36-8d4b-4f6a-b3c2-7e9f1a2b3c45",
  apps: [
    {
      kind: "spa",
      clientId: "8f5b2e74-3d9a-4e2c-9a77-4c1f6b0d9e83",
      redirectUris: ["http://localhost:4200/redirect"],
      scopes: ["User.Read"],
    },
  ],
  users: ["adele@example.com"],
});
