/**
 * When, where and of what a session was run: the contents of `run.json`, which stands beside
 * `results.json`. Everything that depends on the wall clock, the machine or the build is here, so
 * that the results of one seed stay equal byte for byte.
 */
import { nonEmptyString, wholeNumber } from "../../core/common-schemas.ts";
import { parseJson } from "../../core/json.ts";
import { parseWith, schema, type TypeOf, type Z } from "../../core/validation.ts";

/** The name of the file in the output folder. */
export const RUN_FILE = "run.json";

/** As many parts as `--shard` takes. */
const PARTS_MAX = 99_999;

/** An npm package that was loaded while clients ran. */
export type LoadedPackage = TypeOf<typeof packageSchema>;

const packageSchema = schema((z) => z.object({ name: nonEmptyString(), version: z.string() }));

/** What kept a session, or a part of it, from its end. */
export type RunProblem = TypeOf<typeof problemSchema>;

const problemSchema = schema((z) =>
  z.object({
    code: z.string(),
    message: z.string(),
    place: z.string().optional().describe("The file, option or run that it is about."),
    hint: z.string().optional().describe("What to do about it."),
  }),
);

/** What one run of a scenario took in real time, and the packages that it loaded. */
export type TimedRun = TypeOf<typeof timedRunSchema>;

const timedRunSchema = schema((z) =>
  z.object({
    scenario: nonEmptyString(),
    client: nonEmptyString().describe("The name of the client under test."),
    mount: nonEmptyString(),
    durationMs: duration(z).describe("Real time, ms; `results.json` has the virtual time."),
    clients: z
      .array(packageSchema())
      .optional()
      .describe("Packages of the family of sign-in clients that this run used."),
  }),
);

/** One machine's part of a merged session. */
const partSchema = schema((z) =>
  z.object({
    shard: shardOf(z).optional(),
    startedAt: timestamp(z),
    endedAt: timestamp(z),
    host: z.string(),
    os: z.string(),
    node: z.string(),
    build: z.string().optional(),
    outcome: outcomeOf(z),
    exitCode: z.int(),
  }),
);

/** What is known of a session beside its results. */
export type RunFacts = TypeOf<typeof runFactsSchema>;

/** The shape of `run.json`. */
export const runFactsSchema = schema((z) =>
  z.object({
    schema: z.literal("brownout/run/1"),
    job: nonEmptyString().describe(
      "Which job this is a run of, such as `nightly`: findings are followed from run to run of one job. Default: branch and command.",
    ),
    startedAt: timestamp(z),
    endedAt: timestamp(z),
    durationMs: duration(z).describe(
      "Real time, ms; of a merged session that of all its parts together.",
    ),
    command: nonEmptyString().describe("As it was typed, without secrets."),
    folder: z
      .string()
      .optional()
      .describe("Where the command was called, from the root of the checkout; empty for the root."),
    commit: z.string().optional(),
    branch: z.string().optional(),
    build: z.string().optional().describe("The address of the build that ran it."),
    buildName: z.string().optional().describe("The name of the pipeline or workflow."),
    buildNumber: z.string().optional(),
    label: z.string().optional().describe("What the person calls this run, such as a release."),
    host: z.string(),
    os: z.string(),
    node: z.string(),
    brownout: z.string(),
    clients: z
      .array(packageSchema())
      .describe(
        "Every package of the family of sign-in clients that was loaded, also by the user's own code, in the order of their names; read from what was loaded.",
      ),
    edition: z
      .string()
      .optional()
      .describe("Of the backup system's rules, when one was named for all scenarios."),
    seed: z.string(),
    shard: shardOf(z).optional().describe("Which part of a whole it is."),
    parts: z.array(partSchema()).optional().describe("What a merged session was put together of."),
    scores: z
      .array(z.object({ client: nonEmptyString(), score: z.number() }))
      .optional()
      .describe("How available sign-in was in the outages, from 0 to 100, by client."),
    outcome: outcomeOf(z),
    exitCode: z.int(),
    problems: z.array(problemSchema()).describe("What kept it, or one of its runs, from the end."),
    runs: z.array(timedRunSchema()).describe("In the order of `results.json`."),
  }),
);

function timestamp(z: Z) {
  return z.iso.datetime().describe("ISO 8601, UTC.");
}

function duration(z: Z) {
  return z.number().nonnegative();
}

function shardOf(z: Z) {
  return z.object({ part: wholeNumber(z, 1, PARTS_MAX), of: wholeNumber(z, 1, PARTS_MAX) });
}

function outcomeOf(z: Z) {
  return z
    .enum(["finished", "failed", "interrupted"])
    .describe(
      "`failed`: the session or one of its runs could not be brought to its end by the harness. Findings do not count here.",
    );
}

/** The text of `run.json`. */
export function writeRunFacts(facts: RunFacts): string {
  return `${JSON.stringify(facts, null, 2)}\n`;
}

/** The facts in a text; `bad-results` with the place of what is wrong. Fields of later versions are left out. */
export function parseRunFacts(source: string, place: string): RunFacts {
  const hint = "Name the run.json that brownout wrote.";
  const options = { what: "run", code: "bad-results", place, hint } as const;
  return parseWith(runFactsSchema, parseJson(source, options), options);
}

/** Packages without doubles, by name and version. */
export function sortedPackages(packages: readonly LoadedPackage[]): readonly LoadedPackage[] {
  const byKey = new Map(packages.map((one) => [`${one.name}@${one.version}`, one]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}
