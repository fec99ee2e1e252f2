/** A web app with a real MSAL behind a real HTTP server: it answers failures instead of throwing. */
import { createSign } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfidentialClientApplication } from "@azure/msal-node";
import { afterEach, describe, expect, it } from "vitest";
import { useEntra } from "./vitest.ts";

const entra = useEntra({ app: { name: "shop" } });

const TOKEN = "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token";

let server: Server | undefined;
afterEach(
  () => new Promise((resolve) => (server === undefined ? resolve(0) : server.close(resolve))),
);

function createClient(
  credential: object = {
    clientId: "33333333-cccc-4ccc-8ccc-000000000011",
    clientSecret: "fixture-secret-of-nightly-daemon",
  },
): ConfidentialClientApplication {
  const authority = "https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-000000000001";
  return new ConfidentialClientApplication({
    auth: { authority, clientId: "", ...credential },
  });
}

/** Starts an app that answers 200 with a token, or 500; with `remembersFailure` it answers 500 for ever after the first. */
async function startApp(remembersFailure = false): Promise<string> {
  const client = createClient();
  let hasFailed = false;
  const acquire = async (): Promise<void> => {
    if (hasFailed && remembersFailure) throw new Error("the credential is broken");
    await client.acquireTokenByClientCredential({ scopes: ["api://orders/.default"] });
  };
  const app = createServer((_request, response) => {
    void acquire().then(
      () => response.writeHead(200, { connection: "close" }).end("ok"),
      () => {
        hasFailed = true;
        response.writeHead(500, { connection: "close" }).end("sorry");
      },
    );
  });
  server = app;
  await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(app.address() as AddressInfo).port}/acquire`;
}

describe("a web app that outlives its test", () => {
  const client = createClient();
  const load = async (): Promise<Response> => {
    await client.acquireTokenByClientCredential({ scopes: ["api://orders/.default"] });
    return new Response("ok");
  };

  it("gets its token in a first test", async () => {
    await entra.operate("load", load);
    expect(entra).toHaveRequested("token", { times: 1 });
  });

  it("and proves nothing by it in the second", async () => {
    entra.outage({ for: "1h" });
    await entra.operate("load", load);
    await entra.clock.advance("2h");
    await entra.operate("load", load);
    expect(() => expect(entra).toHaveRecovered()).toThrow(/recovery has nothing to judge/);
    expect(() => expect(entra).toPassAllRules()).toThrow(/fault-met/);
    expect(() => expect(entra).toHaveKeptWorkingFromCache()).toThrow(/In the test/);
  });
});

describe("a call that never ends", () => {
  it("rejects its operation, and is judged although the test goes on", async () => {
    const url = await startApp();
    const load = () => fetch(url).then((one) => one.text());
    await entra.operate("load", load);
    entra.outage({ for: "1h" });
    const endless = entra.operate("load", () => new Promise(() => undefined));
    await expect(endless).rejects.toMatchObject({ code: "stuck" });
    expect(entra.timeline()).toContain("operation 2 never ends");
    expect(entra).not.toPassRule("call-duration");
    expect(entra).not.toPassAllRules();
  });

  it("is judged in the middle, too, when it joins a request that hangs", async () => {
    entra.faults([
      { id: "hung", at: "edge", on: ["token"], from: 0, for: 3_600_000, effect: { kind: "hang" } },
    ]);
    let shared: Promise<unknown> | undefined;
    // Without an end of its own, as a client that shares requests.
    const load = () =>
      (shared ??= new Promise(() => void fetch(TOKEN, { method: "POST" }).catch(() => undefined)));
    void entra.operate("load", load).catch(() => undefined);
    void entra.operate("load", load).catch(() => undefined);
    await entra.clock.advance("31s");
    expect(entra).not.toPassRule("call-duration");
  });
});

describe("a web app that answers 500", () => {
  it("fails its operation, although fetch does not throw", async () => {
    const url = await startApp();
    entra.outage({ for: "1h" });
    const answer = await entra.operate("load", () => fetch(url));
    expect([answer.status, await answer.text()]).toEqual([500, "sorry"]);
    expect(entra.timeline()).toContain("operation 1 fails: http_500");
  });

  it("has not recovered while it goes on answering 500", async () => {
    const url = await startApp(true);
    entra.outage({ for: "1h" });
    for (let hour = 0; hour < 4; hour += 1) {
      await entra.operate("load", () => fetch(url).then((one) => one.text().then(() => one)));
      await entra.clock.advance("1h");
    }
    expect(entra).not.toHaveRecovered();
    expect(entra).not.toPassAllRules();
  });

  it("recovers when it answers 200 again", async () => {
    const url = await startApp();
    entra.outage({ for: "30m" });
    const load = () => fetch(url).then((one) => one.text().then(() => one));
    await entra.operate("load", load);
    await entra.clock.advance("1h");
    await entra.operate("load", load);
    expect(entra).toHaveRecovered();
  });

  it("may be expected", async () => {
    const url = await startApp();
    entra.outage({ for: "1h" });
    await entra.operate("load", () => fetch(url), { succeeds: ({ status }) => status === 500 });
    expect(entra.timeline()).toContain("operation 1 is ok");
    await expect(
      entra.operate("load", () => fetch(url), { success: true } as object),
    ).rejects.toThrow('unknown key "success"');
  });
});

describe("a daemon that reads its credential once", () => {
  it("is dead when the credential ends, although Entra is healthy", async () => {
    const client = createClient(certificateDaemon());
    const ask = { scopes: ["https://graph.microsoft.com/.default"], skipCache: true };
    const load = () => client.acquireTokenByClientCredential(ask);
    await entra.operate("load", load);
    await entra.clock.advance("20m");
    for (let call = 0; call < 3; call += 1)
      await entra.operate("load", load).catch(() => undefined);
    expect(entra.timeline()).toContain("invalid_client 700024");
    expect(entra).not.toPassRule("failure-while-healthy");
    expect(entra).not.toPassAllRules();
  });
});

/** An app with an assertion that is good for ten minutes. */
function certificateDaemon(): { readonly clientId: string; readonly clientAssertion: string } {
  const { clientId } = entra.world.app("cert-daemon");
  const nowSeconds = entra.clock.now() / 1_000;
  const claims = {
    aud: TOKEN,
    iss: clientId,
    sub: clientId,
    nbf: nowSeconds,
    exp: nowSeconds + 600,
  };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${encode({ alg: "RS256" })}.${encode(claims)}`;
  const key = readFileSync(new URL("../../fixtures/keys/cert-daemon.key.pem", import.meta.url));
  const signature = createSign("RSA-SHA256").update(input).sign(key, "base64url");
  return { clientId, clientAssertion: `${input}.${signature}` };
}
