/** The machine's time is a fake one here, so that time that flows can be checked to the millisecond. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { createFreeRunningTime } from "./free-running-time.ts";
import type { createVirtualClock } from "./virtual-clock.ts";

let create: typeof createFreeRunningTime;
let createClock: typeof createVirtualClock;
const MACHINE_MS = 5_000_000;

beforeAll(async () => {
  vi.useFakeTimers({ now: MACHINE_MS, toFake: ["Date", "setInterval", "clearInterval"] });
  ({ createFreeRunningTime: create } = await import("./free-running-time.ts"));
  ({ createVirtualClock: createClock } = await import("./virtual-clock.ts"));
});
afterAll(() => void vi.useRealTimers());

function start() {
  const fired: number[] = [];
  const starts: number[] = [];
  const flow = create({
    fireUntil: (untilMs) => void fired.push(untilMs),
    onStart: (byMs) => Promise.resolve(void starts.push(byMs)),
  });
  return { flow, fired, starts };
}

describe("time that flows", () => {
  it("stands still until it is started", () => {
    const { flow, fired } = start();
    vi.advanceTimersByTime(100);
    expect([flow.now(), flow.stop(), fired]).toEqual([undefined, undefined, []]);
  });

  it("goes as fast as the machine's, from where it was started, and fires what is due", async () => {
    const { flow, fired, starts } = start();
    const machineMs = Date.now();
    await flow.start(1_000);
    expect(flow.now()).toBe(1_000);
    vi.advanceTimersByTime(25);
    expect(flow.now()).toBe(1_025);
    expect(fired).toEqual([1_010, 1_020]);
    expect(starts).toEqual([1_000 - machineMs]);
    flow.stop();
  });

  it("returns the time at which it stops, fires nothing more, and can start from another time", async () => {
    const { flow, fired, starts } = start();
    await flow.start(1_000);
    vi.advanceTimersByTime(15);
    expect(flow.stop()).toBe(1_015);
    expect(flow.stop()).toBeUndefined();
    vi.advanceTimersByTime(100);
    expect(fired).toEqual([1_010]);
    const machineMs = Date.now();
    await flow.start(900_000);
    // Once more is not twice as often.
    await flow.start(900_000);
    vi.advanceTimersByTime(10);
    expect(fired).toEqual([1_010, 900_010]);
    expect(starts.slice(1)).toEqual([900_000 - machineMs, 900_000 - machineMs]);
    flow.stop();
  });
});

describe("a clock that flows", () => {
  it("fires its timers in order when they are due, and counts their delays from now", () => {
    const clock = createClock({ startMs: 0 });
    const stop = clock.flow();
    const fired: string[] = [];
    vi.advanceTimersByTime(100);
    clock.setTimer(() => fired.push(`b at ${clock.now()}`), 20);
    clock.setTimer(() => {
      fired.push(`a at ${clock.now()}`);
      clock.setTimer(() => fired.push("c"), 0);
    }, 15);
    vi.advanceTimersByTime(10);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(10);
    expect(fired).toEqual(["a at 120", "b at 120", "c"]);
    stop();
    expect(clock.now()).toBe(120);
    vi.advanceTimersByTime(100);
    expect(clock.now()).toBe(120);
  });

  it("jumps when it is driven, and flows again from there", async () => {
    const clock = createClock({ startMs: 0 });
    const stop = clock.flow();
    vi.advanceTimersByTime(30);
    await clock.drive(clock.sleep(3_600_000));
    expect(clock.now()).toBe(3_600_030);
    vi.advanceTimersByTime(10);
    expect(clock.now()).toBe(3_600_040);
    stop();
  });

  it("is driven timer by timer, or by leaps as long as these are allowed", async () => {
    const clock = createClock({ startMs: 0 });
    let steps = 0;
    let leaps = 0;
    let nextDueMs = 1_000;
    clock.join({
      isQuiescent: () => Promise.resolve(true),
      onlyPolled: () => false,
      nextDueMs: () => nextDueMs,
      advance(nowMs) {
        steps += 1;
        nextDueMs = nowMs + 1_000;
        return Promise.resolve();
      },
      leap(untilMs) {
        leaps += 1;
        nextDueMs = untilMs + 1_000;
        return Promise.resolve(untilMs);
      },
      flow: () => Promise.resolve(),
    });
    const stop = clock.flow();
    await clock.drive(clock.sleep(600_000));
    expect([steps, leaps]).toEqual([601, 0]);
    await clock.drive(clock.sleep(7_200_000), Infinity, () => true);
    expect(clock.now()).toBe(7_800_000);
    expect([steps, leaps]).toEqual([602, 1]);
    stop();
  });

  it("leaps no further than its own timers, and what begins in a leap waits for its time", async () => {
    const clock = createClock({ startMs: 0 });
    let nextDueMs: number | undefined = 1_000;
    const seen: string[] = [];
    clock.join({
      isQuiescent: () => Promise.resolve(true),
      onlyPolled: () => false,
      nextDueMs: () => nextDueMs,
      advance: () => Promise.resolve(),
      async leap(untilMs, onReached) {
        seen.push(`until ${untilMs}`);
        nextDueMs = undefined;
        const hold = clock.gate.hold();
        void hold.run(() => {
          seen.push(`asked at ${clock.now()}`);
          return Promise.resolve(hold.release());
        });
        onReached(2_000);
        seen.push(`heard at ${clock.now()}`);
        await new Promise((resolve) => void setImmediate(resolve));
        return 2_500;
      },
      flow: () => Promise.resolve(),
    });
    clock.setTimer(() => seen.push(`own at ${clock.now()}`), 3_000);
    await clock.drive(clock.sleep(5_000), Infinity, () => true);
    expect(seen).toEqual(["until 3000", "heard at 2000", "asked at 2500", "own at 3000"]);
  });

  it("asks all participants when it is driven again, because what they did meanwhile was not observed", async () => {
    const clock = createClock({ startMs: 0 });
    let did: string[] = [];
    clock.join({
      isQuiescent() {
        did.push("asked");
        return Promise.resolve(true);
      },
      // As of the last look.
      onlyPolled: () => true,
      nextDueMs: () => undefined,
      advance: (nowMs) => Promise.resolve(void did.push(`at ${nowMs}`)),
      leap: (untilMs) => Promise.resolve(untilMs),
      flow: () => Promise.resolve(),
    });
    const stop = clock.flow();
    await clock.drive(clock.sleep(1_000));
    await clock.idle();
    vi.advanceTimersByTime(30);
    did = [];
    await clock.drive(clock.sleep(1_000));
    expect(did.slice(0, 3)).toEqual(["at 1030", "asked", "at 2030"]);
    stop();
  });

  it("does not flow again when it was stopped in a drive", async () => {
    const clock = createClock({ startMs: 0 });
    const stop = clock.flow();
    await clock.drive(clock.sleep(1_000).then(stop));
    vi.advanceTimersByTime(1_000);
    expect(clock.now()).toBe(1_000);
  });

  it("passes its lead over the machine to its participants, before a drive and after it", async () => {
    const clock = createClock({ startMs: 0 });
    const heard: string[] = [];
    clock.join({
      isQuiescent: () => Promise.resolve(true),
      onlyPolled: () => false,
      nextDueMs: () => undefined,
      advance: (nowMs) => Promise.resolve(void heard.push(`still ${nowMs}`)),
      leap: (untilMs) => Promise.resolve(untilMs),
      flow: (byMs) => Promise.resolve(void heard.push(`by ${byMs + Date.now()}`)),
    });
    const stop = clock.flow();
    vi.advanceTimersByTime(30);
    const late: number[] = [];
    const leave = clock.join({
      isQuiescent: () => Promise.resolve(true),
      onlyPolled: () => false,
      nextDueMs: () => undefined,
      advance: () => Promise.resolve(),
      leap: (untilMs) => Promise.resolve(untilMs),
      flow: (byMs) => Promise.resolve(void late.push(byMs + Date.now())),
    });
    expect(late).toEqual([30]);
    leave();
    await clock.drive(clock.sleep(1_000));
    expect(heard).toEqual(["by 0", "still 30", "still 1030", "by 1030"]);
    stop();
  });
});
