import { describe, expect, it } from "vitest";
import { createTurns } from "./turns.ts";
import { createVirtualClock } from "./virtual-clock.ts";

describe("turns", () => {
  it("are given one by one in the order of their keys, whoever came first", async () => {
    const turns = createTurns();
    turns.keepOrder(true);
    const given: string[] = [];
    const waits = ["c", "a", "b", "a"].map((key, index) =>
      turns.wait(key).then(() => given.push(`${key}${index}`)),
    );
    await Promise.resolve();
    expect(given).toEqual([]);
    while (turns.next()) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(waits);
    expect(given).toEqual(["a1", "a3", "b2", "c0"]);
    expect(turns.next()).toBe(false);
  });

  it("are everybody's at once while nobody keeps order, and when it ends", async () => {
    const turns = createTurns();
    await turns.wait("at once");
    turns.keepOrder(true);
    const waits = [turns.wait("b"), turns.wait("a")];
    turns.keepOrder(false);
    await Promise.all(waits);
    await turns.wait("at once again");
  });

  it("of a shared clock come when all is at rest, before time moves", async () => {
    const clock = createVirtualClock({ startMs: 0, shared: true });
    const told: string[] = [];
    const tell = async (key: string): Promise<void> => {
      await clock.turn(key);
      told.push(`${key} at ${clock.now()}`);
    };
    const hold = clock.gate.hold();
    const work = async (): Promise<void> => {
      const both = Promise.all([tell("second"), tell("first")]);
      await new Promise((resolve) => setImmediate(resolve));
      told.push("released");
      hold.release();
      await both;
      await clock.sleep(1_000);
      await tell("later");
    };
    await clock.drive(work());
    expect(told).toEqual(["released", "first at 0", "second at 0", "later at 1000"]);
  });
});
