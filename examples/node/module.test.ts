import { beforeEach, expect, test, vi } from "vitest";
import { useEntra } from "brownout/vitest";

const entra = useEntra();
beforeEach(() => void vi.resetModules());

test.each(["a throttled hour", "another one"])("recovers after %s", async () => {
  const { orders } = await import("./module.js");
  entra.outage("throttled", { for: "1h" });
  await entra.operate("load orders", () => orders.load()).catch(() => undefined);
  await entra.clock.advance("2h");
  await entra.operate("load orders", () => orders.load());
  expect(entra).toHaveRecovered();
});
