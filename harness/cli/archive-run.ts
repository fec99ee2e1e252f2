/** Archives a session, before its reports are written, and publishes its changes, after. */
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { days } from "../core/time/duration.ts";
import { parseDuration } from "../core/time/parse-duration.ts";
import {
  addToArchive,
  type ArchivedResults,
  type ResultsToArchive,
} from "../reporting/archive/add-to-archive.ts";
import { publishChanges, removePublishedChanges } from "../reporting/archive/publish-changes.ts";
import { sessionFactsOf } from "../reporting/archive/session-facts.ts";
import type { Change } from "../reporting/archive/change.ts";
import type { Channel } from "../reporting/channels/deliver.ts";
import { unarchivedChannels } from "../reporting/channels/unarchived.ts";
import type { HarnessError } from "../core/errors.ts";
import type { RunDetails, Sender } from "../reporting/channels/message.ts";
import type { ReportModel } from "../reporting/model/report-model.ts";
import { given } from "../reporting/model/run-report.ts";
import { sinceText } from "../reporting/formats/change-text.ts";
import type { RunFacts, RunProblem } from "../reporting/model/run-facts.ts";
import { headline } from "../reporting/model/totals.ts";
import { withSince } from "../reporting/model/with-since.ts";
import type { Options } from "./arguments.ts";
import type { Io } from "./io.ts";
import { runName } from "./selection.ts";
import { repositoryOf } from "./facts/ci-service.ts";
import { readChannels, readWebhook } from "./channels/read-channels.ts";

/** The options of commands that add to the archive. */
export const archiveOptions = {
  archive: {
    value: "DIR",
    says: 'where earlier runs are kept (default: reports/archive); "none" keeps nothing',
  },
} as const satisfies Options;

/** The options of commands that publish changes. */
export const webhookOptions = {
  webhook: {
    value: "URL",
    says: "post what changed there, in the format of Slack, Teams or Google Chat by its host, else as JSON (default: the variable BROWNOUT_WEBHOOK)",
  },
  channels: {
    value: "FILE",
    says: "other receivers of what changed (default: reports/channels.json)",
  },
  heartbeat: {
    value: "DURATION",
    says: 'when nothing has changed for so long, report that the job is alive (default: 7d); "none" never does',
  },
} as const satisfies Options;

/** Where a session is archived and its changes are published. */
export interface ArchiveTarget {
  /** Absolute; absent when nothing is kept. */
  readonly folder?: string;
  /** Who else gets the changes than the output folder; default: no one. */
  readonly receivers?: readonly Channel[];
  /** Where they come from, as messages name it. */
  readonly sender?: Pick<Sender, "project" | "report">;
  readonly label?: string;
  /** Real ms; absent for no heartbeat. */
  readonly heartbeatMs?: number;
}

/** Reads it from the arguments; throws `bad-usage` for a webhook that is not an address, and `bad-channels` for a file that is wrong. */
export function readArchiveTarget(
  values: {
    readonly archive?: string;
    readonly webhook?: string;
    readonly channels?: string;
    readonly label?: string;
    readonly heartbeat?: string;
  },
  io: Io,
): ArchiveTarget {
  const heartbeatMs = readHeartbeat(values.heartbeat);
  const folder = archiveFolder(values.archive, io.cwd);
  const webhook = readWebhook(values.webhook, io);
  const receivers = [
    ...(webhook === undefined ? [] : [webhook]),
    ...readChannels(values.channels, io),
  ];
  const label =
    values.label ?? io.environment["GITHUB_SHA"] ?? io.environment["BUILD_SOURCEVERSION"];
  return {
    ...(folder === undefined ? {} : { folder }),
    ...(receivers.length === 0 ? {} : { receivers }),
    sender: senderOf(io),
    ...(label === undefined || label === "" ? {} : { label }),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
  };
}

/** The project as the CI service names it, else its package.json, else the folder; the report's address as the pipeline names it. */
export function senderOf({ cwd, environment }: Io): Pick<Sender, "project" | "report"> {
  const report = environment["BROWNOUT_REPORT_URL"] ?? "";
  return {
    project: repositoryOf(environment) ?? packageIn(cwd) ?? basename(cwd),
    ...(/^https?:/i.test(report) && URL.canParse(report) ? { report } : {}),
  };
}

/** Folders of CI services and containers have names such as `project` and `app`. */
function packageIn(cwd: string): string | undefined {
  try {
    const text = readFileSync(join(cwd, "package.json"), "utf8");
    const { name } = JSON.parse(text) as { readonly name?: unknown };
    return typeof name === "string" && name !== "" ? name : undefined;
  } catch {
    return undefined;
  }
}

function readHeartbeat(named: string | undefined): number | undefined {
  if (named === "none") return undefined;
  return named === undefined ? days(7) : parseDuration(named, "--heartbeat");
}

/** The folder that `--archive` names, absolute; undefined for `none`. */
export function archiveFolder(named: string | undefined, cwd: string): string | undefined {
  if (named === "none") return undefined;
  return resolve(cwd, named ?? join("reports", "archive"));
}

/** A session in the archive, and where its changes go. */
export interface ArchivedRun extends ArchivedResults {
  readonly target: ArchiveTarget;
  /** As they were when it was archived. */
  readonly facts: RunFacts;
}

/** Archives a session; never throws because of the archive. Undefined when nothing is kept. */
export function archiveRun(
  results: ResultsToArchive,
  {
    target,
    facts,
    out,
    io,
  }: {
    readonly target: ArchiveTarget;
    readonly facts: RunFacts;
    /** The folder that has the journals. */
    readonly out: string;
    readonly io: Io;
  },
): ArchivedRun | undefined {
  const { folder, label, heartbeatMs } = target;
  if (folder === undefined) return undefined;
  const archived = addToArchive(results, {
    folder,
    cwd: io.cwd,
    recordedAt: new Date(io.now()).toISOString(),
    ...(label === undefined ? {} : { label }),
    facts: sessionFactsOf(facts),
    journalOf: ({ scenario, client }) =>
      join(out, "journals", `${runName(scenario, client)}.jsonl`),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
  });
  return { ...archived, target, facts };
}

/** Archives that a session could not be played, or not be brought to its end: as one without runs. */
export function archiveFailure(
  facts: RunFacts,
  { target, io }: { readonly target: ArchiveTarget; readonly io: Io },
): ArchivedRun | undefined {
  const { seed, brownout } = facts;
  const results = { schema: "brownout/results/1", seed, brownout, runs: [] } as const;
  return archiveRun(results, { target, facts, out: io.cwd, io });
}

/** Goes on with an archived session that ended with `facts`: what went wrong since, as with its reports, is archived as well. */
export function archiveEnd(
  archived: ArchivedRun | undefined,
  facts: RunFacts,
  io: Io,
): ArchivedRun | undefined {
  // What could not be archived then cannot be now.
  if (archived === undefined || archived.problem !== undefined) return archived;
  const known = archived.facts.problems.map(({ code, message }) => `${code} ${message}`);
  const problems = facts.problems.filter(
    ({ code, message }) => !known.includes(`${code} ${message}`),
  );
  if (problems.length === 0) return archived;
  const failed = archiveFailure({ ...facts, problems }, { target: archived.target, io });
  return {
    ...archived,
    ...failed,
    lines: [...archived.lines, ...(failed?.lines ?? [])],
    changes: [...archived.changes, ...(failed?.changes ?? [])],
    sinceOf: archived.sinceOf,
    target: archived.target,
    facts,
  };
}

/** The report, with since when each of its findings is there. */
export function reportSince(model: ReportModel, archived: ArchivedRun | undefined): ReportModel {
  if (archived === undefined) return model;
  return withSince(model, (finding) => {
    const since = archived.sinceOf(finding);
    return since === undefined ? undefined : sinceText(since);
  });
}

/** Publishes what a session changed; resolves to what to print. Rejects `unwritable`. */
export async function publishRun(
  archived: ArchivedRun | undefined,
  {
    out,
    io,
    model,
  }: {
    readonly out: string;
    readonly io: Io;
    /** Default: messages say neither how to play a finding again nor what to do about it. */
    readonly model?: Pick<ReportModel, "runs" | "rules" | "results">;
  },
): Promise<readonly string[]> {
  if (archived === undefined) {
    removePublishedChanges(out);
    return [];
  }
  const { receivers = [], label, sender: from } = archived.target;
  const { problem, facts } = archived;
  const sender = {
    project: basename(io.cwd),
    ...from,
    ...given("label", label),
    ...given("build", archived.facts.build),
    ...(model === undefined ? {} : { detailsOf: detailsIn(model) }),
  };
  const published =
    problem === undefined
      ? archived
      : { ...archived, channels: unarchivedChannels(facts, lostProblem(problem, model)) };
  return [...archived.lines, ...(await publishChanges(published, { out, receivers, sender }))];
}

/** Why it is not archived; what it found is only counted. */
function lostProblem(
  { code, message, place, hint }: HarnessError,
  model: Pick<ReportModel, "results"> | undefined,
): RunProblem {
  const found = model === undefined ? "" : `; its outcome: ${headline(model.results)}`;
  return {
    code,
    message: `${message}${found}`,
    ...given("place", place),
    ...given("hint", hint),
  };
}

/** What a report knows of the run that a change is about. */
function detailsIn(model: Pick<ReportModel, "runs" | "rules" | "results">) {
  const { runs } = model.results;
  return ({ subject }: Change): RunDetails => {
    const index = runs.findIndex(
      ({ scenario, client, mount }) =>
        scenario === subject.scenario && client.name === subject.client && mount === subject.mount,
    );
    // The report has them in the order of the results.
    const [run, reported] = [runs[index], model.runs[index]];
    const fix = subject.rule === undefined ? undefined : model.rules[subject.rule]?.fix;
    return {
      ...given("withoutTokenMs", run?.cost.withoutTokenMs),
      ...given("replay", reported?.replay),
      ...given("fix", reported?.configuration ?? fix),
    };
  };
}
