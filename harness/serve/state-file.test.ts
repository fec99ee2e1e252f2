/** What survives a restart of a served simulation, and what happens to a file that cannot be read. */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { contoso } from "../../fixtures/worlds/contoso.ts";
import { textOf } from "../core/thrown.ts";
import { type Answered, ask, control, daemonRequest, serve } from "../../test/support/serve.ts";
import type { Serving } from "./start-serving.ts";

const [tenant] = contoso.tenants;
const adele = tenant?.users.find(({ upn }) => upn.startsWith("adele@"));
const device = tenant?.apps.find(({ redirectUris }) =>
  redirectUris.some(({ type }) => type === "native"),
);
const tenantId = tenant?.id ?? "";
const LOGIN = `https://login.microsoftonline.com/${tenantId}`;
const credentials = { login: adele?.upn ?? "", passwd: adele?.password ?? "" };

function stateFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "brownout-state-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "state.sqlite");
}

function post(serving: Serving, path: string, form: Readonly<Record<string, string>>) {
  return ask(serving, { url: path.startsWith("/") ? `${LOGIN}${path}` : path, form });
}

function jsonOf({ text }: Answered): Readonly<Record<string, string>> {
  return JSON.parse(text) as Readonly<Record<string, string>>;
}

const SCOPE = "openid offline_access https://graph.microsoft.com/User.Read";

async function startDevice(serving: Serving) {
  const client = { client_id: device?.clientId ?? "" };
  const started = jsonOf(
    await post(serving, "/oauth2/v2.0/devicecode", { ...client, scope: SCOPE }),
  );
  return {
    approve: (now: Serving) =>
      post(now, "https://login.microsoftonline.com/common/oauth2/deviceauth", {
        otc: started["user_code"] ?? "",
        ...credentials,
      }),
    poll: (now: Serving) =>
      post(now, "/oauth2/v2.0/token", {
        ...client,
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        device_code: started["device_code"] ?? "",
      }),
  };
}

function refresh(serving: Serving, token: string): Promise<Answered> {
  return post(serving, "/oauth2/v2.0/token", {
    client_id: device?.clientId ?? "",
    grant_type: "refresh_token",
    refresh_token: token,
    scope: SCOPE,
  });
}

/** A refresh token that a person got by a device code. */
async function signedIn(serving: Serving): Promise<string> {
  const code = await startDevice(serving);
  await code.approve(serving);
  return jsonOf(await code.poll(serving))["refresh_token"] ?? "";
}

describe("a restart with the state of before", () => {
  it("goes on with a device code that is polled, approved after it, and used once", async () => {
    const state = stateFile();
    const first = await serve({ state });
    const code = await startDevice(first);
    expect(jsonOf(await code.poll(first))).toMatchObject({ error: "authorization_pending" });
    await first.stop();
    const second = await serve({ state });
    expect(jsonOf(await code.poll(second))).toMatchObject({ error: "authorization_pending" });
    expect(await code.approve(second)).toMatchObject({ status: 200 });
    await second.stop();
    const third = await serve({ state });
    expect(await code.poll(third)).toMatchObject({ status: 200 });
    await third.stop();
    const fourth = await serve({ state });
    expect(jsonOf(await code.poll(fourth))).toMatchObject({ error: "invalid_grant" });
  });

  it("keeps a browser signed in, under the same session id", async () => {
    const state = stateFile();
    const first = await serve({ state });
    const app = tenant?.apps.find(({ redirectUris }) =>
      redirectUris.some(({ type }) => type === "web"),
    );
    const query = new URLSearchParams({
      client_id: app?.clientId ?? "",
      response_type: "code",
      redirect_uri: app?.redirectUris.find(({ type }) => type === "web")?.uri ?? "",
      scope: SCOPE,
    }).toString();
    const url = `${LOGIN}/oauth2/v2.0/authorize?${query}`;
    const ctx = Buffer.from(JSON.stringify(Object.fromEntries(new URLSearchParams(query))));
    const page = await post(first, "/login", { ...credentials, ctx: ctx.toString("base64url") });
    const cookies = (page.headers["set-cookie"] ?? []).map((line) => line.split(";")[0]);
    await first.stop();
    const second = await serve({ state });
    const asked = { url, headers: { Cookie: cookies.join("; ") } };
    const [before, after] = [page, await ask(second, asked)].map(
      ({ headers }) => new URL(headers.location ?? "").searchParams,
    );
    expect(after?.get("code")).toMatch(/^0\.A/);
    expect(after?.get("code")).not.toBe(before?.get("code"));
    expect(after?.get("session_state")).toBe(before?.get("session_state"));
  });

  it("keeps a revoked token revoked, and one that was not valid", async () => {
    const state = stateFile();
    const first = await serve({ state });
    const token = await signedIn(first);
    await first.stop();
    const second = await serve({ state });
    expect(await refresh(second, token)).toMatchObject({ status: 200 });
    await control(second, "POST", "/world", { change: "revokeSessions", user: "adele" });
    await second.stop();
    const third = await serve({ state });
    expect(jsonOf(await refresh(third, token))).toMatchObject({ error: "invalid_grant" });
  });

  it("keeps changes of the world: a disabled user, policies, signing keys", async () => {
    const state = stateFile();
    const first = await serve({ state });
    const token = await signedIn(first);
    const before = await ask(first, { url: `${LOGIN}/discovery/v2.0/keys` });
    await control(first, "POST", "/world", { change: "rotateKeys", overlapMs: 0 });
    await control(first, "POST", "/world", { change: "disable", user: "adele" });
    const rotated = await ask(first, { url: `${LOGIN}/discovery/v2.0/keys` });
    expect(rotated.text).not.toBe(before.text);
    await first.stop();
    const second = await serve({ state });
    expect((await ask(second, { url: `${LOGIN}/discovery/v2.0/keys` })).text).toBe(rotated.text);
    expect((await refresh(second, token)).text).toContain("AADSTS50057");
  });

  it("lets the backup serve whom it has seen before", async () => {
    const state = stateFile();
    const settings = { backup: "2026-03" } as const;
    const first = await serve({ state, settings });
    const token = await signedIn(first);
    await first.stop();
    const second = await serve({ state, settings });
    await control(second, "POST", "/outages", { preset: "primary-down" });
    expect(await refresh(second, token)).toMatchObject({ status: 200 });
    await control(second, "POST", "/reset", {});
    await control(second, "POST", "/outages", { preset: "primary-down" });
    expect((await refresh(second, token)).status).not.toBe(200);
  });

  it("counts on how often a request was repeated", async () => {
    const state = stateFile();
    const settings = { loopDetection: { requests: 4, withinSeconds: 300 } } as const;
    const first = await serve({ state, settings });
    const token = await signedIn(first);
    for (let call = 0; call < 3; call += 1)
      expect(await refresh(first, token)).toMatchObject({ status: 200 });
    await first.stop();
    const second = await serve({ state, settings });
    expect((await refresh(second, token)).text).toContain("AADSTS50196");
  });

  it("goes on with an outage for what is left of it, and not with one that is over or was ended", async () => {
    const state = stateFile();
    const first = await serve({ state });
    const start = (plan: object) => control(first, "POST", "/outages", { plan: [plan], ttl: "1h" });
    const window = { at: "edge", on: ["token"], from: 0, for: 600_000 };
    const effect = (status: number) => ({
      kind: "server-error",
      status,
      retryAfter: { form: "absent" },
      body: { form: "empty" },
    });
    await start({ ...window, id: "short", for: 60_000, effect: effect(500) });
    await start({ ...window, id: "ended", effect: effect(502) });
    await start({ ...window, id: "long", effect: effect(503) });
    await start({ ...window, id: "later", from: 900_000, effect: effect(504) });
    await control(first, "DELETE", "/outages/ended");
    await control(first, "POST", "/clock/advance", { by: "2m" });
    const open = (await control(first, "GET", "/outages")).json as readonly { id: string }[];
    await first.stop();

    const second = await serve({ state });
    const left = open.filter(({ id }) => id !== "short");
    expect((await control(second, "GET", "/outages")).json).toEqual(left);
    expect(await ask(second, daemonRequest)).toMatchObject({ status: 503 });
    await control(second, "POST", "/clock/advance", { by: "9m" });
    expect(await ask(second, daemonRequest)).toMatchObject({ status: 200 });
    await control(second, "POST", "/clock/advance", { by: "5m" });
    expect(await ask(second, daemonRequest)).toMatchObject({ status: 504 });
    await control(second, "POST", "/reset", {});
    expect(await ask(second, daemonRequest)).toMatchObject({ status: 200 });
    await second.stop();
    const third = await serve({ state });
    expect((await control(third, "GET", "/outages")).json).toEqual([]);
  });

  it("does not go on with an outage whose ttl has passed meanwhile", async () => {
    const state = stateFile();
    const first = await serve({ state });
    await control(first, "POST", "/outages", { preset: "throttled", ttl: "1h" });
    await first.stop();
    alter(state, "UPDATE kept SET value = json_set(value, '$.endsAtMs', 1) WHERE map = 'outages'");
    const second = await serve({ state });
    expect((await control(second, "GET", "/outages")).json).toEqual([]);
    expect(await ask(second, daemonRequest)).toMatchObject({ status: 200 });
  });

  it("draws new codes, and its time does not go back", async () => {
    const state = stateFile();
    const first = await serve({ state });
    const asked = { client_id: device?.clientId ?? "", scope: SCOPE };
    const one = jsonOf(await post(first, "/oauth2/v2.0/devicecode", asked));
    await control(first, "POST", "/clock/advance", { by: "2d" });
    const reached = first.supervisor.current().live.clock.now();
    await first.stop();
    const second = await serve({ state });
    const other = jsonOf(await post(second, "/oauth2/v2.0/devicecode", asked));
    expect(other["device_code"]).not.toBe(one["device_code"]);
    expect(other["user_code"]).not.toBe(one["user_code"]);
    expect(second.supervisor.current().live.clock.now()).toBeGreaterThanOrEqual(reached);
    expect(second.supervisor.current().history().header.earlierTokens).toBe(true);
  });

  it("has its seed, unless another is asked for, which is refused", async () => {
    const state = stateFile();
    await (await serve({ state, seed: "abc" })).stop();
    const again = await serve({ state, seed: "other", seedIsRandom: true });
    expect(again.ready.seed).toBe("abc");
    await again.stop();
    await expect(serve({ state, seed: "other" })).rejects.toMatchObject({
      code: "bad-usage",
      message: expect.stringContaining('seed "abc"') as string,
    });
  });
});

describe("the file of a state", () => {
  it("is for its user alone", async () => {
    const state = stateFile();
    await serve({ state });
    expect(statSync(state).mode & 0o777).toBe(0o600);
  });

  it("is refused while another simulation uses it", async () => {
    const state = stateFile();
    await serve({ state });
    await expect(serve({ state })).rejects.toThrow("another simulation uses this state");
  });

  const damages: readonly (readonly [string, (path: string) => void])[] = [
    ["is no database", (path) => writeFileSync(path, "this was never a database")],
    ["has a value that is no JSON", (path) => alter(path, "UPDATE kept SET value = '{'")],
    ["is of another version", (path) => alter(path, "PRAGMA user_version = 99")],
  ];
  it.each(damages)("that %s is set aside with a message", async (_title, damage) => {
    const state = stateFile();
    const first = await serve({ state });
    await signedIn(first);
    await first.stop();
    damage(state);
    const said: string[] = [];
    const second = await serve({ state, onProblem: (error) => said.push(textOf(error)) });
    expect(said.join()).toContain(`it is now ${state}.damaged-1, and the state begins anew`);
    expect(existsSync(`${state}.damaged-1`)).toBe(true);
    expect(await ask(second, daemonRequest)).toMatchObject({ status: 200 });
    await second.stop();
    expect(readdirSync(join(state, ".."))).toEqual(["state.sqlite", "state.sqlite.damaged-1"]);
  });
});

function alter(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}
