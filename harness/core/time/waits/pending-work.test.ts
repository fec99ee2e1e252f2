import { describe, expect, it } from "vitest";
import { type AbandonedWait, createPendingWork, type Wait } from "./pending-work.ts";

function bench() {
  let nowMs = 0;
  const work = createPendingWork(() => nowMs);
  const abandoned: AbandonedWait[] = [];
  const onAbandoned = (one: AbandonedWait): void => void abandoned.push(one);
  work.reset({ onAbandoned });
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { work, abandoned, onAbandoned, pass };
}

const database: Wait = {
  kind: "socket",
  describe: () => "an answer from 127.0.0.1:5432",
  names: () => ["127.0.0.1:5432", "localhost:5432"],
};

describe("work that is pending", () => {
  it("is pending from its beginning to its end, and says for how long", () => {
    const { work, pass, abandoned } = bench();
    expect(work.any()).toBe(false);
    work.begin(database);
    pass(1_200);
    expect(work.any()).toBe(true);
    expect(work.describe()).toEqual(["an answer from 127.0.0.1:5432 (1.2 s)"]);
    work.end(database);
    expect([work.any(), abandoned]).toEqual([false, []]);
  });

  it("is abandoned once, with its limit, and waited for again only after a sign of life", () => {
    const { work, pass, abandoned } = bench();
    work.begin(database);
    pass(5_000);
    expect(work.any()).toBe(false);
    work.begin(database);
    expect(work.any()).toBe(false);
    expect(abandoned).toEqual([
      { kind: "socket", what: "an answer from 127.0.0.1:5432", limitMs: 5_000 },
    ]);
    expect(work.abandoned()).toEqual(["an answer from 127.0.0.1:5432 (5.0 s)"]);
    work.renew(database);
    work.begin(database);
    expect(work.any()).toBe(true);
  });

  it("counts the limit from the last sign of life, not from a second question", () => {
    const { work, pass, abandoned } = bench();
    work.begin(database);
    pass(4_000);
    work.begin(database);
    pass(999);
    expect(work.any()).toBe(true);
    work.renew(database);
    pass(4_999);
    expect(work.any()).toBe(true);
    pass(1);
    expect([work.any(), abandoned.length]).toEqual([false, 1]);
  });

  it("ends by itself when it is over, and does not count while it should not", () => {
    const { work } = bench();
    let isOver = false;
    let counts = false;
    work.begin({ ...database, isOver: () => isOver, counts: () => counts });
    expect(work.any()).toBe(false);
    counts = true;
    expect(work.any()).toBe(true);
    isOver = true;
    expect([work.any(), work.describe()]).toEqual([false, []]);
  });

  it("takes the shortest of its limits: of its kind, its own, and of all together", () => {
    const { work, pass, abandoned, onAbandoned } = bench();
    work.reset({ onAbandoned, limitsMs: { socket: 3_000 }, allEndWithinMs: 2_500 });
    work.begin({ ...database, ownLimitMs: () => 1_000 });
    pass(1_000);
    expect(work.any()).toBe(false);
    work.begin({ ...database, ownLimitMs: () => 0 });
    pass(1_499);
    expect(work.any()).toBe(true);
    pass(1);
    expect(work.any()).toBe(false);
    // What begins later has its own limit: it was not there to wait for.
    work.begin({ ...database });
    pass(2_999);
    expect(work.any()).toBe(true);
    pass(1);
    expect(work.any()).toBe(false);
    expect(abandoned.map(({ limitMs }) => limitMs)).toEqual([1_000, 2_500, 3_000]);
  });

  it("is not waited for when it is excepted by one of its names", () => {
    const { work, abandoned, onAbandoned } = bench();
    work.reset({ onAbandoned, notWaitedFor: ["localhost:5432"] });
    work.begin(database);
    work.begin({ kind: "addOn", describe: () => "work of a native add-on (x)" });
    expect(work.describe()).toEqual(["work of a native add-on (x) (0.0 s)"]);
    expect([work.any(), abandoned]).toEqual([true, []]);
  });

  it("does not count in the next run", () => {
    const { work, abandoned } = bench();
    work.begin(database);
    work.reset({});
    work.begin(database);
    expect([work.any(), work.abandoned(), abandoned]).toEqual([false, [], []]);
    work.end(database);
    work.begin(database);
    expect(work.any()).toBe(true);
  });
});
