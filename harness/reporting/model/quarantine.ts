/**
 * The quarantine: findings that come and go, and on which no one can act today. They do not fail
 * the build, whether they are there or not; so that they are not forgotten, every report shows
 * the whole list, with the reasons and with what each did this time.
 */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { parseJson } from "../../core/json.ts";
import { parseWith, schema, type TypeOf } from "../../core/validation.ts";
import { careFields } from "./entry-fields.ts";
import type { BaselineEntry } from "./baseline.ts";

/** A finding that comes and goes. */
export type QuarantineEntry = TypeOf<typeof entrySchema>;

const entrySchema = schema((z) =>
  z.strictObject({
    scenario: nonEmptyString().describe("The name of the scenario."),
    client: nonEmptyString().describe(
      "As in the baseline: `msal-node`, or `msal-node@7` for some of its versions.",
    ),
    rule: nonEmptyString().describe("The id of the rule."),
    reason: nonEmptyString().describe("Why it comes and goes, and why that is accepted."),
    ...careFields(z),
  }),
);

/** A quarantine file; `rules` are the known ids. */
export function quarantineSchema(rules: readonly string[]) {
  return schema((z) =>
    z.array(entrySchema().extend({ rule: z.enum(rules).describe("The id of the rule.") })),
  );
}

/** An entry with what its rule said this time. */
export interface QuarantineSeen extends QuarantineEntry {
  readonly seen: "failed" | "open" | "held" | "not-run";
}

/** The entries of a quarantine file; throws `bad-quarantine` with the place of what is wrong. `rules` are the known ids. */
export function parseQuarantine(
  text: string,
  { place, rules }: { readonly place: string; readonly rules: readonly string[] },
): readonly QuarantineEntry[] {
  const hint = 'It is an array of { "scenario", "client", "rule", "reason" }; [] is an empty one.';
  const entries = parseJson(text, { code: "bad-quarantine", place, hint });
  return parseWith(quarantineSchema(rules), entries, {
    what: "quarantine",
    code: "bad-quarantine",
    place,
    hint,
  });
}

/** Whether a quarantine entry is about the finding of a baseline entry. */
export function coversEntry(
  { scenario, client, rule }: QuarantineEntry,
  entry: BaselineEntry,
): boolean {
  const isNarrower = entry.client === client || entry.client.startsWith(`${client}@`);
  return scenario === entry.scenario && rule === entry.rule && isNarrower;
}
