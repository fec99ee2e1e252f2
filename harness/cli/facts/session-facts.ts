/** Gathers what `run.json` says of a session, from its beginning to its end. */
import { join, relative } from "node:path";
import type { JournalHeader } from "../../history/header.ts";
import { maskSecretLooks } from "../../history/secret-text.ts";
import { shellWord } from "../../core/shell-word.ts";
import { brownoutVersion } from "../../core/version.ts";
import { writeWhole } from "../../reporting/files/write-whole.ts";
import {
  RUN_FILE,
  type RunFacts,
  type RunProblem,
  sortedPackages,
  type TimedRun,
  writeRunFacts,
} from "../../reporting/model/run-facts.ts";
import type { FailedRun, Results } from "../../reporting/model/results.ts";
import type { SessionStanding } from "../../reporting/model/standing.ts";
import { playedCommand } from "../../reporting/model/played-command.ts";
import { given } from "../../reporting/model/run-report.ts";
import type { Options } from "../arguments.ts";
import type { Io } from "../io.ts";
import type { RunReply } from "../worker/protocol.ts";
import { readCheckout } from "./checkout.ts";
import { buildFactsOf, checkoutRootOf } from "./ci-service.ts";

/** The options of commands that leave a `run.json`. */
export const factsOptions = {
  job: {
    value: "NAME",
    says: "which job this is a run of, such as nightly; findings are followed from run to run of one job (default: branch and command)",
  },
  label: { value: "TEXT", says: "what to call this run, such as a release" },
} as const satisfies Options;

/** A command as it was given. */
export interface GivenCommand {
  /** Such as `run`. */
  readonly command: string;
  readonly values: Readonly<Record<string, string | true | undefined>>;
  readonly positionals: readonly string[];
}

/** How a session ended, as far as the command knows. */
export interface SessionEnd extends Pick<RunFacts, "seed" | "scores" | "outcome" | "exitCode"> {
  readonly runs: readonly TimedRun[];
  readonly edition?: string;
  readonly shard?: { readonly part: number; readonly of: number };
  readonly failures?: readonly FailedRun[];
  /** Beside those of runs. */
  readonly problems?: readonly RunProblem[];
  /** Packages beside those of the runs. */
  readonly clients?: RunFacts["clients"];
  /** Of the sessions that this one was put together of; their job is its own unless another is named. */
  readonly parts?: readonly RunFacts[];
}

/** Begins a session now; the function ends it and gives its facts. */
export function beginSession(
  asked: GivenCommand,
  io: Pick<Io, "cwd" | "environment" | "machine" | "now">,
): (end: SessionEnd) => RunFacts {
  const startedAtMs = io.now();
  const { folder, ...checkout } = checkoutFacts(io);
  const build = { ...checkout, ...buildFactsOf(io.environment) };
  const { values } = asked;
  const label = textOf(values["label"]);
  const named = textOf(values["job"]);
  const played = playedCommand(commandText(asked));
  const usual = build.branch === undefined ? played : `${build.branch}, ${played}`;
  return ({ parts = [], failures = [], problems = [], shard, edition, runs, ...end }) => {
    const endedAtMs = Math.max(startedAtMs, io.now());
    const labelOfParts = common(parts.map((part) => part.label));
    return {
      schema: "brownout/run/1",
      job: named ?? common(parts.map(({ job }) => job)) ?? usual,
      ...spanOf(parts, { startedAtMs, endedAtMs }),
      command: commandText(asked),
      ...given("folder", common(parts.map((part) => part.folder)) ?? folder),
      ...build,
      ...given("label", label ?? labelOfParts),
      ...io.machine,
      brownout: brownoutVersion,
      clients: sortedPackages([
        ...runs.flatMap(({ clients = [] }) => clients),
        ...parts.flatMap(({ clients }) => clients),
        ...(end.clients ?? []),
      ]),
      ...given("edition", edition ?? common(parts.map((part) => part.edition))),
      seed: end.seed,
      ...given("shard", shard),
      ...(parts.length === 0 ? {} : { parts: parts.map(partOf) }),
      ...given("scores", end.scores),
      outcome: end.outcome,
      exitCode: end.exitCode,
      problems: [...problems, ...failures.map(problemOf)],
      runs,
    };
  };
}

/** What a finished run took and used. */
export function timedRun(
  { scenario, client, mount }: Pick<JournalHeader, "scenario" | "client" | "mount">,
  { tookMs, packages = [] }: Extract<RunReply, { readonly kind: "done" }>,
): TimedRun {
  return {
    scenario,
    client: client.name,
    mount,
    durationMs: tookMs,
    ...(packages.length === 0 ? {} : { clients: sortedPackages(packages) }),
  };
}

/** The scores of clients, without their parts. */
export function scoresIn({ scores }: Pick<Results, "scores">): Pick<RunFacts, "scores"> {
  return given(
    "scores",
    scores?.map(({ client, score }) => ({ client, score })),
  );
}

/** How a session that was not interrupted ended. */
export function outcomeOf(standing: SessionStanding): RunFacts["outcome"] {
  return standing === "not finished" ? "failed" : "finished";
}

/** Writes `run.json` into the output folder. Throws `unwritable`. */
export function leaveRunFacts(out: string, facts: RunFacts): void {
  writeWhole(join(out, RUN_FILE), writeRunFacts(facts));
}

function checkoutFacts({
  cwd,
  environment,
}: Pick<Io, "cwd" | "environment">): Pick<RunFacts, "folder" | "commit" | "branch"> {
  const checkout = readCheckout(cwd);
  const root = checkout?.root ?? checkoutRootOf(environment);
  const folder = root === undefined ? undefined : relative(root, cwd).replaceAll("\\", "/");
  return {
    ...given("folder", folder?.startsWith("..") === true ? undefined : folder),
    ...given("commit", checkout?.commit),
    ...given("branch", checkout?.branch),
  };
}

/** The time of a session; of a merged one from the first beginning of a part, with the time that all parts took. */
function spanOf(
  parts: readonly RunFacts[],
  { startedAtMs, endedAtMs }: { readonly startedAtMs: number; readonly endedAtMs: number },
): Pick<RunFacts, "startedAt" | "endedAt" | "durationMs"> {
  const starts = [...parts.map(({ startedAt }) => Date.parse(startedAt)), startedAtMs];
  const ends = [...parts.map(({ endedAt }) => Date.parse(endedAt)), endedAtMs];
  return {
    startedAt: new Date(Math.min(...starts)).toISOString(),
    endedAt: new Date(Math.max(...ends)).toISOString(),
    durationMs:
      parts.length === 0
        ? endedAtMs - startedAtMs
        : parts.reduce((sum, part) => sum + part.durationMs, 0),
  };
}

function partOf(part: RunFacts): NonNullable<RunFacts["parts"]>[number] {
  const { startedAt, endedAt, host, os, node, outcome, exitCode, shard, build } = part;
  return {
    ...given("shard", shard),
    startedAt,
    endedAt,
    host,
    os,
    node,
    ...given("build", build),
    outcome,
    exitCode,
  };
}

function problemOf({ scenario, client, mount, code, message, place, hint }: FailedRun): RunProblem {
  const where = `${scenario}, ${client}, ${mount}`;
  return {
    code,
    message,
    place: place === undefined ? where : `${where}: ${place}`,
    ...given("hint", hint),
  };
}

/** What all have; undefined when they differ or there are none. */
function common(values: readonly (string | undefined)[]): string | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}

/** Addresses of webhooks are secrets. */
const SECRET_OPTIONS: readonly string[] = ["webhook"];

/** Commands that are called with one of another program. */
const TAKES_COMMAND: readonly string[] = ["suite"];

function commandText({ command, values, positionals }: GivenCommand): string {
  const options = Object.entries(values).flatMap(([name, value]) =>
    value === undefined
      ? []
      : value === true
        ? [`--${name}`]
        : [`--${name}`, SECRET_OPTIONS.includes(name) ? "<redacted>" : shellWord(value)],
  );
  const names = positionals.map((text) => shellWord(text));
  const words = TAKES_COMMAND.includes(command)
    ? [...options, "--", ...names]
    : [...names, ...options];
  return maskSecretLooks(["brownout", command, ...words].join(" "));
}

function textOf(value: string | true | undefined): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}
