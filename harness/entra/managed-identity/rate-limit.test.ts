import { describe, expect, it } from "vitest";
import { createRateLimit } from "./rate-limit.ts";

function limited() {
  let nowMs = 0;
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
  const limit = createRateLimit({ clock, requestsPerSecondMax: 20, concurrentMax: 5 });
  return {
    limit,
    moveTo: (ms: number) => {
      nowMs = ms;
    },
  };
}

describe("the limits of IMDS", () => {
  it("admit five requests at once, and a sixth when one has ended", () => {
    const { limit } = limited();
    const leave = Array.from({ length: 5 }, () => limit.enter("web-vm"));
    expect(leave.every((one) => one !== undefined)).toBe(true);
    expect(limit.enter("web-vm")).toBeUndefined();
    leave[0]?.();
    expect(limit.enter("web-vm")).toBeDefined();
  });

  it("admit twenty requests within a second, and another when the first is a second old", () => {
    const { limit, moveTo } = limited();
    for (let sent = 0; sent < 20; sent += 1) {
      moveTo(sent * 10);
      limit.enter("web-vm")?.();
    }
    moveTo(999);
    expect(limit.enter("web-vm")).toBeUndefined();
    moveTo(1_000);
    expect(limit.enter("web-vm")).toBeDefined();
    expect(limit.enter("web-vm")).toBeUndefined();
  });

  it("are separate for each machine", () => {
    const { limit } = limited();
    for (let sent = 0; sent < 5; sent += 1) limit.enter("web-vm");
    expect(limit.enter("web-vm")).toBeUndefined();
    expect(limit.enter("batch-vm")).toBeDefined();
  });
});
