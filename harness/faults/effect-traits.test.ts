import { describe, expect, it } from "vitest";
import { answer } from "../../test/support/fault-plan.ts";
import { failsOver, isDeviceEffect } from "./effect-traits.ts";
import type { FaultEffect } from "./plan.ts";

describe("what the front door offers to the backup", () => {
  it.each<[what: string, effect: object, expected: boolean]>([
    ["a 500", { kind: "server-error", ...answer, status: 500 }, true],
    ["no answer", { kind: "hang" }, true],
    ["a throttle, which answers 429", { kind: "throttle", body: answer.body }, false],
    ["a throttle with a 503", { kind: "throttle", ...answer, status: 503 }, true],
    ["an answer of status 500", { kind: "respond", status: 500, body: answer.body }, true],
    ["an answer of status 499", { kind: "respond", status: 499, body: answer.body }, false],
    ["a slow answer", { kind: "latency", delay: 5 }, false],
    ["a success without a token", { kind: "empty-success" }, false],
    ["a machine that is updated", { kind: "updating", status: 410, body: answer.body }, false],
    [
      "an answer to what is over the capacity",
      { kind: "capacity", status: 503, shed: answer },
      false,
    ],
  ])("%s: %o, %s", (_, effect, expected) => {
    expect(failsOver(effect as FaultEffect)).toBe(expected);
  });
});

it("effects of the client's own device are no requests", () => {
  expect(isDeviceEffect({ kind: "store-full" })).toBe(true);
  expect(isDeviceEffect({ kind: "clock-shift", byMs: 1 })).toBe(true);
  expect(isDeviceEffect({ kind: "hang" })).toBe(false);
});
