import { describe, expect, it } from "vitest";
import { HarnessError } from "../core/errors.ts";
import { checkFaultPlan } from "./validate.ts";

const good = {
  id: "busy",
  at: "primary",
  on: ["token"],
  from: 0,
  for: 60_000,
  effect: {
    kind: "throttle",
    retryAfter: { form: "seconds", seconds: 60 },
    body: { form: "text", text: "Too Many Requests" },
  },
};
const { throttle, refused } = { throttle: good.effect, refused: { kind: "refused" } };
const answer = { status: 503, retryAfter: { form: "absent" }, body: { form: "empty" } };
const serverError = { kind: "server-error", ...answer };
const capacity = {
  kind: "capacity",
  requests: 20,
  perMs: 10_000,
  collapsesTo: 0.05,
  regrowsPerMinute: 0.5,
  shed: answer,
};

function refusalOf(plan: unknown, place?: string): HarnessError {
  try {
    checkFaultPlan(plan, place);
  } catch (error) {
    if (error instanceof HarnessError) return error;
    throw error;
  }
  throw new Error("the plan was accepted");
}

const updating = { kind: "updating", status: 410, body: { form: "empty" } };
const atMachine = { at: "machine", on: ["managed-identity"] };

describe("a good plan", () => {
  it("comes back as it is, after a way through JSON too", () => {
    const plan = [good, { ...good, id: "second", on: "all", chance: 0.5 }];
    expect(checkFaultPlan(plan)).toBe(plan);
    expect(checkFaultPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    expect(checkFaultPlan([])).toEqual([]);
  });

  it.each<[string, object]>([
    [
      "a slice of every dimension",
      {
        where: {
          tenant: "common",
          user: "a@b.c",
          grant: ["refresh_token", "urn:x"],
          app: "a",
          host: "westus2.login.microsoft.com",
          region: ["westus2"],
        },
      },
    ],
    [
      "a refused connection by tenant and host",
      { at: "edge", effect: refused, where: { tenant: "t", host: "h" } },
    ],
    [
      "the grant_type of the wire as a grant",
      { where: { grant: "urn:ietf:params:oauth:grant-type:jwt-bearer" } },
    ],
    ["a backup that hangs", { at: "backup", effect: { kind: "hang" } }],
    ["a resource that is down", { at: "resource", on: ["resource"], effect: refused }],
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
    ["a machine that is updated", { ...atMachine, effect: updating }],
    [
      "a machine that refuses connections",
      { at: "machine", on: "all", effect: { kind: "refused" } },
    ],
    ["a machine asked by one app", { ...atMachine, where: { app: "a" }, effect: updating }],
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
  [{ where: { tennant: "t" } }, "where.tennant", 'Did you mean "tenant"?'],
  [{ where: { grant: "client_credential" } }, "where.grant", 'Did you mean "client_credentials"?'],
  [{ where: { grant: "jwt-bearer" } }, "where.grant", '"on_behalf_of"'],
  [{ on: ["authorize"], where: { grant: "password" } }, "where.grant", "names no grant"],
  [{ at: "edge", where: { grant: "managed_identity" } }, "where.grant", 'Put it at "primary"'],
  [
    { at: "resource", on: ["resource"], where: { grant: "password" } },
    "where.grant",
    "does not name one",
  ],
  [
    { at: "resource", on: "all", where: { tenant: "contoso" } },
    "where.tenant",
    "does not name one",
  ],
  [{ at: "resource", on: "all", where: { region: "westus2" } }, "where.region", "does not name"],
  [{ on: ["user-realm"], where: { tenant: "contoso" } }, "where.tenant", "names no tenant"],
  [{ where: { region: "West US 2" } }, "where.region", 'Write "westus2".'],
  [{ where: { region: "westus2.login.microsoft.com" } }, "where.region", 'Write "westus2".'],
  [
    { where: { region: "westus2", host: "login.microsoft.com" } },
    "where.region",
    "no host of where.host",
  ],
  [{ where: { host: "*.login.microsoft.com" } }, "where.host", "where.region"],
  [{ where: { host: "login.microsoft.com." } }, "where.host", 'Write "login.microsoft.com".'],
  [{ ...atMachine, where: { host: "localhost" } }, "where.host", "169.254.169.254"],
  [{ where: { tenant: " contoso" } }, "where.tenant", "space"],
  [{ where: { app: ["a", 7] } }, "where.app[1]", "is 7"],
  [{ where: { user: [] } }, "where.user", "empty list"],
  [{ where: { host: "https://login.microsoftonline.com" } }, "where.host", "without scheme"],
  [{ effect: undefined }, "effect", "missing"],
  [{ effect: {} }, "effect", 'has no "kind"'],
  [{ effect: { kind: "throtle" } }, "effect.kind", 'Did you mean "throttle"?'],
  [{ effect: { kind: "toString" } }, "effect.kind", "allowed"],
  [{ effect: { ...throttle, status: 430 } }, "effect.status", "allowed: 429, 503"],
  [{ effect: { ...serverError, status: 505 } }, "effect.status", "allowed: 500, 501"],
  [{ effect: { ...updating, status: 400 } }, "effect.status", "allowed: 404, 410"],
  [{ effect: updating }, "at", 'Put it at "machine".'],
  [{ on: ["managed-identity"] }, "on[0]", 'Put it at "machine".'],
  [{ at: "edge", on: ["managed-identity"] }, "on[0]", 'Put it at "machine".'],
  [{ at: "machine" }, "on[0]", 'possible there: "managed-identity", "other"'],
  [{ ...atMachine, where: { region: "westeurope" } }, "where.region", "does not name one"],
  [{ ...atMachine, where: { user: "adele" } }, "where.user", "does not name one"],
  [{ ...atMachine, effect: { kind: "dns-failure" } }, "at", 'or use "refused"'],
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
  [{ at: "dns" }, "at", 'Put it at "edge", or use "dns-failure".'],
  [{ effect: refused }, "at", 'Put it at "edge".'],
  [{ effect: refused }, "at", "the client cannot connect"],
  [{ at: "backup", effect: refused }, "at", 'possible at "edge", "resource", "machine"'],
  [{ at: "backup", effect: { kind: "connect-timeout" } }, "at", 'Put it at "edge".'],
  [{ effect: { kind: "dns-failure" } }, "at", 'possible at "dns", "edge", "resource"'],
  [{ at: "backup", effect: { kind: "dns-failure" } }, "at", 'Put it at "dns".'],
  [{ at: "dns", effect: { kind: "keys-withdrawn" }, on: ["keys"] }, "at", 'Put it at "primary"'],
  [{ at: "backup", effect: { kind: "keys-withdrawn" }, on: ["keys"] }, "at", 'Put it at "primary"'],
  [
    { at: "resource", effect: { kind: "keys-withdrawn" }, on: ["keys"] },
    "at",
    'Put it at "primary"',
  ],
  [
    { at: "backup", on: ["token", "keys"] },
    "on[1]",
    'possible there: "token", "authorize", "saml"',
  ],
  [{ at: "backup", on: ["resource"] }, "on[0]", 'Put it at "resource".'],
  [
    { at: "edge", effect: refused, where: { grant: "password" } },
    "where.grant",
    "no body exists yet",
  ],
  [
    { at: "edge", effect: { kind: "tls-failure" }, where: { app: "a" } },
    "where.app",
    "no body exists yet",
  ],
  [
    { at: "dns", effect: { kind: "dns-failure" }, where: { user: "u" } },
    "where.user",
    "no body exists yet",
  ],
  [{ effect: { kind: "keys-withdrawn" } }, "on", '["keys"]'],
  [{ on: ["token", "resource"] }, "on[1]", 'Put it at "resource".'],
  [{ at: "resource" }, "on[0]", 'possible there: "resource", "userinfo"'],
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
