import { describe, expect, it } from "vitest";
import type { FaultEffect } from "../../faults/plan.ts";
import { cacheStoreDown, cacheStoreSlow } from "../../faults/device-presets.ts";
import { aWindow } from "../../../test/support/fault.ts";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { checkFaultsPossible } from "./faults.ts";

describe("a plan under a mount that passes on whole bodies only", () => {
  it.each<FaultEffect>([
    { kind: "slow-body", chunkBytes: 1, everyMs: 1 },
    { kind: "stalled-body", bytes: 1, forMs: 1 },
    { kind: "cut-body", bytes: 1, by: "fin" },
  ])("is refused for $kind, before the run begins", (effect) => {
    const plan = [aWindow({ kind: "reset" }), aWindow(effect, { id: "second" })];
    expect(() =>
      checkFaultsPossible(plan, { backup: "off", mount: "route", world: contoso }),
    ).toThrow(
      expect.objectContaining({
        code: "bad-fault-plan",
        place: "faults[1].effect.kind",
        message: expect.stringContaining(`cannot show the effect ${effect.kind}`),
      }),
    );
    expect(() =>
      checkFaultsPossible(plan, { backup: "off", mount: "proxy", world: contoso }),
    ).not.toThrow();
  });

  it("may have a body that is whole and too short", () => {
    const plan = [aWindow({ kind: "truncated-body", bytes: 1 })];
    expect(() =>
      checkFaultsPossible(plan, { backup: "off", mount: "route", world: contoso }),
    ).not.toThrow();
  });
});

describe("a plan with a fault of the cache store", () => {
  const slow = cacheStoreSlow({ from: 0, for: 1 });
  const down = cacheStoreDown({ from: 0, for: 1 });

  it("is refused in pages when it is slow, because their storage does not wait", () => {
    const conditions = { backup: "off", mount: "proxy", world: contoso } as const;
    expect(() => checkFaultsPossible([down, slow], conditions)).toThrow(
      expect.objectContaining({ code: "bad-fault-plan", place: "faults[1].effect.kind" }),
    );
    expect(() => checkFaultsPossible([down], conditions)).not.toThrow();
  });

  it("is refused for code whose store is its own", () => {
    const conditions = {
      backup: "off",
      mount: "msw",
      world: contoso,
      hasCacheStore: false,
    } as const;
    expect(() => checkFaultsPossible([down], conditions)).toThrow(
      expect.objectContaining({ code: "bad-fault-plan", place: "faults[0].at" }),
    );
    expect(() => checkFaultsPossible([slow], { ...conditions, hasCacheStore: true })).not.toThrow();
  });
});
