/** A real Express app, driven by supertest, that answers 500 for ever once Entra has failed: nothing of it throws. */
import express, { type Express } from "express";
import supertest from "supertest";
import { describe, expect, it } from "vitest";
import { useEntra } from "../../harness/integrations/vitest.ts";
import { createDaemon, ordersScope } from "./orders-app.ts";

const entra = useEntra({ app: { name: "shop" } });

/** An app that remembers its first failure, or one that tries again for each request. */
function createApp(after: "first failure, never again" | "failure, again"): Express {
  const client = createDaemon();
  let failure: Error | undefined;
  const app = express();
  app.get("/orders", async (_request, response) => {
    if (failure !== undefined && after === "first failure, never again") throw failure;
    try {
      await client.acquireTokenByClientCredential({ scopes: [ordersScope] });
    } catch (error) {
      failure = error as Error;
      throw error;
    }
    response.json({ orders: [] });
  });
  // As Express's guide has it: a handler of errors has four parameters.
  app.use((_error: Error, _request: express.Request, response: express.Response, _next: unknown) =>
    response.status(500).send("Something broke!"),
  );
  return app;
}

/** Asks the app once an hour, in an outage of two hours that begins after the first call, and for two hours after it. */
async function liveThroughOutage(app: Express): Promise<readonly number[]> {
  const statuses: number[] = [];
  entra.outage({ for: "2h" });
  for (let hour = 0; hour < 5; hour += 1) {
    const { status } = await entra.operate("load", () => supertest(app).get("/orders"));
    statuses.push(status);
    await entra.clock.advance("1h");
  }
  return statuses;
}

describe("an Express app that answers 500", () => {
  it("has not recovered while it goes on, though no call throws", async () => {
    const statuses = await liveThroughOutage(createApp("first failure, never again"));
    expect(statuses).toEqual([500, 500, 500, 500, 500]);
    expect(entra.timeline()).toContain("fails: http_500");
    expect(entra).not.toHaveRecovered();
    expect(entra).not.toPassAllRules();
  });

  it("has recovered when it asks again", async () => {
    expect(await liveThroughOutage(createApp("failure, again"))).toEqual([500, 500, 200, 200, 200]);
    expect(entra).toHaveRecovered();
    expect(entra).toPassRule("recovery");
  });
});

/** An app that apologizes with a status 200, and remembers its first failure or tries again for each request. */
function createPoliteApp(after: "first failure, never again" | "failure, again"): Express {
  const client = createDaemon();
  let hasFailed = false;
  const app = express();
  app.get("/orders", async (_request, response) => {
    const isDone = hasFailed && after === "first failure, never again";
    const token = isDone
      ? undefined
      : await client
          .acquireTokenByClientCredential({ scopes: [ordersScope] })
          .catch(() => undefined);
    hasFailed ||= token === undefined || token === null;
    response.send(token ? "orders" : "Sorry, come back later.");
  });
  return app;
}

describe("an Express app that apologizes with a status 200", () => {
  it("has not recovered while it asks for no token, though every call is ok", async () => {
    const statuses = await liveThroughOutage(createPoliteApp("first failure, never again"));
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    expect(entra).not.toHaveRecovered();
    expect(entra).not.toPassAllRules();
  });

  it("has recovered when it asks again", async () => {
    await liveThroughOutage(createPoliteApp("failure, again"));
    expect(entra).toHaveRecovered();
    expect(entra).toPassRule("recovery");
  });
});
