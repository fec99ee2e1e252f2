/** Any other test runner, or none: the test starts and stops the simulation itself. */
import { createEntra, expectEntra } from "brownout/suite";
import { createOrders } from "./orders.js";

const entra = createEntra();
await entra.start({ title: "works through an hour without Entra" });
try {
  const orders = createOrders();
  await entra.operate("load orders", () => orders.load());
  entra.outage({ for: "1h" });
  await entra.clock.advance("30m");
  await entra.operate("load orders", () => orders.load());
  expectEntra(entra).toHaveKeptWorkingFromCache();
} finally {
  await entra.stop();
}
