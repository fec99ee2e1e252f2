/** A suite that uses nock, and closes the network by it. */
import nock from "nock";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createOrders } from "../../../examples/node/orders.ts";
import { requestLoopSuite } from "../../../test/support/request-loop-suite.ts";
import { useEntra } from "../vitest.ts";

beforeAll(() => nock.disableNetConnect());
afterEach(async () => {
  // The session is over: mocks of its hosts answer again.
  nock("https://orders.contoso.example").get("/v1.0/items").reply(200, "own");
  const answer = await fetch("https://orders.contoso.example/v1.0/items");
  if (!(await answer.text()).includes("own")) throw new Error("the session still answers");
  nock.cleanAll();
});
afterAll(() => nock.restore());

const entra = useEntra({ mount: "nock", allow: ["graph.microsoft.com"] });

requestLoopSuite(entra);

const stockOf = async (url: string): Promise<unknown> => (await fetch(url)).json();

describe.each(["once", "and again, after all was cleaned"])("a suite with nock, %s", () => {
  it("answers for other hosts", async () => {
    entra.api("https://api.example.com/goods", { goods: 7 });
    expect(await stockOf("https://api.example.com/goods?of=tea")).toEqual({ goods: 7 });
    entra.api("https://api.example.com/goods", { goods: 8 });
    expect(await stockOf("https://api.example.com/goods")).toEqual({ goods: 8 });
    expect(nock.isDone()).toBe(true);
  });

  it("keeps its interceptors for other hosts", async () => {
    const stock = nock("https://api.example.com").get("/stock").reply(200, { stock: 3 });
    expect(nock.isDone()).toBe(false);
    expect(nock.pendingMocks()).toEqual(["GET https://api.example.com:443/stock"]);
    expect(await stockOf("https://api.example.com/stock")).toEqual({ stock: 3 });
    await entra.operate("load orders", createOrders().load);
    expect(entra.requests().map(({ host }) => host)).toEqual([
      "login.microsoftonline.com",
      "orders.contoso.example",
    ]);
    expect([stock.isDone(), nock.isDone()]).toEqual([true, true]);
  });

  it("answers for an allowed host that would be simulated", async () => {
    nock("https://graph.microsoft.com").get("/v1.0/me").reply(200, { name: "mock" });
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
    await expect(fetch("https://unknown.example.com/")).rejects.toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ code: "ENETUNREACH" }) }),
    );
  });
});

it("answers in no virtual time, although a fault waits for time to pass", async () => {
  entra.outage("throttled", { from: "1h", for: "1h" });
  for (let count = 0; count < 3; count += 1) {
    const asked = fetch("https://login.microsoftonline.com/common/discovery/v2.0/keys");
    await entra.clock.settle(asked.then((answer) => answer.text()));
    const head = { method: "HEAD" } as const;
    await entra.clock.settle(fetch("https://orders.contoso.example/v1.0/items", head));
  }
  expect(entra.clock.elapsed()).toBe(0);
});

it("takes precedence for the hosts that it serves", async () => {
  nock("https://orders.contoso.example").get("/v1.0/items").reply(200, { own: true });
  const asked = (): Promise<unknown> => stockOf("https://orders.contoso.example/v1.0/items");
  // Ours came first, and while it is on the first that matches is asked.
  expect(await asked()).not.toEqual({ own: true });
});
