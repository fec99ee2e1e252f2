/** The careless job fails the outage test with what `red.txt` shows. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { useEntra } from "brownout/vitest";
import { createJob } from "./careless-job.js";

const entra = useEntra({ machine: "web-vm" });
const red = readFileSync(new URL("red.txt", import.meta.url), "utf8").trim();

test("a job that asks the endpoint for each run fails the outage test", async () => {
  const job = createJob();
  await entra.operate("copy orders", () => job.run());
  entra.outage("identity-endpoint-down", { for: "2h" });
  for (let run = 0; run < 18; run += 1) {
    await entra.clock.advance("10m");
    await entra.operate("copy orders", () => job.run()).catch(() => undefined);
  }
  expect(() => expect(entra).toHaveKeptWorkingFromCache()).toThrow(red);
});
