import { describe, expect, it } from "vitest";
import { windowRefusalOf } from "../../test/support/fault-plan.ts";
import { cacheStoreFull, clockWrong, offline } from "./device-presets.ts";
import { deviceStateAt } from "./device-state.ts";
import type { FaultPlan } from "./plan.ts";
import { checkFaultPlan } from "./validate.ts";

const slow = { kind: "store-latency", delay: 5 };
const atStore = { at: "cache-store", on: "all", effect: slow };
const atDevice = { at: "device", on: "all", effect: { kind: "offline" } };

describe("a window on the client's device", () => {
  it.each<[changes: object, path: string, says: string]>([
    [{ ...atStore, at: "primary" }, "at", 'Put it at "cache-store"'],
    [{ ...atStore, at: "cachestore" }, "at", 'Did you mean "cache-store"?'],
    [{ ...atStore, on: ["token"] }, "on", 'expected "all" at "cache-store"'],
    [{ ...atStore, where: { app: "x" } }, "where.app", "Leave it out."],
    [{ ...atStore, chance: 0.5 }, "chance", "as long as it is open"],
    [{ ...atStore, first: 2 }, "first", "as long as it is open"],
    [{ ...atStore, preflights: "take" }, "preflights", "as long as it is open"],
    [{ ...atStore, effect: { kind: "hang" } }, "at", '"hang" is possible'],
    [{ ...atStore, effect: { ...slow, delay: "5s" } }, "effect.delay", 'got "5s"'],
    [{ ...atStore, effect: { kind: "store-failure", access: "reads" } }, "effect.access", '"read"'],
    [{ ...atDevice, where: { tenant: "x" } }, "where.tenant", "everything that the client does"],
    [{ ...atDevice, at: "edge" }, "at", 'Put it at "device"'],
    [{ ...atDevice, effect: { kind: "clock-shift", byMs: 0 } }, "effect.byMs", "other than 0"],
    [{ ...atDevice, effect: { kind: "clock-shift", byMs: "-1h" } }, "effect.byMs", 'got "-1h"'],
  ])("is refused: %o", (changes, path, says) => {
    const refusal = windowRefusalOf(changes);
    expect(refusal.path).toBe(path);
    expect(refusal.says).toContain(says);
  });

  it("is accepted with fields that are undefined", () => {
    const plan = [{ ...atStore, id: "slow", from: 0, for: 5, where: { app: undefined } }];
    expect(() => checkFaultPlan(plan)).not.toThrow();
  });

  it("is accepted with what it needs", () => {
    const time = { from: 0, for: 5 };
    const plan: FaultPlan = [offline(time), cacheStoreFull(time), clockWrong({ ...time, byMs: 1 })];
    expect(() => checkFaultPlan(plan)).not.toThrow();
  });
});

describe("the state of a device", () => {
  const at = (effect: FaultPlan[number]["effect"], id: string): FaultPlan[number] => ({
    id,
    at: "cache-store",
    on: "all",
    from: 10,
    for: 10,
    effect,
  });

  it("is healthy before and after its windows, and what they say in between", () => {
    const plan = [
      at({ kind: "store-failure", access: "read" }, "a"),
      at({ kind: "store-full" }, "b"),
    ];
    expect(deviceStateAt(plan, 9)).toMatchObject({ storeReads: "ok", storeWrites: "ok" });
    expect(deviceStateAt(plan, 10)).toMatchObject({ storeReads: "fail", storeWrites: "full" });
    expect(deviceStateAt(plan, 20)).toMatchObject({ storeReads: "ok", storeWrites: "ok" });
  });

  it("has failing writes when one window says full and another that they fail", () => {
    const failing = at({ kind: "store-failure" }, "a");
    const full = at({ kind: "store-full" }, "b");
    for (const plan of [
      [failing, full],
      [full, failing],
    ])
      expect(deviceStateAt(plan, 15).storeWrites).toBe("fail");
  });
});
