/** What the rules say about own code that is called as a user's suite calls it. */
import { EventEmitter } from "node:events";
import { ClientAuthError } from "@azure/msal-node";
import express from "express";
import supertest from "supertest";
import { describe, expect, it } from "vitest";
import { createOrders } from "../../../examples/node/orders.ts";
import { minutes } from "../../core/time/duration.ts";
import { ruleById } from "../../rules/rules.ts";
import { useEntra } from "../vitest.ts";

const entra = useEntra({ app: { name: "shop" } });

const judge = (rule: string) => ruleById(rule).judge(entra.history());

/** A call whose failure is for the rules. */
const load = (call: () => unknown, name = "load orders"): Promise<unknown> =>
  entra.operate(name, async () => call()).catch(() => undefined);

describe("own code in an outage", () => {
  const tokens = "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token";
  const ask = (): Promise<Response> =>
    fetch(tokens, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: "33333333-cccc-4ccc-8ccc-000000000011",
        client_secret: "fixture-secret-of-nightly-daemon",
        scope: "api://orders/.default",
      }),
    });

  it("is not ok when it hands over a failed answer beside other things", async () => {
    entra.outage("token-server-error", { for: "1h" });
    await entra.operate("order 1", async () => ({ order: 1, response: await ask() }));
    const settled = () => Promise.allSettled([ask()]);
    await entra.operate("order 2", async () => ({ answers: await settled() }));
    await entra.operate("order 3", async () => ({ ok: (await ask()).ok }));
    await entra.clock.advance("70m");
    await entra.operate("order 4", async () => ({ order: 4, response: await ask() }));
    expect(entra.timeline()).not.toMatch(/operation [123] is ok/);
    expect(entra.timeline()).toMatch(/operation 4 is ok/);
  });

  it.each<[string, () => unknown]>([
    ["lets go of its promise", () => void ask().catch(() => undefined)],
    [
      "asks with a callback",
      () => {
        ask().then(
          () => undefined,
          () => undefined,
        );
        return new EventEmitter();
      },
    ],
  ])("shows no recovery when it %s", async (_, call) => {
    entra.outage("token-server-error", { for: "1h" });
    await entra.operate("order 1", async () => call());
    await entra.clock.advance("2h");
    await entra.operate("order 2", async () => call());
    await entra.clock.advance("1m");
    expect(() => expect(entra).toHaveRecovered()).toThrow(
      /ended before their requests for a token were answered: return the promise in the call/,
    );
    expect(judge("availability")).toMatchObject({ verdict: "inconclusive" });
  });

  it("is waited for in a list of promises", async () => {
    entra.outage("hang", { for: "1m" });
    await entra.operate("order 1", () => Promise.resolve().then(() => new Set([ask()])));
    expect(entra.timeline()).toMatch(/\+1m {10}operation 1 fails/);
  });

  it("hides no programming error by wrapping it", async () => {
    entra.outage("token-server-error", { for: "1h" });
    await load(async () => {
      try {
        return (await (await ask()).json()).token.value;
      } catch (error) {
        throw new Error("no orders", { cause: error });
      }
    });
    expect(judge("masked-failure")).toMatchObject({ verdict: "fail" });
  });
});

describe("own code with a cached token", () => {
  it("was not refused it when its API fails", async () => {
    const orders = createOrders();
    await load(orders.load);
    entra.outage("token-server-error", { for: "1h" });
    entra.faults([
      {
        id: "orders-down",
        at: "resource",
        on: ["resource"],
        from: 0,
        for: minutes(10),
        effect: { kind: "respond", status: 500, body: { form: "empty" } },
      },
    ]);
    await load(orders.load);
    await entra.clock.advance("11m");
    await load(orders.load);
    expect(judge("cached-token")).toMatchObject({ verdict: "pass" });
    expect(judge("availability")).toMatchObject({ verdict: "pass" });
  });

  it("was refused it when it throws without a request", async () => {
    const orders = createOrders();
    await load(orders.load);
    entra.outage("token-server-error", { for: "1h" });
    await load(() => {
      throw new Error("no token");
    });
    expect(judge("cached-token").verdict).toBe("fail");
  });
});

describe("a server of Express that uses its cached token, and then fails", () => {
  /** It loads an order, and then throws that, if anything. */
  const serverThatThrows = (thrown: () => Error | undefined) => {
    const orders = createOrders();
    const app = express();
    app.get("/orders", async (_request, response) => {
      await orders.load();
      const error = thrown();
      if (error !== undefined) throw error;
      response.json({});
    });
    return () => supertest(app).get("/orders");
  };
  const judgeAfter = async (error: Error) => {
    let thrown: Error | undefined;
    const get = serverThatThrows(() => thrown);
    await load(get);
    entra.outage("token-server-error", { for: "1h" });
    thrown = error;
    await load(get);
    return judge("cached-token").verdict;
  };

  it("was not refused it when it fails for a reason of its own", async () => {
    expect(await judgeAfter(new Error("no more paper"))).toBe("inconclusive");
  });

  it("was refused it when it throws what its sign-in library did", async () => {
    const error = new ClientAuthError("token_refresh_required", "no token");
    expect(await judgeAfter(error)).toBe("fail");
    expect(entra.timeline()).toMatch(/fails: http_500/);
  });
});
