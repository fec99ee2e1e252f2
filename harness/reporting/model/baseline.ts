/**
 * The baseline: findings that are known, each with the reason why they are lived with. A
 * finding that is not in it turns a build red; an entry whose rule passes again is reported
 * as fixed, so that the list can only shrink with someone noticing.
 */
import { HarnessError, suggestNames } from "../../core/errors.ts";
import type { JournalHeader } from "../../history/event.ts";
import { isRecord, parseJson } from "../../core/json.ts";
import type { Results, RunResult } from "./results.ts";

/** One known finding. */
export interface BaselineEntry {
  readonly scenario: string;
  /** `msal-node`, or `msal-node@7` and `msal-node@7.2` for some of its versions. */
  readonly client: string;
  readonly rule: string;
  readonly verdict: "fail" | "inconclusive";
  readonly reason: string;
  /**
   * What the finding says. With it only this is known: the same rule broken in another way, or
   * more often, is new. Without it the rule may say what it will.
   */
  readonly message?: string;
}

/** What `--update-baseline` writes where only a person knows the reason. */
export const REASON_TO_WRITE = "TODO: say why";

const required = ["scenario", "client", "rule", "verdict", "reason"] as const;
const fields = [...required, "message"] as const;

/** The entries of a baseline file; `bad-baseline` with the place of what is wrong. `rules` are the known ids. */
export function parseBaseline(
  text: string,
  options: { readonly place: string; readonly rules: readonly string[] },
): readonly BaselineEntry[] {
  const { place, rules } = options;
  const entries = parseJson(text, {
    code: "bad-baseline",
    place,
    hint: "A baseline is a JSON list; [] is an empty one.",
  });
  if (!Array.isArray(entries)) {
    throw bad(place, "a baseline is a list of entries", `Write [] for an empty one.`);
  }
  const seen = new Map<string, number>();
  return entries.map((value: unknown, index) => {
    const entry = readEntry(value, { place: `${place}, entry ${index + 1}`, rules });
    const key = keyOf(entry);
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      throw bad(
        `${place}, entry ${index + 1}`,
        `it says the same as entry ${earlier}`,
        "Keep one of them.",
      );
    }
    seen.set(key, index + 1);
    return entry;
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

function readEntry(
  value: unknown,
  { place, rules }: { readonly place: string; readonly rules: readonly string[] },
): BaselineEntry {
  if (!isRecord(value)) throw bad(place, "it is no object", `An entry has ${required.join(", ")}.`);
  for (const name of Object.keys(value)) {
    if ((fields as readonly string[]).includes(name)) continue;
    const hint = suggestNames(name, fields, `There are ${fields.join(", ")}.`);
    throw bad(place, `there is no field "${name}"`, hint);
  }
  for (const name of fields) {
    const field = value[name];
    if (field === undefined && name === "message") continue;
    if (typeof field === "string" && field.trim() !== "") continue;
    const hint =
      name === "reason" ? "Say why it is lived with." : `An entry has ${required.join(", ")}.`;
    throw bad(place, `${name} is ${field === undefined ? "missing" : "no text"}`, hint);
  }
  const entry = value as unknown as BaselineEntry;
  if (!rules.includes(entry.rule)) {
    const hint = suggestNames(entry.rule, rules, 'See "brownout list".');
    throw bad(place, `there is no rule "${entry.rule}"`, hint);
  }
  if (entry.verdict !== "fail" && entry.verdict !== "inconclusive") {
    const hint = 'It is "fail" or "inconclusive".';
    throw bad(place, `verdict is "${String(entry.verdict)}"`, hint);
  }
  return entry;
}

function bad(place: string, message: string, hint: string): HarnessError {
  return new HarnessError("bad-baseline", message, { place, hint });
}
