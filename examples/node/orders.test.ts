import { expect, test } from "vitest";
import { useEntra } from "brownout/vitest";
import { createOrders } from "./orders.js";

const entra = useEntra();

test("keeps working through an hour without Entra", async () => {
  const orders = createOrders();
  await entra.operate("load orders", () => orders.load());
  entra.outage({ for: "1h" });
  await entra.clock.advance("30m");
  await entra.operate("load orders", () => orders.load());
  await entra.clock.advance("2h");
  await entra.operate("load orders", () => orders.load());

  expect(entra).toHaveKeptWorkingFromCache();
  expect(entra).toHavePromptedAtMost(0);
  expect(entra).toHaveRecovered();
});
