import { describe, expect, it } from "vitest";
import { createParticipants, type Participant } from "./participants.ts";
import { createVirtualClock } from "./virtual-clock.ts";

/** Somebody with timers at these instants; busy for so many looks after each. */
function participantWith(...dueMs: readonly number[]) {
  const waiting = [...dueMs];
  const log: string[] = [];
  let busy = 0;
  let looks = 0;
  let polls = false;
  let noticed: number | undefined;
  const participant: Participant = {
    isQuiescent() {
      looks += 1;
      busy -= 1;
      return Promise.resolve(busy < 0);
    },
    nextDueMs: () => waiting[0],
    onlyPolled: () => polls,
    advance(nowMs) {
      log.push(`at ${nowMs}`);
      while ((waiting[0] ?? Infinity) <= nowMs) log.push(`fired ${waiting.shift()}`);
      return Promise.resolve();
    },
    leap(untilMs, onReached) {
      log.push(`leaps to ${untilMs}`);
      while ((waiting[0] ?? Infinity) <= untilMs) {
        const dueMs = waiting.shift() ?? 0;
        log.push(`fired ${dueMs}`);
        if (noticed !== dueMs) continue;
        onReached(dueMs);
        return Promise.resolve(dueMs);
      }
      return Promise.resolve(untilMs);
    },
    flow: (byMs) => Promise.resolve(void log.push(`by ${byMs}`)),
  };
  const notices = (dueMs: number): void => {
    noticed = dueMs;
  };
  return {
    participant,
    log,
    work: (looks: number) => (busy = looks),
    notices,
    looks: () => looks,
    poll: () => (polls = true),
  };
}

describe("participants", () => {
  it("are quiescent when each of them is, and the earliest timer of any counts", async () => {
    const all = createParticipants();
    expect([all.any(), await all.isQuiescent("thorough"), all.nextDueMs()]).toEqual([
      false,
      true,
      undefined,
    ]);
    const one = participantWith(50);
    const other = participantWith(20);
    all.join(one.participant);
    const leave = all.join(other.participant);
    other.work(1);
    expect([
      all.any(),
      await all.isQuiescent("thorough"),
      await all.isQuiescent("thorough"),
    ]).toEqual([true, false, true]);
    expect(all.nextDueMs()).toBe(20);
    await all.advance(30);
    await all.flow(7);
    expect(one.log).toEqual(["at 30", "by 7"]);
    expect(other.log).toEqual(["at 30", "fired 20", "by 7"]);
    leave();
    await all.advance(40);
    expect(all.nextDueMs()).toBe(50);
    expect(other.log).toHaveLength(3);
  });

  it("leap one at a time, no further than the next timer of another, who follows", async () => {
    const all = createParticipants();
    const one = participantWith(10, 20, 50);
    const other = participantWith(30);
    all.join(other.participant);
    all.join(one.participant);
    const reached: number[] = [];
    const onReached = (atMs: number): void => void reached.push(atMs);
    expect(await all.leap(100, onReached)).toBe(30);
    expect(one.log).toEqual(["leaps to 30", "fired 10", "fired 20"]);
    expect(other.log).toEqual(["at 30", "fired 30"]);
    one.notices(50);
    expect(await all.leap(100, onReached)).toBe(50);
    expect(reached).toEqual([50]);
    expect(other.log.at(-1)).toBe("at 50");
    expect(await createParticipants().leap(7, onReached)).toBe(7);
  });
});

describe("a clock with participants", () => {
  it("never jumps over a timer of theirs, and brings them along to its own", async () => {
    const clock = createVirtualClock({ startMs: 0 });
    const { participant, log } = participantWith(400, 700, 2_000);
    clock.join(participant);
    const own: number[] = [];
    clock.setTimer(() => own.push(clock.now()), 500);
    await clock.drive(clock.sleep(1_000));
    expect(log).toEqual(["at 400", "fired 400", "at 500", "at 700", "fired 700", "at 1000"]);
    expect(own).toEqual([500]);
  });

  it("looks at them once for many timers that only look for something, but for its own timers always", async () => {
    const clock = createVirtualClock({ startMs: 0 });
    const often = Array.from({ length: 50 }, (_, index) => 10 + index);
    const watched = participantWith(...often);
    clock.join(watched.participant);
    await clock.drive(clock.sleep(100));
    const before = watched.looks();
    expect(before).toBeGreaterThan(50);

    const polling = participantWith(...often.map((dueMs) => dueMs + 100));
    polling.poll();
    clock.join(polling.participant);
    watched.poll();
    await clock.drive(clock.sleep(100));
    expect(polling.log.filter((line) => line.startsWith("fired"))).toHaveLength(50);
    expect(polling.looks()).toBeLessThan(8);

    for (let own = 1; own <= 10; own += 1) clock.setTimer(() => undefined, own);
    const looks = polling.looks();
    await clock.drive(clock.sleep(20));
    expect(polling.looks() - looks).toBeGreaterThan(10);
  });

  it("takes a quick look at them only while something waits for quiet", async () => {
    const clock = createVirtualClock({ startMs: 0 });
    const { participant } = participantWith();
    const looks: string[] = [];
    Object.assign(participant, {
      isQuiescent: (thoroughness: string) => Promise.resolve(looks.push(thoroughness) > 0),
    });
    clock.join(participant);
    let waiting = 2;
    const settled: string[] = [];
    clock.beforeTimeGoesOn(
      (thoroughness) => {
        settled.push(thoroughness);
        // A request goes on at once; time goes on when there is none.
        return Promise.resolve(thoroughness === "thorough" || waiting-- === 0);
      },
      () => waiting > 0,
    );
    await clock.drive(clock.sleep(10));
    expect(looks).toEqual(["quick", "quick", "thorough", "thorough"]);
    expect(settled).toEqual(looks);
  });

  it("waits until they are quiescent, and only for those that have joined", async () => {
    const clock = createVirtualClock({ startMs: 0 });
    const { participant, log, work } = participantWith();
    const leave = clock.join(participant);
    work(3);
    let asked = 0;
    const ask = participant.isQuiescent.bind(participant);
    Object.assign(participant, { isQuiescent: () => ((asked += 1), ask("thorough")) });
    await clock.drive(clock.sleep(10));
    expect(asked).toBeGreaterThan(3);
    expect(log).toEqual(["at 10"]);
    leave();
    await clock.drive(clock.sleep(10));
    expect(log).toEqual(["at 10"]);
  });
});
