import { expect, test } from "vitest";
import { useEntra } from "brownout/vitest";
import { createOrders } from "./orders.js";

const entra = useEntra();

test("recovers from a night without Entra, and does not hammer it", async () => {
  const orders = createOrders();
  await entra.operate("load orders", () => orders.load());
  entra.outage({ from: "23h 30m", for: "8h" });
  for (let hour = 0; hour < 36; hour += 1) {
    await entra.clock.advance("1h");
    await entra.operate("load orders", () => orders.load()).catch(() => undefined);
  }

  expect(entra).toHaveRecovered();
  expect(entra).toPassAllRules({
    except: ["availability", "cached-token", "proactive-refresh"],
  });
});
