import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../core/time/virtual-clock.ts";
import { createResponseTimeout, RESPONSE_TIMEOUT_MS } from "./response-timeout.ts";

describe("the response timeout", () => {
  it("ends each wait 300 s after its own beginning, and none that was answered", async () => {
    const clock = createVirtualClock({ startMs: 0 });
    const timeout = createResponseTimeout(clock);
    const gaveUp: string[] = [];
    const begin = (name: string) =>
      timeout.begin(() => void gaveUp.push(`${name} at ${clock.now()}`));
    await clock.drive(
      (async () => {
        begin("first");
        const answered = begin("second");
        await clock.sleep(1_000);
        begin("third");
        answered();
        await clock.sleep(2 * RESPONSE_TIMEOUT_MS);
      })(),
    );
    expect(gaveUp).toEqual(["first at 300000", "third at 301000"]);
  });

  it("costs one timer, however many requests there are", async () => {
    const clock = createVirtualClock({ startMs: 0 });
    const timeout = createResponseTimeout(clock);
    for (let request = 0; request < 5_000; request += 1) timeout.begin(() => undefined)();
    expect(clock.timersWaiting()).toBe(1);
    timeout.stop();
    await Promise.resolve();
    expect(clock.timersWaiting()).toBe(0);
  });
});
