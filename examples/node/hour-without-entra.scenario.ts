import { defineScenario, hours, minutes, primaryDown } from "brownout";
import { createOrders } from "./orders.js";

export default defineScenario({
  name: "hour-without-entra",
  title: "Entra is down for an hour",
  story: {
    standsFor: "An outage that ends before our tokens do.",
    asserts: "Orders are loaded with the token that we have.",
    failureMeans: "No one can order anything for an hour.",
    fix: "Make one client for the whole program.",
  },
  app: { name: "orders", version: "1.4.0" },
  needs: [],
  asserts: ["cached-token"],
  faults: primaryDown({ from: minutes(10), for: hours(1) }),
  async script({ operate, clock }) {
    const orders = createOrders();
    for (let call = 0; call < 9; call += 1) {
      await operate("load orders", () => orders.load()).catch(() => undefined);
      await clock.sleep(minutes(10));
    }
  },
});
