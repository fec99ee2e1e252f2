import { describe, expect, it } from "vitest";
import {
  answer,
  capacity,
  goodWindow,
  planRefusalOf,
  serverError,
  updating,
  windowRefusalOf,
} from "../../test/support/fault-plan.ts";
import { checkFaultPlan } from "./validate.ts";

const good = goodWindow;
const respond = { kind: "respond", status: 404, body: { form: "text", text: "no" } };
const throttle = good.effect;

describe("a plan that is accepted", () => {
  it("is returned as it is, also after it was written to JSON and read again", () => {
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
    [
      "a clock that is wrong by a century",
      { at: "device", on: "all", effect: { kind: "clock-shift", byMs: -3_153_600_000_000 } },
    ],
    [
      "a garbled Retry-After with digits",
      { effect: { ...throttle, retryAfter: { form: "garbage", text: "60s, or 60" } } },
    ],
    [
      "a content type with a tab and a space",
      { effect: { kind: "wrong-content-type", contentType: "a/b;\tc d" } },
    ],
    [
      "any headers of printable characters, and Retry-After as one of them",
      { effect: { ...respond, headers: { "x-a": "a\tb c", "x-b": "", "Retry-After": "5" } } },
    ],
    ["a delay of equal bounds", { effect: { kind: "latency", delay: { min: 5, max: 5 } } }],
    ["an answer without a body", { effect: { ...respond, status: 204, body: { form: "empty" } } }],
    ["an optional field that is undefined", { chance: undefined, where: undefined }],
    ["a JSON null as body", { effect: { ...serverError, body: { form: "json", value: null } } }],
  ])("may have %s", (_, changes) => {
    expect(() => checkFaultPlan([{ ...good, ...changes }])).not.toThrow();
  });
});

const cyclic: Record<string, unknown> = {};
cyclic["self"] = cyclic;

/** The changes to the good window, the path of the problem, and what the message or hint says. */
const bad: readonly (readonly [changes: object, path: string, says: string])[] = [
  [{ id: "" }, "id", "not empty"],
  [{ id: undefined }, "id", "got nothing"],
  [{ at: "primry" }, "at", 'Did you mean "primary"?'],
  [{ on: "token" }, "on", 'Write ["token"].'],
  [{ on: ["token", "tokn"] }, "on[1]", 'Did you mean "token"?'],
  [{ on: [] }, "on", "at least one entry"],
  [{ form: 0 }, "form", 'unknown key "form"'],
  [{ from: undefined, form: 0 }, "form", 'Did you mean "from"?'],
  [{ from: -1 }, "from", "a whole number of milliseconds from 0 to 3153600000000, got -1"],
  [{ for: 1.5 }, "for", "a whole number of milliseconds from 0 to 3153600000000, got 1.5"],
  [{ for: 3_153_600_000_001 }, "for", "a whole number of milliseconds from 0 to 3153600000000"],
  [{ on: "tokn" }, "on", 'got "tokn"'],
  [{ on: 7 }, "on", "got a number (7)"],
  [{ effect: { kind: "latency", delay: "5s" } }, "effect.delay", "or { min, max }"],
  [{ effect: { kind: "latency", delay: { min: -1, max: 1 } } }, "effect.delay.min", "got -1"],
  ...[-3_153_600_001, 3_153_600_001].map((seconds): [object, string, string] => [
    { effect: { ...throttle, retryAfter: { form: "http-date", seconds } } },
    "effect.retryAfter.seconds",
    "from -3153600000 to 3153600000",
  ]),
  ...["60", "60 ", "\t60"].map((text): [object, string, string] => [
    { effect: { ...throttle, retryAfter: { form: "garbage", text } } },
    "effect.retryAfter.text",
    "a text that is not a valid Retry-After",
  ]),
  ...["\n", "a\n", "\na", "é", 7].map((value): [object, string, string] => [
    { effect: { ...respond, headers: { "x-a": value } } },
    'effect.headers["x-a"]',
    "a header value of printable ASCII characters",
  ]),
  ...["", " ", "a\n", "\na", "é", 7].map((value): [object, string, string] => [
    { effect: { kind: "wrong-content-type", contentType: value } },
    "effect.contentType",
    "a content type of printable ASCII characters that is not empty",
  ]),
  ...[-3_153_600_000_001, 3_153_600_000_001, 0.5].map((byMs): [object, string, string] => [
    { at: "device", on: "all", effect: { kind: "clock-shift", byMs } },
    "effect.byMs",
    "a whole number of milliseconds from -3153600000000 to 3153600000000",
  ]),
  [
    {
      effect: {
        ...respond,
        headers: { "retry-after": "5" },
        retryAfter: { form: "seconds", seconds: 5 },
      },
    },
    'effect.headers["retry-after"]',
    "is given twice",
  ],
  [{ for: "60000" }, "for", 'got "60000"'],
  [{ for: "60000" }, "for", "Write milliseconds, or minutes(3)"],
  [{ for: "3m" }, "for", "Write minutes(3), which is 180000."],
  [{ from: "1.5 h" }, "from", "Write hours(1.5), which is 5400000."],
  [{ for: "250ms" }, "for", "Write 250."],
  [{ for: Number.POSITIVE_INFINITY }, "for", "got Infinity"],
  [{ chance: 83 }, "chance", "For 83 % write 0.83."],
  [{ chance: -0.1 }, "chance", "from 0 to 1"],
  [{ chance: Number.NaN }, "chance", "got NaN"],
  [{ first: -1 }, "first", "whole number"],
  [{ after: null }, "after", "got null"],
  [{ ramp: { from: 0, to: 2 } }, "ramp.to", "from 0 to 1"],
  [{ ramp: { from: 0 } }, "ramp.to", "got nothing"],
  [{ where: [] }, "where", "expected an object, got an empty array"],
  [{ effect: undefined }, "effect", "got nothing"],
  [{ effect: {} }, "effect.kind", 'one of "throttle", "server-error"'],
  [{ effect: { kind: "throtle" } }, "effect.kind", 'Did you mean "throttle"?'],
  [{ effect: { kind: "toString" } }, "effect.kind", 'got "toString"'],
  [{ effect: { ...throttle, status: 430 } }, "effect.status", "one of 429, 503"],
  [{ effect: { ...serverError, status: 505 } }, "effect.status", "one of 500, 501"],
  [{ effect: { ...serverError, status: "503" } }, "effect.status", "Write 503, a number"],
  [{ effect: { ...throttle, status: "429" } }, "effect.status", "Write 429, a number"],
  [{ effect: { ...updating, status: 400 } }, "effect.status", "one of 404, 410"],
  [{ effect: { ...throttle, retryAftr: 1 } }, "effect.retryAftr", "unknown key"],
  [
    { effect: { ...throttle, retryAfter: 60 } },
    "effect.retryAfter",
    "an object, got a number (60)",
  ],
  [
    { effect: { ...throttle, retryAfter: { form: "second", seconds: 1 } } },
    "effect.retryAfter.form",
    'Did you mean "seconds"?',
  ],
  [
    { effect: { ...throttle, retryAfter: { form: "seconds", seconds: -1 } } },
    "effect.retryAfter.seconds",
    "got -1",
  ],
  [
    { effect: { ...throttle, retryAfter: { form: "zero", seconds: 0 } } },
    "effect.retryAfter.seconds",
    "unknown key",
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
    'got "90033"',
  ],
  [
    { effect: { ...throttle, body: { form: "json", value: cyclic } } },
    "effect.body.value",
    "a value that JSON can express",
  ],
  [
    { effect: { kind: "latency", delay: { min: 5, max: 1 } } },
    "effect.delay.min",
    "at most max (1)",
  ],
  [{ effect: { ...respond, status: 101 } }, "effect.status", "from 200 to 599"],
  [{ effect: { ...respond, status: "404" } }, "effect.status", 'got "404"'],
  [{ effect: { ...respond, status: 204 } }, "effect.body.form", 'Write body: { form: "empty" }.'],
  [{ effect: { ...respond, header: {} } }, "effect.header", 'Did you mean "headers"?'],
  [{ effect: { ...respond, headers: { "a b": "1" } } }, 'effect.headers["a b"]', "the name of a"],
  [{ effect: { ...respond, headers: { a: "1\r\nb: 2" } } }, "effect.headers.a", "printable"],
  [{ effect: { ...respond, headers: { a: 5 } } }, "effect.headers.a", "got a number (5)"],
  [{ effect: { ...respond, headers: { a: "1", A: "2" } } }, "effect.headers.A", 'than "a"'],
  [
    { effect: { ...respond, headers: { "Content-Length": "5" } } },
    'effect.headers["Content-Length"]',
    "truncated-body",
  ],
  [
    {
      effect: {
        ...respond,
        headers: { "retry-after": "5" },
        retryAfter: { form: "seconds", seconds: 5 },
      },
    },
    'effect.headers["retry-after"]',
    "Leave one of them out.",
  ],
  [{ effect: { kind: "answer-lost" } }, "effect.by", 'one of "reset", "hang"'],
  [{ effect: { kind: "answer-lost", by: "fin" } }, "effect.by", 'got "fin"'],
  [
    { effect: { kind: "latency", delay: "5s" } },
    "effect.delay",
    "Write seconds(5), which is 5000.",
  ],
  [{ effect: { kind: "latency", delay: null } }, "effect.delay", "got null"],
  [{ effect: { kind: "hang", forMs: "1h" } }, "effect.forMs", "Write hours(1), which is 3600000."],
  [{ effect: { kind: "hang", forMs: -5 } }, "effect.forMs", "got -5"],
  [{ effect: { kind: "slow-body", chunkBytes: 0, everyMs: 1 } }, "effect.chunkBytes", "from 1"],
  [{ effect: { kind: "cut-body", bytes: 1, by: "rst" } }, "effect.by", 'one of "fin", "reset"'],
  [{ effect: { kind: "wrong-content-type", contentType: "" } }, "effect.contentType", "not empty"],
  [{ effect: { ...capacity, requests: 0 } }, "effect.requests", "from 1"],
  [{ effect: { ...capacity, perMs: 0 } }, "effect.perMs", "from 1"],
  [{ effect: { ...capacity, collapsesTo: 5 } }, "effect.collapsesTo", "For 5 % write 0.05."],
  [{ effect: { ...capacity, collapsesTo: 0.04 } }, "effect.collapsesTo", "at least one"],
  [{ effect: { ...capacity, regrowsPerMinute: -1 } }, "effect.regrowsPerMinute", "from 0 to 1"],
  [{ effect: { ...capacity, shed: undefined } }, "effect.shed", "got nothing"],
  [{ effect: { ...capacity, shed: { ...answer, status: 200 } } }, "effect.shed.status", "429"],
  [{ effect: { ...capacity, perSecond: 1 } }, "effect.perSecond", "unknown key"],
];

describe("a plan that is refused", () => {
  it.each(bad)("with %o at %s, and the message says %s", (changes, path, says) => {
    const refusal = windowRefusalOf(changes);
    expect(refusal.path).toBe(path);
    expect(refusal.says).toContain(says);
  });

  it("is not an array of windows", () => {
    const { code, place, message } = planRefusalOf({ faults: [] });
    expect([code, place]).toEqual(["bad-fault-plan", "faults"]);
    expect(message).toBe("expected an array of fault windows, got an object");
    const [inside, hole] = [[good, null], Array.from({ length: 1 })].map((plan) =>
      planRefusalOf(plan),
    );
    expect(inside?.place).toBe("faults[1]");
    expect([hole?.place, hole?.message]).toEqual(["faults[0]", "expected an object, got nothing"]);
  });

  it("has an array of windows where a window is expected", () => {
    const { place, message, hint } = planRefusalOf([[good]]);
    expect([place, message]).toEqual(["faults[0]", "expected a fault window, got an array"]);
    expect(hint).toContain("Spread it: faults: [...primaryDown(");
  });

  it("has a hole in an array", () => {
    const on: string[] = [];
    on[1] = "token";
    expect(planRefusalOf([{ ...good, on }]).place).toBe("faults[0].on[0]");
  });

  it("has two windows with one id", () => {
    const { place, message } = planRefusalOf([good, { ...good, on: "all" }]);
    expect(place).toBe("faults[1].id");
    expect(message).toBe('expected another id than that of faults[0], got "busy"');
  });

  it("has several problems, which are all reported", () => {
    const bad = [{ ...good, at: "backup", on: ["keys", "logout"], where: { region: "West US" } }];
    const { message } = planRefusalOf(bad, "mine.json");
    expect(message).toContain("faults[0].where.region: ");
    const across = planRefusalOf([{ ...good, at: "backup", on: ["keys", "logout"] }]).message;
    expect(across).toMatch(
      /^2 problems:\n {2}faults\[0\]\.on\[0\]: .*\n {2}faults\[0\]\.on\[1\]: /,
    );
  });

  it("comes from a file, which is the place then", () => {
    const { place, message } = planRefusalOf([{ ...good, at: "dns" }], "mine.json");
    expect(place).toBe("mine.json");
    expect(message).toMatch(/^faults\[0\]\.at: expected /);
  });

  it("has a name that every object has", () => {
    const plan: unknown = JSON.parse(`[${JSON.stringify(good).slice(0, -1)},"__proto__":{}}]`);
    expect(planRefusalOf(plan).place).toBe("faults[0].__proto__");
  });
});
