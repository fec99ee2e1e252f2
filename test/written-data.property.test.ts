/**
 * All that a person writes is accepted or refused with a message, never with a crash; and what
 * Brownout accepts, its JSON Schemas accept as well.
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contoso } from "../fixtures/worlds/contoso.ts";
import { HarnessError } from "../harness/core/errors.ts";
import { checkRegistration } from "../harness/entra/backup-coverage/registration.ts";
import { createWorld } from "../harness/entra/directory/create-world.ts";
import { checkSettings } from "../harness/entra/directory/settings-schema.ts";
import { defaultServiceSettings } from "../harness/entra/directory/settings.ts";
import { checkWorld } from "../harness/entra/directory/world-schema.ts";
import { checkFaultPlan } from "../harness/faults/validate.ts";
import { checkOptions as checkPageOptions } from "../harness/integrations/playwright/playwright-options.ts";
import { checkOptions, type EntraOptions } from "../harness/integrations/suite/suite-options.ts";
import { parseResults } from "../harness/reporting/files/read-results.ts";
import { parseShard } from "../harness/reporting/files/shard.ts";
import { parseBaseline } from "../harness/reporting/model/baseline.ts";
import { parseQuarantine } from "../harness/reporting/model/quarantine.ts";
import { checkScenario } from "../harness/runner/scenario-schema.ts";
import { library } from "../scenarios/library.ts";
import { readSchemaFiles } from "../scripts/schema-files.ts";
import { mailApp } from "./support/coverage.ts";

const rules = ["retry-after", "hang"];
const known = { scenario: "a", client: "b", rule: "hang", verdict: "fail", reason: "c" };
const [scenario] = library;
const sketch = {
  tenant: "7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11",
  apps: [{ kind: "daemon", clientId: "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3", secret: "s" }],
  users: ["adele", { upn: "megan" }],
  settings: { backup: "2026-03" },
};

interface Written {
  readonly valid: unknown;
  readonly check: (value: never) => unknown;
  /** Its file in `schemas/`. */
  readonly published?: string;
}

const inJson =
  (parse: (text: string) => unknown) =>
  (value: unknown): unknown =>
    parse(
      JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}` : part)) ??
        "",
    );

const written: Readonly<Record<string, Written>> = {
  world: { valid: contoso, check: checkWorld, published: "world.json" },
  settings: {
    valid: defaultServiceSettings,
    check: (value) => checkSettings(value, contoso.tenants),
    published: "service-settings.json",
  },
  sketch: { valid: sketch, check: createWorld, published: "world-sketch.json" },
  plan: { valid: scenario?.faults, check: checkFaultPlan, published: "fault-plan.json" },
  scenario: { valid: scenario, check: (value) => checkScenario(value) },
  registration: { valid: mailApp, check: checkRegistration, published: "coverage-app.json" },
  baseline: {
    valid: [known],
    check: inJson((text) => parseBaseline(text, { place: "b.json", rules })),
  },
  quarantine: {
    valid: [{ scenario: "a", client: "b", rule: "hang", reason: "c" }],
    check: inJson((text) => parseQuarantine(text, { place: "q.json", rules })),
  },
  results: {
    valid: { schema: "brownout/results/1", seed: "1", brownout: "1", runs: [], failures: [] },
    check: inJson((text) => parseResults(text, "results.json")),
    published: "results.json",
  },
  shard: {
    valid: { schema: "brownout/shard/1", part: 1, of: 2, runs: ["a"] },
    check: inJson((text) => parseShard(text, "shard.json")),
    published: "shard.json",
  },
  "options of a Vitest suite": {
    valid: { seed: "1", app: { name: "a" }, limits: { promptsMax: 1 }, allow: ["db"] },
    check: (options: EntraOptions) => checkOptions(options, "useEntra"),
  },
  "options of a Playwright suite": {
    valid: { user: "adele", mount: "route", startsAt: "2026-01-01" },
    check: checkPageOptions,
  },
};

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
});

/** A valid value in which one field, at random, is another value or is renamed. */
function mutated(valid: unknown, replacement: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.infiniteStream(fc.nat()), replacement, fc.boolean())
    .map(([turns, other, isRenamed]) => replaceSomewhere(valid, turns, { other, isRenamed }));
}

function replaceSomewhere(
  value: unknown,
  turns: Iterator<number>,
  change: { readonly other: unknown; readonly isRenamed: boolean },
): unknown {
  if (typeof value !== "object" || value === null) return change.other;
  const keys = Object.keys(value);
  const turn = Number(turns.next().value);
  const key = keys[turn % (keys.length + 1)];
  if (key === undefined) return change.other;
  const inside = (value as Readonly<Record<string, unknown>>)[key];
  if (change.isRenamed && turn % 5 === 0 && !Array.isArray(value)) {
    const { [key]: _, ...rest } = value as Readonly<Record<string, unknown>>;
    return { ...rest, [`${key}s`]: inside };
  }
  const next = replaceSomewhere(inside, turns, change);
  return Array.isArray(value)
    ? value.map((entry: unknown, index) => (String(index) === key ? next : entry))
    : { ...value, [key]: next };
}

/** The refusal of a value, or undefined when it is accepted; throws any error but a `HarnessError`. */
function refusalOf(check: (value: never) => unknown, value: unknown): HarnessError | undefined {
  try {
    check(value as never);
    return undefined;
  } catch (error) {
    if (error instanceof HarnessError) return error;
    throw error;
  }
}

describe.each(Object.entries(written))("what is written as %s", (_, { valid, check }) => {
  it("is accepted as it should be", () => {
    expect(refusalOf(check, valid)).toBeUndefined();
  });

  it("is refused with a short message and a place when it is anything else", () => {
    fc.assert(
      fc.property(fc.oneof(anything, mutated(valid, anything)), (value) => {
        const { message = "", place = "accepted" } = refusalOf(check, value) ?? {};
        expect(message).not.toMatch(/\n\s+at /);
        expect(message.length).toBeLessThan(4_000);
        expect(place).not.toBe("");
      }),
      { numRuns: 150 },
    );
  });
});

const publishedData = Object.entries(written).flatMap(([name, { valid, check, published }]) =>
  published === undefined ? [] : [{ name, valid, check, published }],
);

describe("the JSON Schema", () => {
  it.each(publishedData)(
    "of $name accepts what Brownout accepts",
    ({ valid, check, published }) => {
      const text = readSchemaFiles().get(published) ?? "";
      const accepts = new Ajv2020({ strictTypes: false }).compile(JSON.parse(text));
      fc.assert(
        fc.property(mutated(valid, fc.jsonValue()), (value) => {
          const isStricter = refusalOf(check, value) === undefined && !accepts(value);
          expect(isStricter && accepts.errors).toBe(false);
        }),
        { numRuns: 300 },
      );
    },
  );
});
