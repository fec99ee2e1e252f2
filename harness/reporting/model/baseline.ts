/**
 * The baseline: findings that are known, each with the reason why it is accepted for now. A
 * finding that is not in it fails the build; an entry whose rule passes again is reported as
 * fixed, so that someone notices when the list can shrink.
 */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { parseJson } from "../../core/json.ts";
import {
  acrossFields,
  parseWith,
  type ReportProblem,
  schema,
  type TypeOf,
} from "../../core/validation.ts";
import { careFieldNames, careFields } from "./entry-fields.ts";
import { messageShape } from "./message-shape.ts";
import type { JournalHeader } from "../../history/header.ts";

/** One known finding. */
export type BaselineEntry = TypeOf<typeof entrySchema>;

const entrySchema = schema((z) =>
  z.strictObject({
    scenario: nonEmptyString().describe("The name of the scenario."),
    client: nonEmptyString().describe(
      "`msal-node`, or `msal-node@7` and `msal-node@7.2` for some of its versions.",
    ),
    rule: nonEmptyString().describe("The id of the rule."),
    verdict: z.enum(["fail", "inconclusive"]).describe("What the rule says."),
    reason: nonEmptyString().describe("Why the finding is accepted for now."),
    message: nonEmptyString()
      .optional()
      .describe(
        "What the finding says. With it only this is known, in any number: the same rule broken in another way is new. Absent: all that the rule says is known.",
      ),
    dependsOn: z
      .array(nonEmptyString())
      .optional()
      .describe(
        "Guesses on which the finding depends, in sentences: what `--control all --update-baseline` found.",
      ),
    ...careFields(z),
  }),
);

const required = ["scenario", "client", "rule", "verdict", "reason"] as const;
const fields = [...required, "message", "dependsOn", ...careFieldNames] as const;

/** A baseline file; `rules` are the known ids. */
export function baselineSchema(rules: readonly string[]) {
  return schema((z) =>
    z
      .array(entrySchema().extend({ rule: z.enum(rules).describe("The id of the rule.") }))
      .check(acrossFields(checkNoneTwice)),
  );
}

function checkNoneTwice(entries: readonly BaselineEntry[], report: ReportProblem): void {
  const seen = new Map<string, number>();
  entries.forEach((entry, index) => {
    const earlier = seen.get(baselineKey(entry));
    if (earlier === undefined) seen.set(baselineKey(entry), index);
    else report([index], `is for the same finding as baseline[${earlier}]`, "Keep one of them.");
  });
}

/** The entries of a baseline file; throws `bad-baseline` with the place of what is wrong. `rules` are the known ids. */
export function parseBaseline(
  text: string,
  { place, rules }: { readonly place: string; readonly rules: readonly string[] },
): readonly BaselineEntry[] {
  const hint = `A baseline is a JSON array; [] is an empty one. An entry has ${required.join(", ")}.`;
  const entries = parseJson(text, { code: "bad-baseline", place, hint });
  return parseWith(baselineSchema(rules), entries, {
    what: "baseline",
    code: "bad-baseline",
    place,
    hint,
  });
}

/** Whether an entry knows a finding of a run, with any figures; without a `message`, whether it knows its rule and verdict. */
export function knows(
  entry: BaselineEntry,
  header: Pick<JournalHeader, "scenario" | "client">,
  {
    rule,
    verdict,
    message,
  }: { readonly rule: string; readonly verdict: string; readonly message?: string },
): boolean {
  const isSame = isForRun(entry, header) && entry.rule === rule && entry.verdict === verdict;
  if (!isSame || message === undefined || entry.message === undefined) return isSame;
  // Another seed, and a busier day, give other figures of the same finding.
  return messageShape(entry.message) === messageShape(message);
}

/** Whether an entry is about the run with this header. */
export function isForRun(
  { scenario, client }: Pick<BaselineEntry, "scenario" | "client">,
  header: Pick<JournalHeader, "scenario" | "client">,
): boolean {
  if (scenario !== header.scenario) return false;
  const { name, version } = header.client;
  if (client === name || client === `${name}@${version}`) return true;
  return `${name}@${version}`.startsWith(`${client}.`) && client.includes("@", 1);
}

/** The text of a baseline file. */
export function writeBaseline(baseline: readonly BaselineEntry[]): string {
  const inOrder = baseline.map((entry) =>
    Object.fromEntries(
      fields.flatMap((field) => (entry[field] === undefined ? [] : [[field, entry[field]]])),
    ),
  );
  return `${JSON.stringify(inOrder, null, 2)}\n`;
}

/** The same for entries about the same finding. */
export function baselineKey({ scenario, client, rule, verdict }: BaselineEntry): string {
  return JSON.stringify([scenario, client, rule, verdict]);
}

/** What `--update-baseline` writes where only a person knows the reason. */
export const REASON_TO_WRITE = "TODO: say why";

/** Whether someone has yet to write the reason of an entry: until then it accepts nothing. */
export function lacksReason({ reason }: Pick<BaselineEntry, "reason">): boolean {
  return /^\s*TODO\b/i.test(reason);
}
