/**
 * An Express app with one client for its module, as many have, over several tests, driven by
 * supertest: from the second test on it works with the token of the first. What each of them
 * must be answered is in `test/vitest-suites.test.ts`, under its name.
 */
// oxlint-disable vitest/expect-expect -- of some tests only what is printed about them counts
import { createServer, request as requestByHttp, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import axios from "axios";
import express from "express";
import supertest, { type Response } from "supertest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createOrders } from "../../examples/node/orders.ts";
import { useEntra } from "../../harness/integrations/vitest.ts";
import { createDaemon, ordersScope } from "../foreign-apps/orders-app.ts";

const entra = useEntra({ app: { name: "shop" }, journals: process.env["JOURNALS"] ?? "" });

const client = createDaemon();
const tokenOfModule = async (): Promise<string> =>
  (await client.acquireTokenByClientCredential({ scopes: [ordersScope] }))?.accessToken ?? "";

/** A server of the app's own, which no simulator sees. */
let stock: Server;
let stockUrl = "";
beforeAll(async () => {
  stock = createServer((request, response) =>
    response.end(`${request.headers.authorization?.length}`),
  );
  await new Promise<void>((resolve) => stock.listen(0, "127.0.0.1", resolve));
  stockUrl = `http://127.0.0.1:${(stock.address() as AddressInfo).port}/stock`;
});
afterAll(() => void stock.close());

const byHttp = (url: string, headers: Record<string, string>): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const asked = requestByHttp(url, { headers }, (answer) => resolve(answer.resume()));
    asked.on("error", reject).end();
  });

const app = express();
app.get("/orders", async (_request, response) => {
  await tokenOfModule();
  response.json({ orders: [] });
});
app.get("/session", async (_request, response) => {
  response.json({ session: { of: [{ bearer: await tokenOfModule() }] } });
});

const load = (path = "/orders") =>
  entra.operate(`load ${path}`, async (): Promise<Response> => supertest(app).get(path));

test("the first test of a module's client", async () => {
  expect((await load()).status).toBe(200);
  expect(entra).toHaveRequested("token", { times: 1 });
});

test("a first start in an outage, which nothing shows", async () => {
  entra.outage({ for: "1h" });
  expect((await load()).status).toBe(200);
});

test("a first start in an outage, beside a client of the test", async () => {
  await entra.operate("sign in", createOrders().load);
  entra.outage({ for: "1h" });
  await load();
  await entra.clock.advance("30m");
  await load();
  await entra.clock.advance("10m");
  entra.clear();
  await load();
  expect(entra).toHaveRecovered();
});

test("kept working from the cache, beside a client of the test", async () => {
  await entra.operate("sign in", createOrders().load);
  await load();
  entra.outage({ for: "1h" });
  await load();
  expect(entra).toHaveKeptWorkingFromCache();
});

test("a token deep in a result", async () => {
  await entra.operate("session", async () => ({
    of: { user: [{ bearer: await tokenOfModule() }] },
  }));
});

test("a token in the text of an answer", async () => {
  await load("/session");
});

test.each<[string, (url: string, headers: Record<string, string>) => Promise<unknown>]>([
  ["fetch", (url, headers) => fetch(url, { headers }).then((answer) => answer.text())],
  ["node:http", byHttp],
  ["axios", (url, headers) => axios.get(url, { headers, proxy: false })],
])("a token sent to a server on localhost by %s", async (_how, ask) => {
  await entra.operate("stock", async () => {
    await ask(stockUrl, { authorization: `Bearer ${await tokenOfModule()}` });
  });
});

test("a token sent in another header, outside of operate", async () => {
  await fetch(stockUrl, { headers: { "x-token": await tokenOfModule() } });
});

test("a client of the test, whose calls have other names", async () => {
  const orders = createOrders();
  await entra.operate("sign in", orders.load);
  entra.outage({ for: "1h" });
  await entra.operate("read", orders.load);
  expect(entra).toPassRule("call-duration");
  await entra.clock.advance("2h");
  await entra.operate("read", orders.load);
  expect(entra).toHaveRecovered();
});

test("a client of the test, behind the same app", async () => {
  const orders = createDaemon();
  const own = express();
  own.get("/orders", async (_request, response) => {
    await orders.acquireTokenByClientCredential({ scopes: [ordersScope] });
    response.json({ orders: [] });
  });
  const server = own.listen(0);
  const ask = () =>
    entra.operate("list", async (): Promise<Response> => supertest(server).get("/orders"));
  await ask();
  entra.outage({ for: "30m" });
  await ask();
  await entra.clock.advance("1h");
  await ask();
  server.close();
  expect(entra).toHaveRecovered();
  expect(entra).toHaveKeptWorkingFromCache();
});
