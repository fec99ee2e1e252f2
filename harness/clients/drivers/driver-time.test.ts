/** When virtual time may go on while a driver is at work: its waits, its time-outs, and what it does when one of them is over. */
import { expect, it } from "vitest";
import type { Conversation } from "./conversation.ts";
import { createVirtualDriverTime } from "./driver-time.ts";

function driver() {
  const state = { pending: ["acquire"], underway: 0, now: 0, activity: 0, woken: [] as number[] };
  const conversation: Conversation = {
    request: () => Promise.resolve({}),
    sayTime: (_now, woken) => void state.woken.push(...woken),
    pending: () => state.pending,
    asked: () => 0,
    activity: () => state.activity,
    giveUp: () => undefined,
    end: () => Promise.resolve(),
  };
  const time = createVirtualDriverTime({
    conversation: () => conversation,
    program: {
      underway: () => state.underway,
      wallMs: () => state.now,
      abandon: () => undefined,
    },
    clock: { now: () => state.now } as Parameters<typeof createVirtualDriverTime>[0]["clock"],
    name: "a driver",
    fake: { environment: {}, set: () => undefined },
  });
  const leapTo = async (untilMs: number): Promise<number> =>
    time.leap(untilMs, (atMs) => void (state.now = atMs));
  return { state, time, leapTo };
}

it("computes between a request and the next, and waits for an answer or a time that it has named", async () => {
  const { state, time, leapTo } = driver();
  expect(await time.isQuiescent("thorough")).toBe(false);
  state.underway = 1;
  expect(await time.isQuiescent("thorough")).toBe(true);
  state.underway = 0;
  time.waits(1, 800);
  expect(await time.isQuiescent("thorough")).toBe(true);
  expect(await leapTo(5_000)).toBe(800);
  expect(state.woken).toEqual([1]);
  expect(await time.isQuiescent("thorough")).toBe(false);
});

it("is at work while it has only announced a time-out", async () => {
  const { time } = driver();
  time.expects(1, 300_000);
  expect(await time.isQuiescent("thorough")).toBe(false);
  expect(time.nextDueMs()).toBe(300_000);
});

it("has time stand still from the end of a time-out until its request is given up", async () => {
  const { state, time, leapTo } = driver();
  time.expects(1, 300_000);
  state.underway = 1;
  expect(await time.isQuiescent("thorough")).toBe(true);
  expect(await leapTo(1_800_000)).toBe(300_000);
  expect(state.woken).toEqual([1]);
  expect(await time.isQuiescent("thorough")).toBe(false);
  time.ended(1);
  expect(await time.isQuiescent("thorough")).toBe(false);
  state.underway = 0;
  time.waits(2, 1_600);
  expect(await time.isQuiescent("thorough")).toBe(true);
  expect(time.nextDueMs()).toBe(301_600);
});

it("forgets a time-out and a wait that are cancelled", async () => {
  const { state, time, leapTo } = driver();
  time.expects(1, 300_000);
  time.waits(2, 1_000);
  time.ended(1);
  time.ended(2);
  expect(time.nextDueMs()).toBeUndefined();
  expect(await leapTo(600_000)).toBe(600_000);
  expect(state.woken).toEqual([]);
});
