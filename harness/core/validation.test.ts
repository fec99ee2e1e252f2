import { describe, expect, it } from "vitest";
import { jsonValue, nonEmptyString, ratio, wholeNumber } from "./common-schemas.ts";
import type { HarnessError } from "./errors.ts";
import {
  acrossFields,
  expected,
  expecting,
  parseWith,
  type ParseOptions,
  schema,
  type TypeOf,
} from "./validation.ts";

const app = schema((z) =>
  z.strictObject({
    name: z.string(),
    redirectUris: z.array(z.string()).optional(),
    kind: z.enum(["spa", "web", "daemon"]),
  }),
);

const world = schema((z) => z.strictObject({ apps: z.array(app()) }));

const effect = schema((z) =>
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("throttle"), status: z.literal([429, 503]) }),
    z.strictObject({
      kind: z.literal("latency"),
      delay: z.union([z.int(), z.strictObject({ min: z.int(), max: z.int() })]),
    }),
  ]),
);

const spa = { name: "portal", kind: "spa" };

function refusalOf(
  lazy: Parameters<typeof parseWith>[0],
  value: unknown,
  options: Partial<ParseOptions> = {},
): HarnessError {
  try {
    parseWith(lazy, value, { what: "world", code: "bad-world", ...options });
  } catch (error) {
    return error as HarnessError;
  }
  throw new Error("nothing was refused");
}

describe("parseWith", () => {
  it("returns what the schema accepts", () => {
    const found: TypeOf<typeof world> = parseWith(
      world,
      { apps: [spa] },
      { what: "world", code: "bad-world" },
    );

    expect(found).toEqual({ apps: [spa] });
  });

  it("reports the path, what was expected and what was found", () => {
    const { code, place, message, hint } = refusalOf(world, {
      apps: [spa, spa, { ...spa, name: 5 }],
    });

    expect({ code, place, message, hint }).toEqual({
      code: "bad-world",
      place: "world.apps[2].name",
      message: "expected a string, got a number (5)",
      hint: undefined,
    });
  });

  it("suggests the nearest key that is not in use", () => {
    const { place, message, hint } = refusalOf(world, { apps: [{ ...spa, redirectUri: "/" }] });

    expect({ place, message, hint }).toEqual({
      place: "world.apps[0].redirectUri",
      message: 'unknown key "redirectUri"',
      hint: 'Did you mean "redirectUris"?',
    });
  });

  it("lists the known keys when none is near", () => {
    const { hint } = refusalOf(world, { apps: [{ ...spa, zzzzzzz: 1 }] });

    expect(hint).toBe("Known keys: name, redirectUris, kind.");
  });

  it("lists the known keys once, and at most twenty", () => {
    const wide = schema((z) =>
      z.strictObject(
        Object.fromEntries(
          Array.from({ length: 22 }, (_, index) => [`field${index}`, z.unknown().optional()]),
        ),
      ),
    );

    const { message } = refusalOf(wide, { a: 1, b: 2 });

    expect(message).toMatch(/world\.a: .*field19 and 2 more\.\n {2}world\.b: unknown key "b"$/);
  });

  it("suggests the nearest of several values", () => {
    const { message, hint } = refusalOf(world, { apps: [{ ...spa, kind: "spaa" }] });

    expect(message).toBe('expected one of "spa", "web", "daemon", got "spaa"');
    expect(hint).toBe('Did you mean "spa"?');
  });

  it("lists every problem of a file in one error, unknown keys first", () => {
    const { place, message } = refusalOf(
      world,
      { apps: [{ ...spa, name: 5 }, { ...spa, redirectUri: "/" }, { kind: "spa" }] },
      { place: "world.json" },
    );

    expect(place).toBe("world.json");
    expect(message.split("\n")).toEqual([
      "3 problems:",
      '  world.apps[1].redirectUri: unknown key "redirectUri". Did you mean "redirectUris"?',
      "  world.apps[0].name: expected a string, got a number (5)",
      "  world.apps[2].name: expected a string, got nothing",
    ]);
  });

  it("names the file and the path of a single problem", () => {
    const { place, message } = refusalOf(world, { apps: 5 }, { place: "world.json" });

    expect(place).toBe("world.json");
    expect(message).toBe("world.apps: expected an array of objects, got a number (5)");
  });

  it("counts the problems beyond the first ten", () => {
    const { message } = refusalOf(world, { apps: Array.from({ length: 13 }, () => 1) });

    expect(message.split("\n")).toHaveLength(12);
    expect(message.split("\n").at(-1)).toBe("  and 3 more");
  });

  it("gives the hint of the caller where a problem has none of its own", () => {
    const { hint } = refusalOf(world, {}, { hint: "Begin with contoso." });

    expect(hint).toBe("Begin with contoso.");
  });

  it("reports the branch of a union that the discriminator names", () => {
    const { place, message } = refusalOf(effect, { kind: "throttle", status: 404 });

    expect(place).toBe("world.status");
    expect(message).toBe("expected one of 429, 503, got 404");
  });

  it("suggests the nearest discriminator", () => {
    const { place, message, hint } = refusalOf(effect, { kind: "latencyy" });

    expect(place).toBe("world.kind");
    expect(message).toBe('expected one of "throttle", "latency", got "latencyy"');
    expect(hint).toBe('Did you mean "latency"?');
  });

  it.each([
    [{ min: 1 }, "world.delay.max", "expected a whole number, got nothing"],
    ["soon", "world.delay", 'expected a whole number or an object, got "soon"'],
  ])("reports the branch of a union that has the kind of the value: %j", (delay, at, text) => {
    const { place, message } = refusalOf(effect, { kind: "latency", delay });

    expect(place).toBe(at);
    expect(message).toBe(text);
  });

  it("reports what is wrong between fields, once the fields themselves are right", () => {
    const range = schema((z) =>
      z.strictObject({ min: z.int(), max: z.int() }).check(
        acrossFields<{ min: number; max: number }>(({ min, max }, report) => {
          if (min > max) report(["min"], expected(`at most ${max}`, min), "Swap them.");
        }),
      ),
    );

    const { place, message, hint } = refusalOf(range, { min: 2, max: 1 });

    expect({ place, message, hint }).toEqual({
      place: "world.min",
      message: "expected at most 1, got 2",
      hint: "Swap them.",
    });
    expect(refusalOf(range, { min: "2", max: 1 }).message).toContain("expected a whole number");
  });

  it("uses the words of a schema for anything wrong with its value", () => {
    const guid = schema((z) => z.string({ error: expecting("a GUID", "Copy it.") }).regex(/^\d+$/));

    for (const value of [5, "x"]) {
      const { message, hint } = refusalOf(guid, value);
      expect(message).toMatch(/^expected a GUID, got /);
      expect(hint).toBe("Copy it.");
    }
  });
});

describe("the common schemas", () => {
  it.each([
    [nonEmptyString, " ", 'expected a string that is not empty, got " "', undefined],
    [ratio, 40, "expected a number from 0 to 1, got 40", "For 40 % write 0.4."],
    [ratio, Number.NaN, "expected a number from 0 to 1, got NaN", undefined],
    [
      schema((z) => wholeNumber(z, 1, 9)),
      9.5,
      "expected a whole number from 1 to 9, got 9.5",
      undefined,
    ],
    [schema((z) => wholeNumber(z, 1)), 0, "expected a whole number from 1 on, got 0", undefined],
    [jsonValue, () => 1, "expected a value that JSON can express, got a function", undefined],
  ])("say what they expect: %#", (lazy, value, text, advice) => {
    const { message, hint } = refusalOf(lazy, value);

    expect({ message, hint }).toEqual({ message: text, hint: advice });
  });
});

describe("a hostile value", () => {
  const throwing = Object.defineProperty({}, "apps", {
    enumerable: true,
    get: () => {
      throw new Error("not today");
    },
  });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const cyclic: Record<string, unknown> = { apps: [] };
  cyclic["self"] = cyclic;

  it.each([
    ["a getter that throws", throwing, "world.apps", "cannot be read: not today"],
    ["a revoked proxy", { apps: [proxy] }, "world.apps[0]", "cannot be read: "],
    ["a cycle", cyclic, "world.self", 'unknown key "self"'],
    ["a __proto__ key", JSON.parse('{"apps":[],"__proto__":{}}'), "world.__proto__", "unknown key"],
    [
      "a sparse array",
      { apps: Object.assign([], { length: 4e9 }) },
      "world.apps",
      "at most 1000000 entries",
    ],
    ["a symbol", { apps: Symbol("x") }, "world.apps", "got a symbol"],
    ["a bigint", { apps: 5n }, "world.apps", "got a bigint"],
    ["a long string", { apps: "x".repeat(1e6) }, "world.apps", "…"],
  ])("is refused with its place: %s", (_, value, at, text) => {
    const { name, place, message } = refusalOf(world, value);

    expect(name).toBe("HarnessError");
    expect(place).toBe(at);
    expect(message).toContain(text);
    expect(message.length).toBeLessThan(300);
  });

  it("is refused when it has no end", () => {
    const endless = (): object =>
      new Proxy(
        {},
        {
          ownKeys: () => ["a", "b"],
          getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
          get: endless,
        },
      );

    expect(refusalOf(world, { apps: [endless()] }).message).toContain("too large");
  });

  it("is refused when it throws what has no text", () => {
    const silent = Object.defineProperty({}, "apps", {
      enumerable: true,
      get: () => {
        // oxlint-disable-next-line no-throw-literal
        throw Object.create(null);
      },
    });

    expect(refusalOf(world, silent).message).toBe("cannot be read: an error without a text");
  });

  it("is refused when it changes while it is read", () => {
    let reads = 0;
    const value = Object.defineProperty({}, "apps", {
      enumerable: true,
      get: () => {
        reads += 1;
        if (reads > 1) throw new Error("not twice");
        return [];
      },
    });

    expect(refusalOf(world, value).message).toContain("cannot be read: not twice");
  });
});
