import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installClock, type InstalledClock } from "./install.ts";
import { createInstant } from "./instant.ts";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";

describe("an instant", () => {
  function bench() {
    let nowMs = 0;
    const instant = createInstant(
      () => nowMs,
      () => {
        nowMs += 1;
      },
    );
    return { instant, now: () => nowMs, jump: (ms: number) => (nowMs += ms) };
  }

  it("has room for 10 000 timers; each further one takes 1 ms", () => {
    const { instant, now } = bench();
    for (let count = 0; count < 10_000; count += 1) instant.fired(now());
    expect(now()).toBe(0);
    for (let count = 0; count < 500; count += 1) instant.fired(now());
    expect(now()).toBe(500);
  });

  it("begins anew when time has jumped", () => {
    const { instant, now, jump } = bench();
    for (let count = 0; count < 10_010; count += 1) instant.fired(now());
    jump(1_000);
    for (let count = 0; count < 10_000; count += 1) instant.fired(now());
    expect(now()).toBe(1_010);
  });

  it("counts turns only while nothing else happens", () => {
    const { instant, now } = bench();
    for (let count = 0; count < 30_000; count += 1) {
      instant.turned(now());
      if (count % 9_000 === 0) instant.rested();
    }
    expect(now()).toBe(0);
  });

  it("counts the readings of one turn", () => {
    const { instant, now } = bench();
    for (let count = 0; count < 900_000; count += 1) instant.read();
    instant.endTurn();
    for (let count = 0; count < 1_002_000; count += 1) instant.read();
    expect(now()).toBe(2);
  });
});

describe("a loop that never pauses", () => {
  let clock: VirtualClock;
  let installed: InstalledClock;
  beforeAll(() => {
    clock = createVirtualClock({ startMs: Date.UTC(2026, 2, 2, 8) });
    installed = installClock(clock);
  });
  afterAll(() => installed.restore());

  it.each<[what: string, loop: (isOver: () => boolean) => Promise<void>, says: string]>([
    [
      "timers without a delay",
      async (isOver) => {
        while (!isOver()) await new Promise((resolve) => void setTimeout(resolve, 0));
      },
      "timers without a delay start each other",
    ],
    [
      "setImmediate",
      async (isOver) => {
        while (!isOver()) await new Promise((resolve) => void setImmediate(resolve));
      },
      "setImmediate is called again and again",
    ],
    [
      "reading the clock",
      async (isOver) => {
        while (!isOver()) Date.now();
        await Promise.resolve();
      },
      "the clock is read again and again without a pause",
    ],
  ])("ends with an error that names it: %s", async (_, loop, says) => {
    let isOver = false;
    // A loop that reads the clock throws in its own place; the others end by this.
    const looping = loop(() => isOver);
    const work = says.startsWith("the clock") ? looping : clock.drive(looping);
    await expect(work).rejects.toMatchObject({
      code: "stuck",
      message: expect.stringContaining(says),
    });
    isOver = true;
  });
});
