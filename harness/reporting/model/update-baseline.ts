/** The baseline that `--update-baseline` writes. */
import type { JournalHeader } from "../../history/header.ts";
import { type BaselineEntry, baselineKey, isForRun, knows, REASON_TO_WRITE } from "./baseline.ts";
import { dependencyTexts } from "./control-text.ts";
import { isUnexpected, type Results, type RunResult } from "./results.ts";

/**
 * The baseline that expects these results. Entries that still hold, and those about which the
 * results say nothing, keep their reason; what is fixed goes; what is new gets `REASON_TO_WRITE`.
 * An entry about a user's own code, `isOwn`, includes the finding's message: library and
 * application are judged together there, and a defect of one must not hide one of the other.
 */
export function updateBaseline(
  baseline: readonly BaselineEntry[],
  results: Results,
  isOwn: (run: RunResult) => boolean = () => false,
): readonly BaselineEntry[] {
  const kept = baseline.filter((entry) => !isOver(entry, results) && !isOutdated(entry, results));
  const added = results.runs.flatMap((run) => newEntries(run, baseline, isOwn(run)));
  const once = new Map(
    [...kept, ...added].map((entry) => [baselineKey(entry), withDependencies(entry, results)]),
  );
  return [...once.values()].toSorted((a, b) => (baselineKey(a) < baselineKey(b) ? -1 : 1));
}

function isOver(entry: BaselineEntry, { runs }: Results): boolean {
  const again = runs.filter((run) => isForRun(entry, run));
  return (
    again.length > 0 &&
    again.every(
      ({ findings, unseen = [] }) =>
        findings.every(({ rule, verdict }) => rule !== entry.rule || verdict !== entry.verdict) &&
        // A failure that had nothing to judge this time need not be over.
        !(entry.verdict === "fail" && unseen.includes(entry.rule)),
    )
  );
}

/** Whether its finding has another message now. */
function isOutdated(entry: BaselineEntry, { runs }: Results): boolean {
  if (entry.message === undefined) return false;
  return runs.some((run) =>
    run.findings.some(
      ({ rule, verdict, message }) =>
        knows(entry, run, { rule, verdict }) && !knows(entry, run, { rule, verdict, message }),
    ),
  );
}

/** The entry with what its control has found this time; as it was, when none was played to its end. */
function withDependencies(entry: BaselineEntry, { runs }: Results): BaselineEntry {
  const controls = runs.flatMap((run) =>
    run.findings.flatMap(({ control, ...finding }) =>
      control !== undefined && knows(entry, run, finding) ? [control] : [],
    ),
  );
  const [control] = controls;
  const isKnown = control?.kind === "caused" || control?.kind === "not-of-the-outage";
  if (!isKnown || control.dependsOn?.unfinished !== undefined) return entry;
  const { dependsOn: _before, ...rest } = entry;
  const texts = dependencyTexts(control.dependsOn);
  return texts.length === 0 ? rest : { ...rest, dependsOn: texts };
}

function newEntries(
  { scenario, client, findings }: RunResult,
  baseline: readonly BaselineEntry[],
  isOwn: boolean,
): readonly BaselineEntry[] {
  const major = client.version.split(".")[0] ?? client.version;
  // What is in quarantine comes and goes, and would be "fixed" tomorrow.
  return findings.filter(isUnexpected).map(({ rule, verdict, message }) => ({
    scenario,
    client: `${client.name}@${major}`,
    rule,
    verdict: verdict === "fail" ? "fail" : "inconclusive",
    reason: reasonBefore(baseline, { scenario, client, rule }),
    ...(isOwn ? { message } : {}),
  }));
}

/** A rule that changed from one verdict to the other keeps the reason that was given. */
function reasonBefore(
  baseline: readonly BaselineEntry[],
  of: Pick<JournalHeader, "scenario" | "client"> & { readonly rule: string },
): string {
  const before = baseline.find((entry) => isForRun(entry, of) && entry.rule === of.rule);
  return before?.reason ?? REASON_TO_WRITE;
}
