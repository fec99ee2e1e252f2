/** The backup system as other programs meet it while the primary is down. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../fixtures/worlds/contoso.ts";
import { type Answered, ask, control, daemonRequest, serve } from "../../test/support/serve.ts";
import type { Serving } from "./start-serving.ts";

const [tenant] = contoso.tenants;
const adele = tenant?.users.find(({ upn }) => upn.startsWith("adele@"));
const native = tenant?.apps.find(({ name }) => name === "desk-app");
const LOGIN = "https://login.microsoftonline.com";
const ofNative = {
  client_id: native?.clientId ?? "",
  scope: "openid offline_access https://graph.microsoft.com/User.Read",
};

async function post(
  serving: Serving,
  path: string,
  form: Readonly<Record<string, string>>,
): Promise<Answered> {
  return ask(serving, { url: `${LOGIN}/${path}`, form });
}

async function signIn(serving: Serving): Promise<string> {
  const path = `${tenant?.id ?? ""}/oauth2/v2.0`;
  const started = await post(serving, `${path}/devicecode`, ofNative);
  const code = JSON.parse(started.text) as Readonly<Record<string, string>>;
  await post(serving, "common/oauth2/deviceauth", {
    otc: code["user_code"] ?? "",
    login: adele?.upn ?? "",
    passwd: adele?.password ?? "",
  });
  const { text } = await post(serving, `${path}/token`, {
    ...ofNative,
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    device_code: code["device_code"] ?? "",
  });
  return (JSON.parse(text) as { readonly refresh_token: string }).refresh_token;
}

function lastServedBy(serving: Serving): string | undefined {
  const { events } = serving.supervisor.current().live.recorder;
  return events.findLast((event) => event.kind === "exchange-ended")?.servedBy;
}

describe("while the primary is down, the backup", () => {
  it.each([
    ["71h", 200],
    ["73h", 503],
  ])("answers the refresh of a session that is %s old with %i", async (age, status) => {
    const serving = await serve({ settings: { backup: "2026-03" } });
    const refreshToken = await signIn(serving);
    await control(serving, "POST", "/clock/advance", { by: age });
    await control(serving, "POST", "/outages", { preset: "primary-down" });
    const answered = await post(serving, `${tenant?.id ?? ""}/oauth2/v2.0/token`, {
      ...ofNative,
      grant_type: "refresh_token",
      refresh_token: refreshToken,
    });
    expect({ status: answered.status, by: lastServedBy(serving) }).toEqual({
      status,
      by: "backup",
    });
  });

  it("leaves a program's own token to the primary, which fails", async () => {
    const serving = await serve({ settings: { backup: "2026-03" } });
    expect(await ask(serving, daemonRequest)).toMatchObject({ status: 200 });
    await control(serving, "POST", "/outages", { preset: "primary-down" });
    const { status } = await ask(serving, daemonRequest);
    expect({ status, by: lastServedBy(serving) }).toEqual({ status: 503, by: "primary" });
  });
});
