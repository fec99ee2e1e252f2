/** The careless function fails the outage test with what `red.txt` shows. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { useEntra } from "brownout/vitest";
import { invoke } from "./invoke.js";
import { world } from "./world.js";

const entra = useEntra({ world });
const red = readFileSync(new URL("red.txt", import.meta.url), "utf8").trim();

test("a credential for each invocation fails the outage test", async () => {
  const { orders } = await import("../src/functions/careless-orders.js");
  await entra.operate("list orders", () => invoke(orders));
  entra.outage({ for: "1h" });
  await entra.clock.advance("30m");
  await entra.operate("list orders", () => invoke(orders));
  expect(() => expect(entra).toHaveKeptWorkingFromCache()).toThrow(red);
});
