import { readFile } from "node:fs/promises";
import { setTimeout as sleepInModule } from "node:timers/promises";
import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { HarnessError } from "../errors.ts";
import { hours, minutes } from "./duration.ts";
import { installClock, type InstalledClock } from "./install.ts";
import { createVirtualClock } from "./virtual-clock.ts";

// As libraries do: before any clock is installed.
const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

const START = Date.parse("2026-03-02T08:00:00Z");

describe("a virtual clock", () => {
  it("jumps three days without ticking", async () => {
    const clock = createVirtualClock({ startMs: START });
    await clock.drive(clock.sleep(hours(72)));
    expect(clock.now() - START).toBe(hours(72));
  });

  it("fires equal instants in the order in which they were asked for", async () => {
    const clock = createVirtualClock({ startMs: START });
    const fired: string[] = [];
    clock.setTimer(() => fired.push("late"), 2_000);
    clock.setTimer(() => fired.push("first"), 1_000);
    clock.setTimer(() => fired.push("second"), 1_000);
    await clock.drive(clock.sleep(3_000));
    expect(fired).toEqual(["first", "second", "late"]);
  });

  it("lets several wait for quiet at once, whose turns of the event loop are not the program's", async () => {
    const clock = createVirtualClock({ startMs: START, quietTurns: 4 });
    const waits = [clock.idle("briefly"), clock.idle("briefly"), clock.drive(clock.sleep(1_000))];
    await Promise.all(waits);
    expect(clock.now() - START).toBe(1_000);
  });

  it("never moves backward, not even for a timer with a negative delay", async () => {
    const clock = createVirtualClock({ startMs: START });
    const seen: number[] = [];
    for (const delay of [5_000, -1, Number.NaN, 0, 1_000])
      clock.setTimer(() => seen.push(clock.now()), delay);
    await clock.drive(clock.sleep(6_000));
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(START + 5_000);
  });

  it("stands still while a request is in flight, and not while that request sleeps", async () => {
    const clock = createVirtualClock({ startMs: START });
    const hold = clock.gate.hold();
    const seen: number[] = [];
    const request = hold.run(async () => {
      for (let turn = 0; turn < 50; turn += 1)
        await new Promise((resolve) => setImmediate(resolve));
      seen.push(clock.now() - START);
      await clock.sleep(minutes(10));
      seen.push(clock.now() - START);
      hold.release();
    });
    const poller = (async () => {
      await clock.sleep(minutes(1));
      seen.push(clock.now() - START);
    })();
    await clock.drive(Promise.all([request, poller]));
    expect(seen).toEqual([0, minutes(1), minutes(10)]);
  });

  it("waits for files before it jumps", async () => {
    const clock = createVirtualClock({ startMs: START });
    clock.setTimer(() => undefined, hours(1));
    await clock.drive(readFile(new URL(import.meta.url)));
    expect(clock.now()).toBe(START);
  });

  it("waits for work that waitWhile reports before it jumps", async () => {
    const clock = createVirtualClock({ startMs: START });
    let turns = 0;
    clock.waitWhile(() => turns < 50_000);
    const turn = (): void => {
      turns += 1;
      if (turns < 50_000) setImmediate(turn);
    };
    setImmediate(turn);
    await clock.drive(clock.sleep(minutes(1)));
    expect([turns, clock.now() - START]).toEqual([50_000, minutes(1)]);
  });

  it("says that a script is stuck instead of hanging", async () => {
    const clock = createVirtualClock({ startMs: START });
    await expect(clock.drive(new Promise(() => undefined))).rejects.toThrow(HarnessError);
  });

  it("rejects an aborted sleep with the signal's reason and leaves no timer", async () => {
    const clock = createVirtualClock({ startMs: START });
    const controller = new AbortController();
    const sleep = clock.sleep(hours(1), controller.signal);
    clock.setTimer(() => controller.abort(new Error("gave up")), 1_000);
    await expect(clock.drive(sleep)).rejects.toThrow("gave up");
    expect(clock.timersWaiting()).toBe(0);
  });

  it("forgets cancelled timers, so that a burst of them does not pile up", () => {
    const clock = createVirtualClock({ startMs: START });
    for (let count = 0; count < 10_000; count += 1)
      clock.setTimer(() => undefined, 300_000).cancel();
    expect(clock.timersWaiting()).toBe(0);
  });
});

describe("an installed clock", () => {
  let installed: InstalledClock | undefined;
  afterEach(() => installed?.restore());

  it("moves Date, timers, performance and AbortSignal.timeout together, and puts them back", async () => {
    const realDate = Date;
    const realSetTimeout = setTimeout;
    const clock = createVirtualClock({ startMs: START });
    installed = installClock(clock);
    const firstPerformance = performance.now();
    const signal = AbortSignal.timeout(30_000);
    const order: string[] = [];
    const interval = setInterval(() => order.push(`tick ${Date.now() - START}`), 20_000);
    const wait = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 45_000));
      await sleepInModule(5_000);
      clearInterval(interval);
    };
    await clock.drive(wait());
    expect(new Date().toISOString()).toBe("2026-03-02T08:00:50.000Z");
    expect(new Date() instanceof Date).toBe(true);
    expect(new Date(0).getTime()).toBe(0);
    expect(performance.now() - firstPerformance).toBe(50_000);
    expect(signal.aborted).toBe(true);
    expect(order).toEqual(["tick 20000", "tick 40000"]);
    installed.restore();
    expect(Date).toBe(realDate);
    expect(setTimeout).toBe(realSetTimeout);
  });

  it("lets a timer be refreshed after it has fired", async () => {
    const clock = createVirtualClock({ startMs: START });
    installed = installClock(clock);
    let fired = 0;
    const timer = setTimeout(() => (fired += 1), 1_000);
    await clock.drive(clock.sleep(1_500));
    timer.refresh();
    await clock.drive(clock.sleep(1_500));
    expect(fired).toBe(2);
  });

  it("holds time while WebCrypto works in the thread pool", async () => {
    const clock = createVirtualClock({ startMs: START });
    installed = installClock(clock);
    clock.setTimer(() => undefined, hours(1));
    await clock.drive(crypto.subtle.digest("SHA-256", new Uint8Array(4_000_000)));
    expect(clock.now()).toBe(START);
  });

  it("holds time while zlib works there, and no longer when it fails", async () => {
    const clock = createVirtualClock({ startMs: START });
    installed = installClock(clock);
    clock.setTimer(() => undefined, hours(1));
    const packed = await clock.drive(deflate(Buffer.alloc(4_000_000)));
    expect(await clock.drive(inflate(packed))).toHaveLength(4_000_000);
    await expect(clock.drive(inflate(Buffer.from("no such thing")))).rejects.toThrow("invalid");
    expect(clock.now()).toBe(START);
    await clock.drive(clock.sleep(hours(2)));
    expect(clock.gate.awake()).toBe(0);
  });
});
