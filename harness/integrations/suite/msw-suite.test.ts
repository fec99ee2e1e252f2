/** A suite that has an msw server of its own, which refuses what it does not know. */
import { request as requestByHttp } from "node:https";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createOrders } from "../../../examples/node/orders.ts";
import { requestLoopSuite } from "../../../test/support/request-loop-suite.ts";
import { useEntra } from "../vitest.ts";

const server = setupServer(
  http.get("https://api.example.com/stock", () => HttpResponse.json({ stock: 3 })),
  http.get("https://graph.microsoft.com/v1.0/me", () => HttpResponse.json({ name: "mock" })),
);
beforeAll(() => server.listen({ onUnhandledRequest: refuse }));
afterEach(async () => {
  // The session is over: this server does not know what it served.
  const asked = await fetch("https://orders.contoso.example/").catch(() => undefined);
  if (asked !== undefined) throw new Error("the session still answers");
  server.resetHandlers();
});
afterAll(() => server.close());

/** As msw's own "error" does, but without a word: of what is thrown, msw hands on only what looks like a system error. */
function refuse(): never {
  throw Object.assign(new Error("no handler"), { code: "EACCES", errno: -13 });
}

const entra = useEntra({ server, allow: ["graph.microsoft.com"] });

requestLoopSuite(entra);

const stockOf = async (url: string): Promise<unknown> => (await fetch(url)).json();

describe.each(["once", "and again, after the handlers were reset"])("a suite with msw, %s", () => {
  it("keeps its handlers for other hosts", async () => {
    expect(await stockOf("https://api.example.com/stock")).toEqual({ stock: 3 });
    server.use(http.get("https://api.example.com/stock", () => HttpResponse.json({ stock: 0 })));
    expect(await stockOf("https://api.example.com/stock")).toEqual({ stock: 0 });
    await entra.operate("load orders", createOrders().load);
    expect(entra.requests().map(({ host }) => host)).toEqual([
      "login.microsoftonline.com",
      "orders.contoso.example",
    ]);
  });

  it("answers for other hosts, before the suite's own handlers", async () => {
    entra.api("https://api.example.com/stock", { stock: 7 });
    entra.api("http://localhost:4321/orders", { orders: 1 });
    expect(await stockOf("https://api.example.com/stock?of=tea")).toEqual({ stock: 7 });
    expect(await stockOf("http://localhost:4321/orders")).toEqual({ orders: 1 });
    entra.api("https://api.example.com/stock", { stock: 8 });
    expect(await stockOf("https://api.example.com/stock")).toEqual({ stock: 8 });
    expect(entra.requests()).toEqual([]);
  });

  it("answers for an allowed host that would be simulated", async () => {
    expect(await stockOf("https://graph.microsoft.com/v1.0/me")).toEqual({ name: "mock" });
    expect(entra.requests()).toEqual([]);
  });

  it("gets the errors of Node's own fetch in an outage", async () => {
    entra.outage("unreachable", { for: "1h" });
    const asked = fetch("https://login.microsoftonline.com/common/discovery/v2.0/keys");
    await expect(asked).rejects.toMatchObject({
      message: "fetch failed",
      cause: { code: "ECONNREFUSED" },
    });
  });

  it("applies its own policy to unknown hosts", async () => {
    await expect(fetch("https://unknown.example.com/")).rejects.toBeInstanceOf(Error);
  });

  it("also reaches clients of node:https", async () => {
    const status = await entra.clock.settle(
      new Promise((resolve, reject) => {
        const asked = requestByHttp(
          "https://login.microsoftonline.com/common/discovery/v2.0/keys",
          (response) => {
            response.resume();
            response.on("end", () => resolve(response.statusCode));
          },
        );
        asked.on("error", reject);
        asked.end();
      }),
    );
    expect(status).toBe(200);
  });
});
