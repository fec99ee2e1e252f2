import { defineScenario, minutes, seconds, throttled } from "brownout";
import { createOrders } from "./orders.js";

export default defineScenario({
  name: "busy-minute",
  title: "The token endpoint throttles for three minutes",
  story: {
    standsFor: "A busy minute of the token service.",
    asserts: "We wait as long as Retry-After says.",
    failureMeans: "We stay throttled for longer than needed.",
    fix: "Do not retry a failed token request at once.",
  },
  app: { name: "orders", version: "1.4.0" },
  needs: [],
  asserts: ["retry-after", "recovery"],
  faults: [throttled({ from: 0, for: minutes(3) })],
  async script({ operate, clock }) {
    const orders = createOrders();
    for (let call = 0; call < 20; call += 1) {
      await operate("sync orders", async () => void (await orders.load())).catch(() => undefined);
      await clock.sleep(seconds(20));
    }
  },
});
