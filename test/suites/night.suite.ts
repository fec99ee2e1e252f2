/** Tests of a nightly job: what `BREAKS` names fails. */
import { expect, test } from "vitest";
import { useEntra } from "../../harness/integrations/vitest.ts";
import { tokenRequest } from "../support/session.ts";

const entra = useEntra({ app: { name: "orders" } });
const breaks = (process.env["BREAKS"] ?? "").split(",");
const ask = async (): Promise<void> => void (await fetch(tokenRequest()));

test("waits as it should", async () => {
  entra.outage("throttled", { for: "10m" });
  await entra.operate("token", ask);
  if (!breaks.includes("waits")) await entra.clock.advance("2m");
  await entra.operate("token", ask);
  expect(entra).toHaveHonouredRetryAfter();
});

test("asks once", async () => {
  await entra.operate("token", ask);
  if (breaks.includes("once")) await entra.operate("token", ask);
  expect(entra).toHaveRequested("token", { times: 1 });
});

test("adds up", () => {
  expect(1 + 1).toBe(breaks.includes("sum") ? 3 : 2);
});
