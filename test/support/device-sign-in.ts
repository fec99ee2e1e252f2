/** A person of the world signs in to a native app by a device code. */
import { contoso } from "../../fixtures/worlds/contoso.ts";
import type { Serving } from "../../harness/serve/start-serving.ts";
import { type Answered, ask } from "./serve.ts";

const [tenant] = contoso.tenants;
const adele = tenant?.users.find(({ upn }) => upn.startsWith("adele@"));
const native = tenant?.apps.find(({ name }) => name === "desk-app");
const LOGIN = "https://login.microsoftonline.com";
const ofNative = {
  client_id: native?.clientId ?? "",
  scope: "openid offline_access https://graph.microsoft.com/User.Read",
};

/** Signs adele in to desk-app; returns what renews her token. */
export async function signInByDevice(
  serving: Serving,
): Promise<(more?: Readonly<Record<string, string>>) => Promise<Answered>> {
  const path = `${LOGIN}/${tenant?.id ?? ""}/oauth2/v2.0`;
  const post = (url: string, form: Readonly<Record<string, string>>) => ask(serving, { url, form });
  const started = await post(`${path}/devicecode`, ofNative);
  const code = JSON.parse(started.text) as Readonly<Record<string, string>>;
  await post(`${LOGIN}/common/oauth2/deviceauth`, {
    otc: code["user_code"] ?? "",
    login: adele?.upn ?? "",
    passwd: adele?.password ?? "",
  });
  const { text } = await post(`${path}/token`, {
    ...ofNative,
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    device_code: code["device_code"] ?? "",
  });
  const { refresh_token } = JSON.parse(text) as { readonly refresh_token: string };
  return (more = {}) =>
    post(`${path}/token`, { ...ofNative, grant_type: "refresh_token", refresh_token, ...more });
}
