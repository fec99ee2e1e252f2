import { describe, expect, it } from "vitest";
import { createGate } from "../core/time/gate.ts";
import { createTurnstile, nextTurn } from "./turnstile.ts";

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
};

describe("the turnstile", () => {
  it("lets pass by sequence, not by arrival, and starts before it sends", async () => {
    const gate = createGate();
    const passed: string[] = [];
    const turnstile = createTurnstile({ gate, heldBack: () => 0 });
    const come = async (sequence: number, stage: "fail" | "start" | "send"): Promise<void> => {
      const hold = gate.hold();
      await turnstile.pass(sequence, stage);
      passed.push(`${stage} ${sequence}`);
      hold.release();
    };
    await Promise.all([come(1, "send"), come(4, "start"), come(2, "start"), come(3, "fail")]);
    expect(passed).toEqual(["fail 3", "start 2", "start 4", "send 1"]);
  });

  it("waits until no other work is going on", async () => {
    const gate = createGate();
    const turnstile = createTurnstile({ gate, heldBack: () => 0 });
    const other = gate.hold();
    gate.hold();
    let passed = false;
    const pass = turnstile.pass(1, "send").then(() => (passed = true));
    await turns(20);
    expect(passed).toBe(false);
    other.release();
    await pass;
  });

  it("does not wait for work that cannot go on before others", async () => {
    const gate = createGate();
    const turnstile = createTurnstile({ gate, heldBack: () => 1 });
    gate.hold();
    gate.hold();
    expect(await turnstile.pass(1, "send")).toBe(true);
  });

  it("lets one pass at a time", async () => {
    const gate = createGate();
    const turnstile = createTurnstile({ gate, heldBack: () => 0 });
    const [first] = [gate.hold(), gate.hold()];
    const passed: number[] = [];
    const both = [1, 2].map((sequence) =>
      turnstile.pass(sequence, "send").then(() => passed.push(sequence)),
    );
    await both[0];
    await turns(20);
    expect(passed).toEqual([1]);
    first.release();
    await both[1];
  });

  it("turns away what was dismissed", async () => {
    const gate = createGate();
    gate.hold();
    gate.hold();
    const turnstile = createTurnstile({ gate, heldBack: () => 0 });
    const pass = turnstile.pass(1, "start");
    turnstile.dismiss(1);
    expect(await pass).toBe(false);
  });
});
