/** Outages and rules in front of another identity provider. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { textOf } from "../core/thrown.ts";
import { judgeByEveryRule } from "../rules/rules.ts";
import { ask, control, daemonRequest, METADATA, serve } from "../../test/support/serve.ts";
import type { Serving } from "./start-serving.ts";

const HOST = "https://login.contoso.example";
const PICTURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0x00, 0xfe]);

interface Provider {
  readonly origin: string;
  readonly asked: readonly IncomingMessage[];
  readonly stop: () => Promise<void>;
}

/** A small server of OpenID Connect with paths of its own, which knows only its own address. */
async function startProvider(): Promise<Provider> {
  const asked: IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request);
    void answer(request, response, origin);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(stop);
  return { origin, asked, stop };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  origin: string,
): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", origin);
  const json = (value: unknown): void =>
    void response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(value));
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  switch (pathname) {
    case "/.well-known/openid-configuration":
      return json({
        issuer: origin,
        authorization_endpoint: `${origin}/sign-in`,
        token_endpoint: `${origin.replace("127.0.0.1", "localhost")}/tokens`,
        jwks_uri: `${origin}/jwks`,
      });
    case "/tokens": {
      const form = Buffer.concat(chunks).toString("utf8");
      const access_token = createHash("sha256").update(form).digest("hex");
      return json({ token_type: "Bearer", expires_in: 3_600, access_token });
    }
    case "/sign-in":
      response.writeHead(302, {
        Location: `${origin}/consent?x=1`,
        "Set-Cookie": ["one=1; Path=/", "two=2; Path=/"],
      });
      return void response.end();
    case "/logo.png":
      return void response.writeHead(200, { "Content-Type": "image/png" }).end(PICTURE);
    default:
      return void response.writeHead(404).end("no such page");
  }
}

const flowing = { clock: { kind: "flowing", rate: 1 } } as const;

const tokenRequest = {
  url: `${HOST}/tokens`,
  form: { client_id: "app", client_secret: "s3cret-of-the-app", grant_type: "client_credentials" },
};

const findingsNow = async (serving: Serving) =>
  (await control(serving, "GET", "/findings")).json as {
    readonly verdict: string;
    readonly unproved?: string;
    readonly findings: readonly { readonly rule: string; readonly verdict: string }[];
    readonly notJudged: readonly { readonly rule: string }[];
  };

describe("an upstream", () => {
  it("answers what no fault takes, by the name that was asked for, and a fault answers as Entra does", async () => {
    const provider = await startProvider();
    const serving = await serve({ ...flowing, upstream: provider.origin });
    const answered = await ask(serving, { ...tokenRequest, way: "proxy" });
    expect({ status: answered.status, text: answered.text }).toMatchObject({ status: 200 });
    expect(provider.asked.at(-1)?.headers).toMatchObject({
      host: "login.contoso.example",
      "x-forwarded-host": "login.contoso.example",
      "x-forwarded-proto": "https",
    });
    const before = provider.asked.length;
    await control(serving, "POST", "/outages", { preset: "throttled" });
    const refused = await ask(serving, tokenRequest);
    expect(refused).toMatchObject({ status: 429, headers: { "retry-after": "60" } });
    expect(provider.asked.length).toBe(before);
    await control(serving, "DELETE", "/outages");
    expect(await ask(serving, tokenRequest)).toMatchObject({ status: 200 });
  });

  it("is led back here where its metadata and redirects name it, but for its issuer", async () => {
    const provider = await startProvider();
    const serving = await serve({ ...flowing, upstream: provider.origin });
    const { text } = await ask(serving, { url: `${HOST}/.well-known/openid-configuration` });
    expect(JSON.parse(text)).toEqual({
      issuer: provider.origin,
      authorization_endpoint: `${HOST}/sign-in`,
      token_endpoint: `${HOST}/tokens`,
      jwks_uri: `${HOST}/jwks`,
    });
    const { status, headers } = await ask(serving, { url: `${HOST}/sign-in` });
    expect({ status, location: headers.location }).toEqual({
      status: 302,
      location: `${HOST}/consent?x=1`,
    });
    expect(headers["set-cookie"]).toEqual(["one=1; Path=/", "two=2; Path=/"]);
  });

  it("keeps the bytes of what is no text", async () => {
    const provider = await startProvider();
    const serving = await serve({ ...flowing, upstream: provider.origin });
    const { text, headers } = await ask(serving, { url: `${HOST}/logo.png` });
    expect(headers["content-length"]).toBe(String(PICTURE.length));
    expect(text).toBe(PICTURE.toString("utf8"));
  });

  it("has its paths by its metadata, so that its token endpoint is judged as one, without secrets", async () => {
    const provider = await startProvider();
    const serving = await serve({ ...flowing, upstream: provider.origin });
    await control(serving, "POST", "/outages", {
      plan: [
        {
          id: "tokens-only",
          at: "edge",
          on: ["token"],
          from: 0,
          for: 600_000,
          effect: {
            kind: "throttle",
            retryAfter: { form: "seconds", seconds: 60 },
            body: { form: "empty" },
          },
        },
      ],
    });
    for (let call = 0; call < 3; call += 1)
      expect(await ask(serving, tokenRequest)).toMatchObject({ status: 429 });
    expect(await ask(serving, { url: `${HOST}/jwks` })).toMatchObject({ status: 404 });
    const { verdict, findings } = await findingsNow(serving);
    expect(verdict).toBe("fail");
    expect(findings).toContainEqual(expect.objectContaining({ rule: "retry-after" }));
    const { text } = await control(serving, "GET", "/journal");
    expect(text).toContain('"endpoint":"token"');
    expect(text).toContain(`"upstream":"${provider.origin}"`);
    expect(text).not.toContain("s3cret");
  });

  it("is not judged by rules on the backup and on the state of tokens, which are named", async () => {
    const provider = await startProvider();
    const serving = await serve({ ...flowing, upstream: provider.origin });
    await ask(serving, tokenRequest);
    const { notJudged } = await findingsNow(serving);
    const names = notJudged.map(({ rule }) => rule);
    expect(names).toEqual(expect.arrayContaining(["backup-window", "token-expiry"]));
    const all = judgeByEveryRule(serving.supervisor.current().history());
    for (const { rule, verdict, message } of all) {
      if (!names.includes(rule)) continue;
      expect([rule, verdict]).toEqual([rule, "inconclusive"]);
      expect(message).toContain(provider.origin);
    }
  });

  it("that goes away leaves the run inconclusive, however often programs ask", async () => {
    const provider = await startProvider();
    const problems: string[] = [];
    const serving = await serve({
      ...flowing,
      upstream: provider.origin,
      onProblem: (error) => problems.push(textOf(error)),
    });
    await ask(serving, tokenRequest);
    await provider.stop();
    for (let call = 0; call < 5; call += 1)
      expect(await ask(serving, tokenRequest)).toMatchObject({ status: 502 });
    expect(problems.join()).toContain(`the upstream ${provider.origin} cannot be reached`);
    expect(await findingsNow(serving)).toMatchObject({
      verdict: "inconclusive",
      unproved: expect.stringContaining("could not be reached for 5 requests") as string,
    });
  });

  it.each([
    [{ clock: { kind: "stepped" } }, "a clock of its own"],
    [{ ...flowing, machine: "web-vm" }, "no identity endpoint"],
    [{ ...flowing, settings: { backup: "2026-03" } }, "no backup system"],
  ] as const)("is refused with %j", async (options, said) => {
    await expect(serve({ ...options, upstream: "http://127.0.0.1:9" })).rejects.toThrow(said);
  });

  it("is refused where nothing answers", async () => {
    const provider = await startProvider();
    await provider.stop();
    await expect(serve({ ...flowing, upstream: provider.origin })).rejects.toMatchObject({
      code: "bad-usage",
      message: expect.stringContaining("nothing answers at") as string,
    });
  });

  it("has people and policies of its own", async () => {
    const provider = await startProvider();
    const serving = await serve({ ...flowing, upstream: provider.origin });
    const change = { change: "disable", user: "adele" };
    for (const [path, body] of [
      ["/world", change],
      ["/sign-ins", { person: "adele", at: "device" }],
    ] as const) {
      const { status, text } = await control(serving, "POST", path, body);
      expect([status, text]).toEqual([400, expect.stringContaining(provider.origin)]);
    }
  });

  it("can be a simulator of its own, over TLS", async () => {
    const behind = await serve(flowing);
    const upstream = `https://${behind.ready.host}:${behind.ready.port}`;
    const serving = await serve({ ...flowing, upstream });
    expect(await ask(serving, { url: METADATA })).toMatchObject({ status: 200 });
    const { status, text } = await ask(serving, daemonRequest);
    expect({ status, text }).toMatchObject({ status: 200 });
    const { access_token } = JSON.parse(text) as { readonly access_token: string };
    const asked = {
      url: "https://graph.microsoft.com/v1.0/users",
      headers: { Authorization: `Bearer ${access_token}` },
    };
    expect(await ask(serving, asked)).toMatchObject({ status: 200 });
    await control(serving, "POST", "/outages", { preset: "outage" });
    expect(await ask(serving, daemonRequest)).toMatchObject({ status: 503 });
    const requests = (await control(behind, "GET", "/requests")).json as readonly object[];
    // The first is for the metadata, of which a simulator has none there.
    expect(requests).toHaveLength(4);
  });
});
