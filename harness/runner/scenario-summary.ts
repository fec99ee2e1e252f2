/**
 * What is known of a scenario without its code, as plain data: a user's file is loaded in a process
 * of its own, and what plans and reports its runs gets this.
 */
import type { ClientUnderTest } from "../clients/client.ts";
import { nonEmptyString } from "../core/common-schemas.ts";
import { HarnessError } from "../core/errors.ts";
import { parseWith, schema } from "../core/validation.ts";
import { flows } from "../history/event.ts";
import { testedAppSchema } from "./option-schemas.ts";
import { isScenarioName, notApplicableSchema, storySchema } from "./scenario-schema.ts";
import type { Scenario } from "./scenario.ts";

/** A scenario without what only its run needs. */
export type ScenarioSummary = Pick<
  Scenario,
  "name" | "title" | "story" | "needs" | "asserts" | "clients" | "notApplicableTo" | "app"
> & {
  /** Which fault windows it has. */
  readonly faults: readonly Pick<Scenario["faults"][number], "id" | "from">[];
};

/** The summary of a scenario that was checked, for `readSummary`. */
export function writeSummary(scenario: Scenario): object {
  const { name, title, story, needs, asserts, faults, clients, notApplicableTo, app } = scenario;
  return {
    name,
    title,
    story,
    needs,
    asserts,
    faults: faults.map(({ id, from }) => ({ id, from })),
    ...(app === undefined ? {} : { app }),
    ...(notApplicableTo === undefined ? {} : { notApplicableTo }),
    ...(clients === undefined ? {} : { clients: clients.map(summaryOf) }),
  };
}

function summaryOf(client: ClientUnderTest | string): object | string {
  if (typeof client === "string") return client;
  const { name, version, flows: known, inBrowser } = client;
  return { name, version, flows: known, ...(inBrowser === true ? { inBrowser } : {}) };
}

/** The scenario of a summary; `bad-scenario` for another value. Its adapters cannot be opened. */
export function readSummary(value: unknown, place: string): ScenarioSummary {
  const options = { what: "scenario", code: "bad-scenario", place } as const;
  const { clients, ...summary } = parseWith(summarySchema, value, options);
  return {
    ...summary,
    ...(clients === undefined
      ? {}
      : {
          clients: clients.map((client) =>
            typeof client === "string" ? client : { ...client, open: cannotBeOpened },
          ),
        }),
  } as ScenarioSummary;
}

function cannotBeOpened(): never {
  throw new HarnessError("bad-usage", "an adapter is opened only where its scenario runs");
}

const summarySchema = schema((z) =>
  z.strictObject({
    name: z.string().refine(isScenarioName),
    title: nonEmptyString(),
    story: storySchema(),
    needs: z.array(z.enum(flows)),
    asserts: z.array(z.string()),
    faults: z.array(z.strictObject({ id: z.string(), from: z.number() })),
    clients: z
      .array(
        z.union([
          z.string(),
          z.strictObject({
            name: nonEmptyString(),
            version: nonEmptyString(),
            flows: z.array(z.enum(flows)),
            inBrowser: z.literal(true).optional(),
          }),
        ]),
      )
      .optional(),
    notApplicableTo: notApplicableSchema().optional(),
    app: testedAppSchema().optional(),
  }),
);
