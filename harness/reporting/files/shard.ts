/**
 * What a shard records beside its results: which part of which whole it is. With it `brownout
 * merge` puts every run in its place and sees what is missing; `results.json` does not mention
 * shards, so that merged shards and one whole run have equal results.
 */
import { wholeNumber } from "../../core/common-schemas.ts";
import { parseJson } from "../../core/json.ts";
import { storySchema } from "../../runner/scenario-schema.ts";
import { acrossFields, expected, parseWith, schema, type TypeOf } from "../../core/validation.ts";

/** The name of the file in the output folder. */
export const SHARD_FILE = "shard.json";

/** As many as `--shard` takes. */
const PARTS_MAX = 99_999;

/** One part of a run. */
export type Shard = TypeOf<typeof shardSchema>;

/** The shape of `shard.json`. */
export const shardSchema = schema((z) =>
  z
    .object({
      schema: z.literal("brownout/shard/1"),
      part: wholeNumber(z, 1, PARTS_MAX).describe("From 1 to `of`."),
      of: wholeNumber(z, 1, PARTS_MAX),
      runs: z
        .array(z.string())
        .describe(
          "Names of all runs of the whole, of which every `of`-th from `part` on is this shard's.",
        ),
      planned: z
        .array(z.strictObject({ scenario: z.string(), client: z.string(), mount: z.string() }))
        .optional()
        .describe(
          "What each of `runs` is, in their order: of a shard that is lost nothing else says it.",
        ),
      unusable: z
        .array(z.string())
        .optional()
        .describe(
          "Scenario files with which nothing can be run, which every shard reports; absent when there are none.",
        ),
      relaunched: z
        .record(z.string(), z.string())
        .optional()
        .describe("How the first browser of a run died, by the run's name; absent when none did."),
      stories: z
        .record(z.string(), z.strictObject({ title: z.string(), story: storySchema() }))
        .optional()
        .describe(
          "What the scenarios from the user's own files mean, by the run's name: to merge, no file of theirs is read.",
        ),
    })
    .check(
      acrossFields<{ readonly part: number; readonly of: number }>(({ part, of }, report) => {
        if (part > of) report(["part"], expected(`a number of at most "of" (${of})`, part));
      }),
    ),
);

/** The text of `shard.json`. */
export function writeShard(shard: Shard): string {
  return `${JSON.stringify(shard, null, 2)}\n`;
}

/** The shard in a text; `bad-results` when it is none. */
export function parseShard(source: string, place: string): Shard {
  const hint = "Run that shard again: brownout run --shard i/n --out DIR.";
  const options = { what: "shard", code: "bad-results", place, hint } as const;
  return parseWith(shardSchema, parseJson(source, options), options);
}
