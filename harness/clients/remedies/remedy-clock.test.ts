import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { machineClock } from "./remedy-clock.ts";

it("ends a sleep that is aborted, before it begins or later", async () => {
  const reason = new Error("enough");
  await expect(machineClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  const sleep = machineClock.sleep(60_000, controller.signal);
  controller.abort(reason);
  await expect(sleep).rejects.toBe(reason);
  await machineClock.sleep(0, new AbortController().signal);
});

it("does not keep a process alive", () => {
  const file = new URL("remedy-clock.ts", import.meta.url).href;
  const program = `import { machineClock } from ${JSON.stringify(file)}; void machineClock.sleep(3_600_000).then(() => {});`;
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", program],
    { encoding: "utf8", timeout: 60_000 },
  );
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
