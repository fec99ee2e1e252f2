import { test } from "node:test";
import { expectEntra, useEntra } from "brownout/node-test";
import { createOrders } from "../orders.js";

const entra = useEntra();

test("works through an hour without Entra", async () => {
  const orders = createOrders();
  await entra.operate("load orders", () => orders.load());
  entra.outage({ for: "1h" });
  await entra.clock.advance("30m");
  await entra.operate("load orders", () => orders.load());
  expectEntra(entra).toHaveKeptWorkingFromCache();
});
