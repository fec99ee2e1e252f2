/** What a scenario may be. Its fault plan and its world have checks of their own. */
import type { z } from "zod";
import type { ClientUnderTest } from "../clients/client.ts";
import { HarnessError, suggestNames } from "../core/errors.ts";
import { nonEmptyString } from "../core/common-schemas.ts";
import { expecting, parseWith, schema, schemaOf } from "../core/validation.ts";
import { rowFlows } from "../entra/backup/edition.ts";
import { someSettingsSchema } from "../entra/directory/settings-schema.ts";
import type { FaultPlan } from "../faults/plan.ts";
import { planSchema } from "../faults/plan-schema.ts";
import { flows } from "../history/event.ts";
import type { ExpectedFailure } from "../history/header.ts";
import { limitsSchema } from "../history/limits-schema.ts";
import { rules } from "../rules/rules.ts";
import {
  instantSchema,
  testedAppSchema,
  waitOptionsSchema,
  worldInsideSchema,
} from "./option-schemas.ts";
import type { Guess, Scenario, Story } from "./scenario.ts";
import { valueAt } from "./variation.ts";

/**
 * The value itself, as a scenario; `place` is its file; default: the path of the wrong field.
 *
 * @throws HarnessError `bad-scenario` or `bad-fault-plan`, with the path of every wrong field.
 */
export function checkScenario(value: unknown, place?: string): Scenario {
  const { faults } = parseWith(scenarioSchema, withoutAdapterInternals(value), {
    what: "scenario",
    code: "bad-scenario",
    place,
  });
  parseWith(planSchema, faults, { what: "scenario.faults", code: "bad-fault-plan", place });
  checkGuesses(value as Scenario, place);
  return value as Scenario;
}

/** Each guess is about a figure that is there. */
function checkGuesses(scenario: Scenario, file: string | undefined): void {
  for (const [index, { at, values, between, follow = [] }] of (scenario.guesses ?? []).entries()) {
    const where = `scenario.guesses[${index}]`;
    const place = file === undefined ? where : `${file}, ${where}`;
    if (values === undefined && between === undefined) {
      throw new HarnessError("bad-scenario", "it names neither values nor between", { place });
    }
    for (const path of [at, ...follow]) {
      const value = valueAt(scenario, path, place);
      if ((between !== undefined || path !== at) && typeof value !== "number") {
        throw new HarnessError("bad-scenario", `${path} is no number`, { place });
      }
    }
  }
}

/** The scenario with nothing of its adapters but what a run calls: the rest is their own, and may throw when it is read. */
function withoutAdapterInternals(value: unknown): unknown {
  try {
    const { clients } = value as Partial<Scenario>;
    if (!Array.isArray(clients)) return value;
    return {
      ...(value as Scenario),
      clients: clients.map((client: Partial<ClientUnderTest> | string | null) => {
        if (typeof client !== "object" || client === null) return client;
        const { name, version, flows: known, open } = client;
        return { name, version, flows: known, open };
      }),
    };
  } catch {
    // What cannot be read is reported by the check itself.
    return value;
  }
}

/** What a story is. */
export const storySchema = schemaOf<Story>()((z) =>
  z.strictObject(
    {
      standsFor: nonEmptyString(),
      asserts: nonEmptyString(),
      failureMeans: nonEmptyString(),
      fix: nonEmptyString(),
    },
    { error: expecting("an object", "Say what the scenario stands for.") },
  ),
);

/** What a run calls of an adapter. */
const adapterSchema = schema(
  (z) =>
    z.strictObject(
      {
        name: nonEmptyString(),
        version: nonEmptyString(),
        flows: z.array(z.enum(flows)),
        open: z.custom((value) => typeof value === "function", {
          error: expecting("a function"),
        }),
      },
      { error: expecting("the name of a client or an adapter", "See ClientUnderTest.") },
    ) as unknown as z.ZodType<ClientUnderTest>,
);

const ruleIds = rules.map(({ id }) => id);

const expectedFailureSchema = schemaOf<ExpectedFailure>()((z) =>
  z.strictObject(
    {
      rule: z.enum(ruleIds, {
        error: expecting("the id of a rule", (found) =>
          suggestNames(typeof found === "string" ? found : "", ruleIds, 'See "brownout list".'),
        ),
      }),
      because: nonEmptyString(),
      saying: nonEmptyString().optional(),
    },
    { error: expecting("an object", "Write { rule, because }.") },
  ),
);

/** Which clients cannot meet the faults of a scenario. */
export const notApplicableSchema = schema((z) =>
  z.array(z.strictObject({ client: nonEmptyString(), why: nonEmptyString() })),
);

/** Longer names give file names that no file system takes. */
const NAME_CHARACTERS_MAX = 100;
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Whether a text can be the name of a scenario, and so of its files. */
export function isScenarioName(text: string): boolean {
  return text.length <= NAME_CHARACTERS_MAX && NAME.test(text);
}

const guessSchema = schemaOf<Guess>()((z) =>
  z.strictObject(
    {
      at: nonEmptyString(),
      because: nonEmptyString(),
      values: z.array(z.unknown()).optional(),
      between: z.strictObject({ min: z.number(), max: z.number() }).optional(),
      follow: z.array(nonEmptyString()).optional(),
    },
    { error: expecting("an object", "Write { at, because, between: { min: 1, max: 60 } }.") },
  ),
);

const scenarioSchema = schemaOf<Scenario>()((z) =>
  z.strictObject(
    {
      name: z
        .string({
          error: expecting(
            `a name in kebab-case of at most ${NAME_CHARACTERS_MAX} characters`,
            "It names files: use a-z, 0-9 and single hyphens.",
          ),
        })
        .max(NAME_CHARACTERS_MAX)
        .regex(NAME),
      title: nonEmptyString(),
      story: storySchema(),
      needs: z.array(z.enum(flows)),
      asserts: z.array(z.string({ error: expecting("the id of a rule", 'See "brownout list".') })),
      expects: z.array(expectedFailureSchema()).optional(),
      faults: z.custom<FaultPlan>(),
      guesses: z.array(guessSchema()).optional(),
      limits: limitsSchema().optional(),
      waits: waitOptionsSchema().optional(),
      settings: someSettingsSchema().optional(),
      world: worldInsideSchema().optional(),
      startsAt: instantSchema().optional(),
      clients: z.array(z.union([z.string(), adapterSchema()])).optional(),
      notApplicableTo: notApplicableSchema().optional(),
      row: z.strictObject({ flow: z.enum(rowFlows), as: nonEmptyString() }).optional(),
      side: z.strictObject({ question: nonEmptyString(), answer: nonEmptyString() }).optional(),
      app: testedAppSchema().optional(),
      machine: nonEmptyString().optional(),
      script: z.custom<Scenario["script"]>((value) => typeof value === "function", {
        error: expecting("an async function"),
      }),
    },
    {
      error: expecting("an object", "A scenario is the object that defineScenario({ … }) returns."),
    },
  ),
);
