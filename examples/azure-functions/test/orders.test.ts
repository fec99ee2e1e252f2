import { beforeEach, expect, test, vi } from "vitest";
import { useEntra } from "brownout/vitest";
import { invoke } from "./invoke.js";
import { world } from "./world.js";

const entra = useEntra({ world });
// The module makes its credential when it is loaded: a new one for each test.
beforeEach(() => void vi.resetModules());

test("calls the API with a token of its own, and one is enough", async () => {
  entra.api("https://orders.contoso.example/items", [{ id: 17 }]);
  const { orders } = await import("../src/functions/orders.js");
  const answer = await entra.operate("list orders", () => invoke(orders));
  expect(answer).toEqual({ status: 200, jsonBody: [{ id: 17 }] });
  await entra.operate("list orders", () => invoke(orders));
  expect(entra).toHaveRequested("token", { times: 1 });
});

test("answers through an hour without Entra", async () => {
  const { orders } = await import("../src/functions/orders.js");
  await entra.operate("list orders", () => invoke(orders));
  entra.outage({ for: "1h" });
  await entra.clock.advance("30m");
  const answer = await entra.operate("list orders", () => invoke(orders));
  expect(answer.status).toBe(200);
  expect(entra).toHaveKeptWorkingFromCache();
});
