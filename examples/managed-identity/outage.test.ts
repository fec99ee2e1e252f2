import { expect, test } from "vitest";
import { useEntra } from "brownout/vitest";
import { createJob } from "./job.js";

const entra = useEntra({ machine: "web-vm" });

test("copies on while the identity endpoint of the machine fails", async () => {
  const job = createJob();
  await entra.operate("copy orders", () => job.run());
  entra.outage("identity-endpoint-down", { for: "2h" });
  for (let run = 0; run < 18; run += 1) {
    await entra.clock.advance("10m");
    await entra.operate("copy orders", () => job.run());
  }
  expect(entra).toHaveKeptWorkingFromCache();
  expect(entra).toPassAllRules();
});
