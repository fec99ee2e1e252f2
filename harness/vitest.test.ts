import { describe, expect, it } from "vitest";
import { useEntra } from "./vitest.ts";
import { startShop as startCareless } from "../fixtures/node-app/careless.ts";
import { startShop as startGood } from "../fixtures/node-app/good.ts";

const entra = useEntra();

describe("a program that keeps its tokens", () => {
  it("works through an hour without Entra", async () => {
    const loadOrders = startGood();
    await entra.operate("load orders", loadOrders);
    entra.outage({ for: "1h" });
    await entra.clock.advance("30m");
    await entra.operate("load orders", loadOrders);
    entra.clear();
    await entra.operate("load orders", loadOrders);
    console.log(entra.timeline());
    expect(entra).toHaveKeptWorkingFromCache();
    expect(entra).toHavePromptedAtMost(0);
    expect(entra).toHaveRecovered();
    expect(entra).toPassAllRules();
  });
});

describe("a careless program", () => {
  it("does not", async () => {
    const loadOrders = startCareless();
    await entra.operate("load orders", loadOrders);
    entra.outage({ for: "1h" });
    await entra.clock.advance("30m");
    await expect(entra.operate("load orders", loadOrders)).rejects.toThrow();
    entra.clear();
    await entra.operate("load orders", loadOrders);
    for (const judge of [
      () => expect(entra).toHaveKeptWorkingFromCache(),
      () => expect(entra).toPassRule("retry-storm"),
      () => expect(entra).toHaveBackedOff(),
    ])
      try {
        judge();
      } catch (error) {
        console.log((error as Error).message);
      }
  });
});
