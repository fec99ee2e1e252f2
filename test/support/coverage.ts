/** Registrations for tests: a good one of each kind, which tests change. */
import type { Registration } from "../../harness/entra/backup-coverage/registration.ts";

/** A native app that follows all of the guidance. */
export const mailApp: Registration = {
  name: "Contoso Mail",
  kind: "native",
  flows: ["native-refresh"],
  cloud: "commercial",
  host: "login.microsoftonline.com",
  scopes: { names: ["Mail.Read"], dynamicConsent: false },
  tokenCache: { persisted: true, days: 90 },
  silentFirst: true,
  usesUserInfo: false,
  users: { members: true, guests: false, b2c: false },
  certificateSignIn: false,
  policies: [{ name: "MFA for all", state: "enabled", grantControls: ["mfa"] }],
};

/** A web app that only signs users in. */
export const portalApp: Registration = {
  name: "Contoso Portal",
  kind: "web",
  flows: ["web-id-token"],
  cloud: "commercial",
};

/** A service without users. */
export const workerApp: Registration = {
  name: "Contoso Worker",
  kind: "managed-identity",
  flows: ["managed-identity"],
  cloud: "commercial",
};
