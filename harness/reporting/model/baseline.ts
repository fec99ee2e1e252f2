/**
 * The baseline: findings that are known, each with the reason why they are lived with. A
 * finding that is not in it turns a build red; an entry whose rule passes again is reported
 * as fixed, so that the list can only shrink with someone noticing.
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
import type { JournalHeader } from "../../history/event.ts";
import type { Results, RunResult } from "./results.ts";

/** One known finding. */
export type BaselineEntry = TypeOf<typeof entrySchema>;

/** What `--update-baseline` writes where only a person knows the reason. */
export const REASON_TO_WRITE = "TODO: say why";

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
        "What the finding says. With it only this is known: the same rule broken in another way, or more often, is new. Absent: all that the rule says is known.",
      ),
  }),
);

const fields = ["scenario", "client", "rule", "verdict", "reason", "message"] as const;

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
    const earlier = seen.get(keyOf(entry));
    if (earlier === undefined) seen.set(keyOf(entry), index);
    else report([index], `is for the same finding as baseline[${earlier}]`, "Keep one of them.");
  });
}

/** The entries of a baseline file; `bad-baseline` with the place of what is wrong. `rules` are the known ids. */
export function parseBaseline(
  text: string,
  { place, rules }: { readonly place: string; readonly rules: readonly string[] },
): readonly BaselineEntry[] {
  const hint = `A baseline is a JSON array; [] is an empty one. An entry has ${fields.slice(0, -1).join(", ")}.`;
  const entries = parseJson(text, { code: "bad-baseline", place, hint });
  return parseWith(baselineSchema(rules), entries, {
    what: "baseline",
    code: "bad-baseline",
    place,
    hint,
  });
}

/** Whether an entry knows a finding of a run: without a `message`, whether it knows its rule and verdict. */
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
  return isSame && (message === undefined || (entry.message ?? message) === message);
}

/** Whether an entry speaks of the run with this header. */
export function isForRun(
  { scenario, client }: Pick<BaselineEntry, "scenario" | "client">,
  header: Pick<JournalHeader, "scenario" | "client">,
): boolean {
  if (scenario !== header.scenario) return false;
  const { name, version } = header.client;
  if (client === name || client === `${name}@${version}`) return true;
  return `${name}@${version}`.startsWith(`${client}.`) && client.includes("@", 1);
}

/**
 * The baseline that expects these results. Entries that still hold, and those that nothing
 * was said about, keep their reason; what is fixed goes; what is new gets `REASON_TO_WRITE`.
 * Of a user's own code, `isOwn`, the entry says what the finding says: library and application
 * are in it together, and the one must not hide the other.
 */
export function updateBaseline(
  baseline: readonly BaselineEntry[],
  results: Results,
  isOwn: (run: RunResult) => boolean = () => false,
): readonly BaselineEntry[] {
  const isOver = (entry: BaselineEntry): boolean => {
    const again = results.runs.filter((run) => isForRun(entry, run));
    return (
      again.length > 0 &&
      again.every(
        ({ findings, unseen = [] }) =>
          findings.every(({ rule, verdict }) => rule !== entry.rule || verdict !== entry.verdict) &&
          // Of a failure that had no occasion nobody knows whether it is over.
          !(entry.verdict === "fail" && unseen.includes(entry.rule)),
      )
    );
  };
  const found = results.runs.flatMap((run) => {
    const { scenario, client, findings } = run;
    return (
      findings
        // What comes and goes is in the quarantine, and would be "fixed" tomorrow.
        .filter(({ baseline: known, quarantined }) => known === "new" && quarantined === undefined)
        .map(({ rule, verdict, message }): BaselineEntry => {
          const major = client.version.split(".")[0] ?? client.version;
          return {
            scenario,
            client: `${client.name}@${major}`,
            rule,
            verdict: verdict === "fail" ? "fail" : "inconclusive",
            reason: reasonBefore(baseline, { scenario, client, rule }),
            ...(isOwn(run) ? { message } : {}),
          };
        })
    );
  });
  const isOutdated = (entry: BaselineEntry): boolean =>
    entry.message !== undefined &&
    results.runs.some((run) =>
      run.findings.some(
        ({ rule, verdict, message }) =>
          knows(entry, run, { rule, verdict }) && !knows(entry, run, { rule, verdict, message }),
      ),
    );
  const kept = baseline.filter((entry) => !isOver(entry) && !isOutdated(entry));
  const entries = [...kept, ...found];
  const once = new Map(entries.map((entry) => [keyOf(entry), entry]));
  return [...once.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
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

/** A rule that changed from one verdict to the other keeps the reason that was given. */
function reasonBefore(
  baseline: readonly BaselineEntry[],
  of: Pick<JournalHeader, "scenario" | "client"> & { readonly rule: string },
): string {
  const before = baseline.find((entry) => isForRun(entry, of) && entry.rule === of.rule);
  return before?.reason ?? REASON_TO_WRITE;
}

function keyOf({ scenario, client, rule, verdict }: BaselineEntry): string {
  return JSON.stringify([scenario, client, rule, verdict]);
}
