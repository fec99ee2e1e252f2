/** The browser that is found, under our arguments, as the fixtures launch it. */
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo, type Server } from "node:net";
import { expect, test } from "@playwright/test";
import { findBrowser } from "./find-browser.ts";

test("is the one that was found, and renders a page", async ({ page, browser }) => {
  await page.goto("data:text/html,<h1>Brownout</h1>");
  await expect(page.getByRole("heading")).toHaveText("Brownout");
  const { version } = await findBrowser("windowed");
  expect(browser.version()).toBe(version ?? browser.version());
});

test("believes the fixture key under any name, and no other key", async ({ browser }) => {
  const service = await listen(secureServer("service"));
  const wrongName = await listen(secureServer("wrong-name"));
  const proxy = http.createServer();
  proxy.on("connect", ({ url }, client: net.Socket) => {
    const target = url?.startsWith("wrong-name.") === true ? wrongName : service;
    const server = net.connect(portOf(target), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(server).pipe(client);
    });
    for (const socket of [client, server]) socket.on("error", () => socket.destroy());
  });
  await listen(proxy);
  const context = await browser.newContext({
    proxy: { server: `http://127.0.0.1:${portOf(proxy)}` },
  });
  try {
    const page = await context.newPage();
    for (const host of ["login.microsoftonline.com", "api.unheard-of.example"]) {
      await page.goto(`https://${host}/`);
      await expect(page).toHaveTitle(host);
    }
    // By fetch, as Chromium shows its page of a refused certificate only after three seconds.
    const failed = page.waitForEvent("requestfailed");
    await page.evaluate(() => fetch("https://wrong-name.invalid/").catch(() => undefined));
    expect((await failed).failure()?.errorText).toMatch(/ERR_CERT_/);
  } finally {
    await context.close();
    for (const server of [proxy, service, wrongName]) server.close();
  }
});

/** Answers with the host it was asked for as the title. */
function secureServer(name: string): Server {
  const read = (file: string): string =>
    readFileSync(new URL(`../../../fixtures/tls/${file}`, import.meta.url), "utf8");
  return https.createServer(
    { key: read(`${name}.key.pem`), cert: read(`${name}.cert.pem`) },
    ({ headers }, answer) =>
      void answer
        .setHeader("content-type", "text/html")
        .end(`<title>${headers.host ?? ""}</title>`),
  );
}

async function listen<Listening extends Server>(server: Listening): Promise<Listening> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", () => resolve()));
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
