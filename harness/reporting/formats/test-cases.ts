/**
 * A session as test cases, for formats that know only those: a case for each rule of a run, and
 * one, `completes`, for the run itself. Their names hold no version, mount, seed or count, so
 * that services can follow a case from build to build.
 */
import { formatDuration } from "../../core/time/duration.ts";
import type { FindingReport, ReportModel, RunReport } from "../model/report-model.ts";
import type { FailedRun } from "../model/results.ts";
import type { RunFacts, TimedRun } from "../model/run-facts.ts";
import { evidenceOf } from "./evidence.ts";
import { repositoryPath } from "./repository-path.ts";

/** The case of a run that stands for its end. */
const COMPLETES = "completes";

/** One test case. */
export interface TestCase {
  readonly scenario: string;
  /** The name of the client, without its version; with the mount where one scenario ran under several. */
  readonly client: string;
  /** The id of a rule, or `completes`. */
  readonly name: string;
  /** `error`: nothing is proved, since the rule never saw what it judges, or the run has no end. */
  readonly outcome: "passed" | "failed" | "error" | "skipped";
  /** What it says, or why it is skipped; empty for one that passed. */
  readonly message: string;
  /** What to know of a failure: evidence, advice, source, the command that replays it. */
  readonly detail: readonly string[];
  /** Beside the outcome: cost, virtual time, what is expected. */
  readonly notes: readonly string[];
  /** Real time, ms; that of a run is with the case that stands for its end. */
  readonly durationMs: number;
  /** Virtual time of its run, ms. */
  readonly virtualMs?: number;
  /** The user's own scenario, from the root of the repository. */
  readonly file?: string;
  /** Journals that show it, from the root of the repository. */
  readonly attachments: readonly string[];
  /** The finding, of a case that is about one. */
  readonly finding?: FindingReport;
  /** The run; absent for one that the harness did not bring to its end. */
  readonly run?: RunReport;
}

/** The cases of a session, those of each run together, in the order of the runs. */
export function testCasesOf(model: ReportModel, facts: RunFacts): readonly TestCase[] {
  const names = model.results.runs.map(({ client }) => client.name);
  const mounts = Map.groupBy(model.runs.keys(), (index) => keyOf(model.runs[index], names[index]));
  return [
    ...model.runs.flatMap((run, index) => {
      const name = names[index] ?? "";
      const isOne = (mounts.get(keyOf(run, name))?.length ?? 0) < 2;
      const client = isOne ? name : `${name} (${run.mount})`;
      return casesOf(run, { model, facts, name, client });
    }),
    ...(model.results.failures ?? []).map(unfinishedCase),
  ];
}

function keyOf(run: RunReport | undefined, client: string | undefined): string {
  return JSON.stringify([run?.scenario, client]);
}

/** The name of a job for readers that compare branches: the usual one has the branch in it. */
export function suiteName({ job, branch }: RunFacts): string {
  const usual = branch === undefined ? undefined : `${branch}, `;
  return usual !== undefined && job.startsWith(usual) ? `brownout ${job.slice(usual.length)}` : job;
}

function casesOf(
  run: RunReport,
  how: {
    readonly model: ReportModel;
    readonly facts: RunFacts;
    readonly name: string;
    readonly client: string;
  },
): readonly TestCase[] {
  const { scenario, file, simulatedMs, findings, held, costText, journal } = run;
  const { facts, client } = how;
  const from = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : repositoryPath(facts, path);
  const place = from(file);
  const common = {
    scenario,
    client,
    virtualMs: simulatedMs,
    ...(place === undefined ? {} : { file: place }),
    run,
  };
  const journals = [from(journal)].filter((path) => path !== undefined);
  const timed = timeOf(run, how.name, facts);
  return [
    {
      ...common,
      name: COMPLETES,
      outcome: "passed",
      message: "",
      detail: [],
      notes: [
        `${run.client}, mount ${run.mount}, ${formatDuration(simulatedMs)} of virtual time`,
        ...(costText === undefined ? [] : [`Cost: ${costText}.`]),
      ],
      durationMs: timed?.durationMs ?? 0,
      attachments: [],
    },
    ...findings.map((finding): TestCase => findingCase(finding, { ...how, run, common, journals })),
    ...held
      .filter((rule) => !findings.some((finding) => finding.rule === rule))
      .map((rule): TestCase => ({
        ...common,
        name: rule,
        outcome: "passed",
        message: "",
        detail: [],
        notes: [],
        durationMs: 0,
        attachments: [],
      })),
  ];
}

type Common = Pick<TestCase, "scenario" | "client" | "virtualMs" | "file" | "run">;

function findingCase(
  finding: FindingReport,
  {
    model,
    run,
    common,
    journals,
  }: {
    readonly model: ReportModel;
    readonly run: RunReport;
    readonly common: Common;
    readonly journals: readonly string[];
  },
): TestCase {
  const { rule, verdict, message, acceptedAs, reason } = finding;
  const begin = { ...common, name: rule, durationMs: 0, finding };
  if (acceptedAs === "expected") {
    const notes = [
      `Expected by the scenario: ${message}`,
      ...(reason === undefined ? [] : [reason]),
    ];
    return { ...begin, outcome: "passed", message: "", detail: [], notes, attachments: [] };
  }
  const said = verdict === "fail" ? message : `inconclusive: ${message}`;
  if (acceptedAs !== undefined) {
    const why = reason === undefined ? "" : ` ${reason}`;
    return {
      ...begin,
      outcome: "skipped",
      message: `${acceptedAs}:${why} It says: ${said}`,
      detail: [],
      notes: [],
      attachments: [],
    };
  }
  return {
    ...begin,
    outcome: verdict === "fail" ? "failed" : "error",
    message: said,
    detail: detailOf(finding, { model, run }),
    notes: [],
    attachments: journals,
  };
}

function detailOf(
  { rule, evidence, knownAs, controlText, sinceText, source }: FindingReport,
  { model, run }: { readonly model: ReportModel; readonly run: RunReport },
): readonly string[] {
  const fix = model.rules[rule]?.fix;
  const lines = evidenceOf(model, run, evidence);
  const { configuration, story, replay, costText } = run;
  const advice = configuration ?? story?.fix;
  return [
    ...(sinceText === undefined ? [] : [sinceText]),
    ...(story === undefined || configuration !== undefined
      ? []
      : [`For whom: ${story.failureMeans}`]),
    ...(costText === undefined ? [] : [`Cost: ${costText}.`]),
    ...(knownAs === undefined ? [] : [`The baseline knows it as: ${knownAs}`]),
    ...(controlText === undefined ? [] : [controlText]),
    ...(lines.length === 0 ? [] : ["Evidence:", ...lines.map((line) => `  ${line}`)]),
    ...(fix === undefined ? [] : [`What to do: ${fix}`]),
    ...(advice === undefined ? [] : [`In the application: ${advice}`]),
    `Source: ${source}`,
    ...(replay === undefined ? [] : [`See it again: ${replay}`]),
  ];
}

function unfinishedCase({ scenario, client, message, code, place, hint }: FailedRun): TestCase {
  return {
    scenario,
    // It may be `NAME@VERSION`; a name of npm may begin with @.
    client: client.replace(/(?<=.)@.*$/, ""),
    name: COMPLETES,
    outcome: "error",
    message,
    detail: [
      `The harness could not bring it to its end (${code}), so nothing is said about it.`,
      ...(place === undefined ? [] : [place]),
      ...(hint === undefined ? [] : [hint]),
    ],
    notes: [],
    durationMs: 0,
    attachments: [],
  };
}

function timeOf(run: RunReport, name: string, { runs }: RunFacts): TimedRun | undefined {
  return runs.find(
    ({ scenario, client, mount }) =>
      scenario === run.scenario && client === name && mount === run.mount,
  );
}
