/** What the outages beside the token service take, and what they leave alone. */
import { describe, expect, it } from "vitest";
import { keyReplicasDisagree, secondFactorDown } from "./sign-in-presets.ts";
import { checkFaultPlan } from "./validate.ts";

const time = { from: 60_000, for: 3_600_000 };

describe("the outage of the second factor", () => {
  it("fails at once, or hangs for as long as it is to, at its own site", () => {
    expect(secondFactorDown(time)).toMatchObject({
      id: "second-factor-down",
      at: "second-factor",
      on: ["authorize"],
      effect: { kind: "server-error", status: 503 },
    });
    expect(secondFactorDown({ ...time, hangMs: 30_000 }).effect).toEqual({
      kind: "hang",
      forMs: 30_000,
    });
  });
});

describe("replicas of the key set that disagree", () => {
  it("withdraw the signing key from a share of the reads, half by default", () => {
    expect(keyReplicasDisagree(time)).toMatchObject({
      on: ["keys"],
      chance: 0.5,
      effect: { kind: "keys-withdrawn" },
    });
    expect(keyReplicasDisagree({ ...time, share: 0.1 }).chance).toBe(0.1);
  });
});

it("both are plans that can be played", () => {
  expect(() => checkFaultPlan([secondFactorDown(time), keyReplicasDisagree(time)])).not.toThrow();
});
