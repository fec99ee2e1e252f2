/**
 * The quarantine: findings that come and go, and that nobody can act on today. They turn
 * nothing red, whether they are there or not; and so that nobody forgets them, every report
 * shows the whole list, with its reasons and what each did this time.
 */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { parseJson } from "../../core/json.ts";
import { parseWith, schema, type TypeOf } from "../../core/validation.ts";
import { type BaselineEntry, isForRun } from "./baseline.ts";
import type { Results, RunResult } from "./results.ts";

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

/** The entries of a quarantine file; `bad-quarantine` with the place of what is wrong. `rules` are the known ids. */
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

/** Whether a quarantine entry speaks of what a baseline entry does. */
export function coversEntry(
  { scenario, client, rule }: QuarantineEntry,
  entry: BaselineEntry,
): boolean {
  const isNarrower = entry.client === client || entry.client.startsWith(`${client}@`);
  return scenario === entry.scenario && rule === entry.rule && isNarrower;
}

/** What an entry did in these runs. */
export function seenIn(runs: readonly RunResult[], entry: QuarantineEntry): QuarantineSeen {
  const theirs = runs.filter((run) => isForRun(entry, run));
  const verdicts = theirs.flatMap(({ findings }) =>
    findings.filter(({ rule }) => rule === entry.rule).map(({ verdict }) => verdict),
  );
  const seen = verdicts.includes("fail")
    ? "failed"
    : verdicts.includes("inconclusive") || theirs.some(sawNothing(entry))
      ? "open"
      : theirs.length > 0
        ? "held"
        : "not-run";
  return { ...entry, seen };
}

function sawNothing({ rule }: QuarantineEntry): (run: RunResult) => boolean {
  return ({ unseen = [] }) => unseen.includes(rule);
}

/** A line for each entry; none when nothing is in quarantine. */
export function quarantineLines({
  quarantine = [],
}: Pick<Results, "quarantine">): readonly string[] {
  return quarantine.map(
    ({ scenario, client, rule, reason, seen }) =>
      `${scenario}, ${client}: ${rule} ${words[seen]}. ${reason}`,
  );
}

const words = {
  failed: "failed this time",
  open: "came to no conclusion",
  held: "held this time",
  "not-run": "was not run",
} as const;
