/** One run as the reports show it. */
import { whyUnproved } from "../../rules/model/unproved.ts";
import { stretchesWithoutToken } from "../../rules/model/without-token.ts";
import { formatDuration } from "../../core/time/duration.ts";
import type { JournalHeader } from "../../history/header.ts";
import type { Scenario } from "../../runner/scenario.ts";
import { type BaselineEntry, isForRun } from "./baseline.ts";
import { configurationAdvice } from "./configuration.ts";
import { controlText } from "./control-text.ts";
import { costText } from "./cost-text.ts";
import type { QuarantineEntry } from "./quarantine.ts";
import type { RunReference } from "./run-reference.ts";
import type { FindingReport, RunReport } from "./report-model.ts";
import type { ComparedFinding, JudgedRun, RunResult } from "./results.ts";
import { standingOf } from "./standing.ts";

/** A judged run with what is known of it beside its history. */
export interface ReportedRun {
  readonly run: JudgedRun;
  /** Absent for a history that no scenario of ours made. */
  readonly scenario?: Pick<Scenario, "title"> & Partial<Pick<Scenario, "story">>;
  /** The command that runs it again. */
  readonly replay?: string;
  /** Its journal, relative to where the command was called. */
  readonly journal?: string;
  /** How its first browser died, as the harness reported it; the history is that of the second. */
  readonly relaunched?: string;
}

/** What the reports show of one run; `result` is what it was counted as. */
export function runReport(
  { run, scenario, replay, journal, relaunched }: ReportedRun,
  {
    id,
    result,
    baseline,
    quarantine = [],
  }: {
    readonly id: string;
    readonly result: RunResult;
    readonly baseline: readonly BaselineEntry[];
    readonly quarantine?: readonly QuarantineEntry[];
  },
): RunReport {
  const { findings, client, row: _row, unseen: _unseen, ...counted } = result;
  const { header, events } = run.history;
  const cost = costText(result.cost);
  return {
    ...counted,
    id,
    client: clientText(client),
    standing: standingOf(findings),
    held: heldRules(run),
    findings: findings.map((finding) =>
      findingReport(finding, { run: result, header, baseline, quarantine }),
    ),
    howLong: howLong(run, cost),
    events: events.length,
    ...given("title", scenario?.title),
    ...given("story", scenario?.story),
    ...given("replay", replay),
    ...given("file", header.file),
    ...given("journal", journal),
    ...given("configuration", configurationAdvice(run.history)),
    ...given("unproved", whyUnproved(run.history)),
    ...given("relaunched", relaunched === undefined ? undefined : relaunchText(relaunched)),
    ...given("costText", cost),
  };
}

/** What stands for a run where it is only named. */
export function referenceTo({ id, scenario, client }: RunReport): RunReference {
  return { id, scenario, client };
}

/** `msal-node 7.2.1`; the name alone where no version is known. */
function clientText({ name, version }: RunResult["client"]): string {
  return version === "" ? name : `${name} ${version}`;
}

/** What to say of a run whose browser died; `how` as the harness reported it. */
export function relaunchText(how: string): string {
  return `${how}; the run began anew in another browser.`;
}

/** A field, or none where its value is undefined. */
export function given<const Key extends string, const Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: Value });
}

function heldRules({ history, findings }: JudgedRun): readonly string[] {
  const { asserts } = history.header;
  return findings
    .filter(({ rule, verdict }) => verdict === "pass" && asserts.includes(rule))
    .map(({ rule }) => rule);
}

function findingReport(
  finding: ComparedFinding,
  {
    run,
    header,
    baseline,
    quarantine,
  }: {
    readonly run: RunResult;
    readonly header: JournalHeader;
    readonly baseline: readonly BaselineEntry[];
    readonly quarantine: readonly QuarantineEntry[];
  },
): FindingReport {
  const { rule, verdict, quarantined } = finding;
  const { baseline: compared } = finding;
  const accepted = compared === "new" ? undefined : compared;
  const acceptedAs = quarantined ? "in quarantine" : accepted;
  const entry = baseline.find(
    (one) => isForRun(one, run) && one.rule === rule && one.verdict === verdict,
  );
  const reasons = {
    new: quarantined
      ? quarantine.find((one) => isForRun(one, run) && one.rule === rule)?.reason
      : undefined,
    known: entry?.reason,
    expected: header.expects?.find((one) => one.rule === rule)?.because,
  };
  return {
    ...finding,
    standing: standingOf([finding]),
    ...given("acceptedAs", acceptedAs),
    ...given("reason", reasons[compared]),
    ...given("controlText", controlTextOf(finding, compared === "known" ? entry : undefined)),
  };
}

/** What its control found this time, or before, when the baseline was written. */
function controlTextOf(
  { control }: ComparedFinding,
  entry: BaselineEntry | undefined,
): string | undefined {
  return control === undefined ? entry?.dependsOn?.join(" ") : controlText(control);
}

/** From the first call without a token to the last good one after such, with what it cost. */
function howLong({ history, simulatedMs }: JudgedRun, cost: string | undefined): string {
  if (cost === undefined)
    return `No one was without a token in ${formatDuration(simulatedMs)} of virtual time.`;
  const stretches = stretchesWithoutToken(history);
  if (stretches.length === 0) return `${cost}.`;
  const [from, to] = [
    Math.min(...stretches.map((stretch) => stretch.from)),
    Math.max(...stretches.map((stretch) => stretch.to)),
  ].map((at) => formatDuration(at - history.header.startedAt));
  return `${cost}; between +${from} and +${to}.`;
}
