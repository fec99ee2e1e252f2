const { useEntra } = require("brownout/jest");
const { createOrders } = require("../orders.js");

const entra = useEntra();

test("works through an hour without Entra", async () => {
  const orders = createOrders();
  await entra.operate("load orders", () => orders.load());
  entra.outage({ for: "1h" });
  await entra.clock.advance("30m");
  await entra.operate("load orders", () => orders.load());
  expect(entra).toHaveKeptWorkingFromCache();
});
