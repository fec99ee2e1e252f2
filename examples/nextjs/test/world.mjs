/** The app registration of the app, and its settings. */
import { createWorld } from "brownout";

const tenant = "6b0d3f47-9e5c-4a7b-c4d3-8f0a2b3c4d56";

const settings = {
  AUTH_SECRET: "a secret for tests only, which is long enough",
  AUTH_MICROSOFT_ENTRA_ID_ID: "9a6c3f85-4e0b-4f3d-8b88-5d2a7c1e0f94",
  AUTH_MICROSOFT_ENTRA_ID_SECRET: "fixture-secret-of-web",
  AUTH_MICROSOFT_ENTRA_ID_ISSUER: `https://login.microsoftonline.com/${tenant}/v2.0`,
};
Object.assign(process.env, settings);

export const world = createWorld({
  tenant,
  apps: [
    {
      kind: "web",
      clientId: settings.AUTH_MICROSOFT_ENTRA_ID_ID,
      secret: settings.AUTH_MICROSOFT_ENTRA_ID_SECRET,
      redirectUris: ["http://localhost:3000/api/auth/callback/microsoft-entra-id"],
    },
  ],
  users: ["adele@example.com", "megan@example.com"],
});
