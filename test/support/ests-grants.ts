/** Valid token requests, which tests change to make them faulty. */
import type { Answer, EstsBench } from "./ests.ts";

/** Path of the token endpoint below a tenant. */
export const TOKEN = "oauth2/v2.0/token";
export const graph = "https://graph.microsoft.com/.default";
export const userScopes = "https://graph.microsoft.com/User.Read openid profile offline_access";

/** The form of client credentials. */
export function daemonForm(
  bench: EstsBench,
  more: Record<string, string> = {},
): Record<string, string> {
  const { clientId, secrets } = bench.app("nightly-daemon");
  return {
    client_id: clientId,
    scope: graph,
    grant_type: "client_credentials",
    client_secret: secrets[0]?.value ?? "",
    ...more,
  };
}

/** The credential of a confidential app. */
export function secretOf(
  bench: EstsBench,
  app: string,
): { client_id: string; client_secret: string } {
  const { clientId, secrets } = bench.app(app);
  return { client_id: clientId, client_secret: secrets[0]?.value ?? "" };
}

/** Signs adele in at the portal and redeems the code. */
export async function redeem(
  bench: EstsBench,
  more: Record<string, string> = {},
  scope = userScopes,
): Promise<Answer> {
  const code = await bench.codeFor("portal", "adele", scope);
  return bench.post(TOKEN, {
    grant_type: "authorization_code",
    ...secretOf(bench, "portal"),
    redirect_uri: "http://localhost:3000/redirect",
    code,
    ...more,
  });
}

/** The portal renews with a refresh token. */
export function refresh(
  bench: EstsBench,
  token: unknown,
  more: Record<string, string> = {},
): Promise<Answer> {
  return bench.post(TOKEN, {
    grant_type: "refresh_token",
    ...secretOf(bench, "portal"),
    scope: userScopes,
    refresh_token: String(token),
    ...more,
  });
}

/** The AADSTS codes of an error answer. */
export const codesOf = (answer: Answer): unknown => answer.json["error_codes"];
