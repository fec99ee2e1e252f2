const { expectEntra, useEntra } = require("brownout/mocha");
const { createOrders } = require("../orders.js");

describe("orders", () => {
  const entra = useEntra();

  it("works through an hour without Entra", async () => {
    const orders = createOrders();
    await entra.operate("load orders", () => orders.load());
    entra.outage({ for: "1h" });
    await entra.clock.advance("30m");
    await entra.operate("load orders", () => orders.load());
    expectEntra(entra).toHaveKeptWorkingFromCache();
  });
});
