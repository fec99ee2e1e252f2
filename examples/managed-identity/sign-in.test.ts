import { expect, test } from "vitest";
import { useEntra } from "brownout/vitest";
import { createJob } from "./job.js";

const entra = useEntra({ machine: "web-vm" });

test("gets a token as the machine's identity, and one is enough", async () => {
  const job = createJob();
  expect(await entra.operate("copy orders", () => job.run())).toHaveLength(1);
  await entra.operate("copy orders", () => job.run());
  expect(entra).toHaveRequested("managed-identity", { times: 1 });
});
