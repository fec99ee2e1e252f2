import { describe, expect, it } from "vitest";
import {
  answer,
  atMachine,
  capacity,
  goodWindow,
  serverError as busy,
  windowRefusalOf,
} from "../../test/support/fault-plan.ts";
import { checkFaultPlan } from "./validate.ts";

describe("what a window says of pages", () => {
  it.each<[string, object]>([
    ["an error that a page can read", { at: "edge", effect: { ...busy, cors: "present" } }],
    ["an error that no page can read", { effect: { ...busy, cors: "absent" } }],
    [
      "an error for navigations and for pages",
      { on: ["authorize", "token"], effect: { ...busy, cors: "absent" } },
    ],
    [
      "a service over its capacity",
      { effect: { ...capacity, shed: { ...answer, cors: "absent" } } },
    ],
    ["preflights that fail", { preflights: "only" }],
    ["preflights of one tenant that fail", { preflights: "only", where: { tenant: "t" } }],
    ["preflights of a grant's window", { preflights: "take", where: { grant: "password" } }],
    ["late preflights", { preflights: "take", effect: { kind: "latency", delay: 1 } }],
    [
      "the default of preflights, written out",
      { preflights: "pass", effect: { kind: "truncated-body", bytes: 1 } },
    ],
  ])("may have %s", (_, changes) => {
    expect(() => checkFaultPlan([{ ...goodWindow, effect: busy, ...changes }])).not.toThrow();
  });

  it.each<[object, string, string]>([
    [
      { on: ["authorize", "logout"], effect: { ...busy, cors: "present" } },
      "effect.cors",
      'people are sent to "authorize" and "logout"',
    ],
    [{ effect: { ...busy, cors: "yes" } }, "effect.cors", 'one of "present", "absent"'],
    [{ effect: { kind: "reset", cors: "absent" } }, "effect.cors", 'unknown key "cors"'],
    [
      { on: ["authorize"], effect: { ...busy, cors: "present" } },
      "effect.cors",
      "people are sent to",
    ],
    [
      { on: ["saml"], effect: { ...capacity, shed: { ...answer, cors: "absent" } } },
      "effect.shed.cors",
      "people are sent to",
    ],
    [{ ...atMachine, effect: { ...busy, cors: "absent" } }, "effect.cors", "no page asks"],
    [{ preflights: "skip" }, "preflights", 'one of "pass", "take", "only"'],
    [{ ...atMachine, preflights: "take" }, "preflights", "no page asks"],
    [
      { at: "edge", effect: { kind: "refused" }, preflights: "pass" },
      "preflights",
      '"refused" breaks connections',
    ],
    [
      { effect: { kind: "slow-body", chunkBytes: 1, everyMs: 1 }, preflights: "take" },
      "preflights",
      "no body",
    ],
    [{ preflights: "only", where: { app: "a" } }, "where.app", "no body yet"],
  ])("with %o is refused at %s, and the message says %s", (changes, path, says) => {
    const refusal = windowRefusalOf({ effect: busy, ...changes });
    expect(refusal.path).toBe(path);
    expect(refusal.says).toContain(says);
  });
});
