import { describe, expect, it } from "vitest";
import { HarnessError } from "../core/errors.ts";
import { checkFaultPlan } from "./validate.ts";

const answer = { status: 503, retryAfter: { form: "absent" }, body: { form: "empty" } };
const busy = { kind: "server-error", ...answer };
const good = { id: "w", at: "primary", on: ["token"], from: 0, for: 60_000, effect: busy };
const capacity = {
  kind: "capacity",
  requests: 20,
  perMs: 10_000,
  collapsesTo: 1,
  regrowsPerMinute: 1,
  shed: answer,
};
const atMachine = { at: "machine", on: ["managed-identity"] };

function refusalOf(changes: object): string {
  try {
    checkFaultPlan([{ ...good, ...changes }]);
  } catch (error) {
    if (error instanceof HarnessError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("a window", () => {
  it.each<[string, object]>([
    ["an error that a page can read", { at: "edge", effect: { ...busy, cors: "present" } }],
    ["an error that no page can read", { effect: { ...busy, cors: "absent" } }],
    [
      "one for persons and for pages",
      { on: ["authorize", "token"], effect: { ...busy, cors: "absent" } },
    ],
    ["a full service", { effect: { ...capacity, shed: { ...answer, cors: "absent" } } }],
    ["preflights that fail", { preflights: "only" }],
    ["preflights of one tenant that fail", { preflights: "only", where: { tenant: "t" } }],
    ["preflights of a grant's window", { preflights: "take", where: { grant: "password" } }],
    ["late preflights", { preflights: "take", effect: { kind: "latency", delay: 1 } }],
    [
      "a word for the default",
      { preflights: "pass", effect: { kind: "truncated-body", bytes: 1 } },
    ],
  ])("may have %s", (_, changes) => {
    expect(refusalOf(changes)).toBe("accepted");
  });

  it.each<[object, string, string]>([
    [{ effect: { ...busy, cors: "yes" } }, "effect.cors", 'allowed: "present", "absent"'],
    [{ effect: { kind: "reset", cors: "absent" } }, "effect.cors", "is not a field"],
    [{ on: ["authorize"], effect: { ...busy, cors: "present" } }, "effect.cors", "to persons"],
    [
      { on: ["saml"], effect: { ...capacity, shed: { ...answer, cors: "absent" } } },
      "effect.shed.cors",
      "to persons",
    ],
    [{ ...atMachine, effect: { ...busy, cors: "absent" } }, "effect.cors", "no page asks"],
    [{ preflights: "skip" }, "preflights", 'allowed: "pass", "take", "only"'],
    [{ ...atMachine, preflights: "take" }, "preflights", "no page asks"],
    [
      { at: "edge", effect: { kind: "refused" }, preflights: "pass" },
      "preflights",
      "broken before it is known",
    ],
    [
      { effect: { kind: "slow-body", chunkBytes: 1, everyMs: 1 }, preflights: "take" },
      "preflights",
      "no body",
    ],
    [{ preflights: "only", where: { app: "a" } }, "where.app", "no body yet"],
  ])("with %o is refused at %s and told %s", (changes, path, says) => {
    const message = refusalOf(changes);
    expect(message.split(" ")[0]).toBe(`faults[0].${path}`);
    expect(message).toContain(says);
  });
});
