/** What a user's own code sends to Entra by hand: plain requests, without a library and its headers. */
import { createRequest } from "../../harness/core/http/message.ts";
import type { LiveSimulation } from "../../harness/runner/live/live-simulation.ts";

/** The form of a request. */
export type Form = Readonly<Record<string, string>>;

/** How a request is addressed. */
export interface Address {
  /** The tenant segment; default `contoso.example`. */
  readonly tenant?: string;
  /** Below the tenant; default the token endpoint of v2. */
  readonly path?: string;
  readonly cookie?: string;
}

const client = (number: number, name: string): Form => ({
  client_id: `33333333-cccc-4ccc-8ccc-${String(number).padStart(12, "0")}`,
  client_secret: `fixture-secret-of-${name}`,
});

/** The credentials of the web app of the fixture world. */
export const portal = client(13, "portal");
const ordersApi = client(14, "orders-api");
const nativeApp: Form = { client_id: "33333333-cccc-4ccc-8ccc-000000000015" };

export const graphScope = "https://graph.microsoft.com/User.Read offline_access";
export const ordersScope = "api://orders/access_as_user offline_access";
export const passwordOf = (user: string): string => `fixture-password-of-${user}`;
export const upnOf = (user: string): string => `${user}@contoso.example`;

const origin = "https://login.microsoftonline.com";
const redirectUri = "http://localhost:3000/redirect";

/** Sends a form to Entra. */
export function send(
  { mounted }: Pick<LiveSimulation, "mounted">,
  form: Form,
  { tenant = "contoso.example", path = "oauth2/v2.0/token", cookie }: Address = {},
): Promise<Response> {
  return mounted.fetch(
    createRequest(`${origin}/${tenant}/${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        ...(cookie === undefined ? {} : { cookie }),
      },
      body: new URLSearchParams(form).toString(),
    }),
  );
}

async function fieldsOf(answer: Promise<Response>): Promise<Readonly<Record<string, string>>> {
  return (await (await answer).json()) as Readonly<Record<string, string>>;
}

/** The tokens of a user of the portal, by password: without a hint, and without `client_info`. */
export function tokensOf(
  entra: LiveSimulation,
  user: string,
  { scope = graphScope, app = portal }: { readonly scope?: string; readonly app?: Form } = {},
): Promise<Readonly<Record<string, string>>> {
  const form = { ...app, grant_type: "password", username: upnOf(user), scope };
  return fieldsOf(send(entra, { ...form, password: passwordOf(user) }));
}

/** Signs the user in at the sign-in page. */
export async function signIn(
  entra: LiveSimulation,
  user: string,
): Promise<{ readonly code: string; readonly cookie: string }> {
  const query = new URLSearchParams({
    client_id: portal["client_id"] ?? "",
    response_type: "code",
    redirect_uri: redirectUri,
    scope: graphScope,
  });
  const page = await entra.mounted.fetch(
    createRequest(`${origin}/contoso.example/oauth2/v2.0/authorize?${query}`, {}),
  );
  const [, ctx = ""] = /name="ctx" type="hidden" value="([^"]*)"/.exec(await page.text()) ?? [];
  const answer = await send(
    entra,
    { login: upnOf(user), passwd: passwordOf(user), ctx },
    { path: "login" },
  );
  const code = new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? "";
  return { code, cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
}

/** The form that redeems a code of the portal. */
export const redemptionOf = (code: string): Form => ({
  ...portal,
  grant_type: "authorization_code",
  redirect_uri: redirectUri,
  code,
});

/** The form that renews a token of the portal. */
export const renewalOf = (refreshToken: string): Form => ({
  ...portal,
  grant_type: "refresh_token",
  scope: graphScope,
  refresh_token: refreshToken,
});

/** The form by which the orders API asks for a token on behalf of the user of one of its own. */
export const onBehalfOf = (assertion: string): Form => ({
  ...ordersApi,
  grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
  requested_token_use: "on_behalf_of",
  scope: graphScope,
  assertion,
});

/** A device code that the user has approved, as a form that redeems it. */
export async function approvedDevice(entra: LiveSimulation, user: string): Promise<Form> {
  const started = await fieldsOf(
    send(entra, { ...nativeApp, scope: graphScope }, { path: "oauth2/v2.0/devicecode" }),
  );
  await send(
    entra,
    { otc: started["user_code"] ?? "", login: upnOf(user), passwd: passwordOf(user) },
    { tenant: "common", path: "oauth2/deviceauth" },
  );
  return {
    ...nativeApp,
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    device_code: started["device_code"] ?? "",
  };
}
