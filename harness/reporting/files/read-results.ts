/** Reads a `results.json` back: of this version, of an older one, or of one to come. */
import { parseJson } from "../../core/json.ts";
import { parseWith, schema } from "../../core/validation.ts";
import { controlSchema } from "../model/control.ts";
import type { FailedRun, Results, RunResult } from "../model/results.ts";

/** What can be counted on in every `results.json`; later versions may have added to it. */
export interface ReadResults extends Pick<Results, "schema" | "seed" | "brownout"> {
  readonly runs: readonly (Omit<RunResult, "cost"> & Partial<Pick<RunResult, "cost">>)[];
  readonly failures: readonly FailedRun[];
}

const versionSchema = schema((z) => z.looseObject({ schema: z.literal("brownout/results/1") }));

/** What is read of a `results.json`; other fields may be there. */
export const resultsSchema = schema((z) => {
  const verdict = z.enum(["pass", "fail", "inconclusive"]);
  const finding = z.looseObject({
    rule: z.string(),
    verdict,
    message: z.string(),
    source: z.string(),
    baseline: z.string(),
    control: controlSchema().optional(),
  });
  const run = z.looseObject({
    scenario: z.string(),
    client: z.looseObject({ name: z.string(), version: z.string() }),
    mount: z.string(),
    verdict,
    simulatedMs: z.number(),
    findings: z.array(finding),
    unseen: z.array(z.string()).optional(),
    cost: z.record(z.string(), z.number()).optional(),
  });
  const failure = z.looseObject({
    scenario: z.string(),
    client: z.string(),
    mount: z.string(),
    code: z.string(),
  });
  return versionSchema().extend({
    seed: z.string(),
    brownout: z.string(),
    runs: z.array(run),
    failures: z.array(failure).optional(),
  });
});

/** The results in a text, with everything that is in it; `bad-results` with the place of what is wrong. */
export function parseResults(source: string, place: string): ReadResults {
  const options = { what: "results", code: "bad-results", place } as const;
  const hint = "Is it cut off? Run again, or name another file.";
  const found = parseJson(source, { ...options, hint });
  // Of another version nothing else is worth reporting.
  parseWith(versionSchema, found, {
    ...options,
    hint: 'A results.json of brownout says "schema": "brownout/results/1".',
  });
  parseWith(resultsSchema, found, { ...options, hint: "Name a results.json that brownout wrote." });
  // What was found and no copy: what is written again keeps the order of its fields.
  const results = found as Omit<ReadResults, "failures"> & Partial<ReadResults>;
  return { ...results, failures: results.failures ?? [] };
}
