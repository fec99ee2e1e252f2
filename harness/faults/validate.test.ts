import { describe, expect, it } from "vitest";
import {
  answer,
  capacity,
  goodWindow,
  planRefusalOf as refusalOf,
  serverError,
  updating,
} from "../../test/support/fault-plan.ts";
import { checkFaultPlan } from "./validate.ts";

const good = goodWindow;
const throttle = good.effect;

describe("a good plan", () => {
  it("comes back as it is, after a way through JSON too", () => {
    const plan = [good, { ...good, id: "second", on: "all", chance: 0.5 }];
    expect(checkFaultPlan(plan)).toBe(plan);
    expect(checkFaultPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    expect(checkFaultPlan([])).toEqual([]);
  });

  it.each<[string, object]>([
    [
      "a date that is past",
      { effect: { ...throttle, retryAfter: { form: "http-date", seconds: -60 } } },
    ],
    [
      "huge seconds",
      {
        effect: { ...throttle, retryAfter: { form: "seconds", seconds: Number.MAX_SAFE_INTEGER } },
      },
    ],
    [
      "an empty Retry-After",
      { effect: { ...throttle, retryAfter: { form: "garbage", text: "" } } },
    ],
    ["a capacity that collapses to one request", { effect: capacity }],
    ["a capacity that collapses to none", { effect: { ...capacity, collapsesTo: 0 } }],
    ["an optional field that is undefined", { chance: undefined, where: undefined }],
    ["a JSON null as body", { effect: { ...serverError, body: { form: "json", value: null } } }],
  ])("may have %s", (_, changes) => {
    expect(() => checkFaultPlan([{ ...good, ...changes }])).not.toThrow();
  });
});

const cyclic: Record<string, unknown> = {};
cyclic["self"] = cyclic;

/** What is changed in the good window; the path named; what else the message or hint says. */
const bad: readonly (readonly [changes: object, path: string, says: string])[] = [
  [{ id: "" }, "id", "not empty"],
  [{ id: undefined }, "id", "missing"],
  [{ at: "primry" }, "at", 'Did you mean "primary"?'],
  [{ on: "token" }, "on", 'Write ["token"].'],
  [{ on: ["token", "tokn"] }, "on[1]", 'Did you mean "token"?'],
  [{ on: [] }, "on", "empty list"],
  [{ form: 0 }, "form", "is not a field"],
  [{ from: undefined, form: 0 }, "form", 'Did you mean "from"?'],
  [{ from: -1 }, "from", "is -1; it must be a whole number from 0"],
  [{ for: 1.5 }, "for", "is 1.5"],
  [{ for: "60000" }, "for", 'is "60000"'],
  [{ for: Number.POSITIVE_INFINITY }, "for", "is Infinity"],
  [{ chance: 83 }, "chance", "For 83 % write 0.83."],
  [{ chance: -0.1 }, "chance", "from 0 to 1"],
  [{ chance: Number.NaN }, "chance", "is NaN"],
  [{ first: -1 }, "first", "whole number"],
  [{ after: null }, "after", "is null"],
  [{ ramp: { from: 0, to: 2 } }, "ramp.to", "from 0 to 1"],
  [{ ramp: { from: 0 } }, "ramp.to", "missing"],
  [{ where: [] }, "where", "is a list; it must be an object"],
  [{ effect: undefined }, "effect", "missing"],
  [{ effect: {} }, "effect", 'has no "kind"'],
  [{ effect: { kind: "throtle" } }, "effect.kind", 'Did you mean "throttle"?'],
  [{ effect: { kind: "toString" } }, "effect.kind", "allowed"],
  [{ effect: { ...throttle, status: 430 } }, "effect.status", "allowed: 429, 503"],
  [{ effect: { ...serverError, status: 505 } }, "effect.status", "allowed: 500, 501"],
  [{ effect: { ...updating, status: 400 } }, "effect.status", "allowed: 404, 410"],
  [{ effect: { ...throttle, retryAftr: 1 } }, "effect.retryAftr", "is not a field"],
  [{ effect: { ...throttle, retryAfter: 60 } }, "effect.retryAfter", "is 60; it must be an object"],
  [
    { effect: { ...throttle, retryAfter: { form: "second", seconds: 1 } } },
    "effect.retryAfter.form",
    'Did you mean "seconds"?',
  ],
  [
    { effect: { ...throttle, retryAfter: { form: "seconds", seconds: -1 } } },
    "effect.retryAfter.seconds",
    "is -1",
  ],
  [
    { effect: { ...throttle, retryAfter: { form: "zero", seconds: 0 } } },
    "effect.retryAfter.seconds",
    "is not a field",
  ],
  [
    { effect: { ...throttle, retryAfter: { form: "garbage", text: "a\r\nb" } } },
    "effect.retryAfter.text",
    "printable",
  ],
  [
    { effect: { ...throttle, retryAfter: { form: "garbage", text: " 60" } } },
    "effect.retryAfter.text",
    'Use the form "seconds".',
  ],
  [
    { effect: { ...throttle, body: { form: "htm", title: "x" } } },
    "effect.body.form",
    'Did you mean "html"?',
  ],
  [
    { effect: { ...throttle, body: { form: "aadsts", code: "90033" } } },
    "effect.body.code",
    'is "90033"',
  ],
  [
    { effect: { ...throttle, body: { form: "json", value: cyclic } } },
    "effect.body.value",
    "print as JSON",
  ],
  [
    { effect: { kind: "latency", delay: { min: 5, max: 1 } } },
    "effect.delay.min",
    "more than max (1)",
  ],
  [{ effect: { kind: "latency", delay: null } }, "effect.delay", "is null"],
  [{ effect: { kind: "hang", forMs: -5 } }, "effect.forMs", "is -5"],
  [{ effect: { kind: "slow-body", chunkBytes: 0, everyMs: 1 } }, "effect.chunkBytes", "from 1"],
  [{ effect: { kind: "cut-body", bytes: 1, by: "rst" } }, "effect.by", "allowed"],
  [{ effect: { kind: "wrong-content-type", contentType: "" } }, "effect.contentType", "not empty"],
  [{ effect: { ...capacity, requests: 0 } }, "effect.requests", "from 1"],
  [{ effect: { ...capacity, perMs: 0 } }, "effect.perMs", "from 1"],
  [{ effect: { ...capacity, collapsesTo: 5 } }, "effect.collapsesTo", "For 5 % write 0.05."],
  [{ effect: { ...capacity, collapsesTo: 0.04 } }, "effect.collapsesTo", "less than one"],
  [{ effect: { ...capacity, regrowsPerMinute: -1 } }, "effect.regrowsPerMinute", "from 0 to 1"],
  [{ effect: { ...capacity, shed: undefined } }, "effect.shed", "missing"],
  [{ effect: { ...capacity, shed: { ...answer, status: 200 } } }, "effect.shed.status", "429"],
  [{ effect: { ...capacity, perSecond: 1 } }, "effect.perSecond", "is not a field"],
];

describe("a bad plan", () => {
  it.each(bad)("with %o is refused at %s and told %s", (changes, path, says) => {
    const { code, message, hint } = refusalOf([good, { ...good, id: "second", ...changes }]);
    expect(code).toBe("bad-fault-plan");
    expect(message.split(" ")[0]).toBe(`faults[1].${path}`);
    expect(`${message} ${hint}`).toContain(says);
  });

  it("is refused whole when it is not a list of windows", () => {
    expect(refusalOf({ faults: [] }).message).toBe(
      "faults is an object; it must be a list of windows",
    );
    expect(refusalOf([good, null]).message).toContain("faults[1] is null");
    expect(refusalOf(Array.from({ length: 1 })).message).toContain("faults[0] is missing");
  });

  it("is refused for a hole in a list", () => {
    const on: string[] = [];
    on[1] = "token";
    expect(refusalOf([{ ...good, on }]).message).toContain("faults[0].on[0] is missing");
  });

  it("names both windows that share an id", () => {
    expect(refusalOf([good, { ...good, on: "all" }]).message).toBe(
      'faults[1].id is "busy", the id of faults[0]; ids are unique',
    );
  });

  it("says where it came from", () => {
    expect(refusalOf([{}], "mine.json").place).toBe("mine.json");
    expect(refusalOf([{}]).place).toBeUndefined();
  });

  it("is not fooled by names that every object has", () => {
    const plan: unknown = JSON.parse(`[${JSON.stringify(good).slice(0, -1)},"__proto__":{}}]`);
    expect(refusalOf(plan).message).toContain("faults[0].__proto__ is not a field");
  });
});
