import { defineClient } from "brownout";
import { createAuth } from "./acme-auth.ts";

export default defineClient({
  name: "acme-auth",
  flows: ["client-credentials"],
  open: async ({ app, tenant }, { authorityHost }) => {
    const auth = createAuth({
      clientId: app.clientId,
      authority: `${authorityHost}/${tenant.id}`,
      clientSecret: app.secrets[0]?.value ?? "",
    });
    return { acquire: async ({ scopes }) => ({ accessToken: await auth.token(scopes) }) };
  },
});
