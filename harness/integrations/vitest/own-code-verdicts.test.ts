/** What the rules say about own code that is called as a user's suite calls it. */
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
