/**
 * `brownout deliver`: delivers what is pending in the archive, apart from a run. A job that may
 * write issues need not be the one that runs tests.
 */
import { basename, join } from "node:path";
import { listScenarios } from "../../../scenarios/find-scenario.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import { ARCHIVE_FILE, type Channels, channelsOf } from "../../reporting/archive/add-to-archive.ts";
import type { Change } from "../../reporting/archive/change.ts";
import type { ArchivedSession } from "../../reporting/archive/session-record.ts";
import { type Channel, deliver } from "../../reporting/channels/deliver.ts";
import type { RunDetails, Sender } from "../../reporting/channels/message.ts";
import { given } from "../../reporting/model/run-report.ts";
import { count } from "../../reporting/model/wording.ts";
import { rules } from "../../rules/rules.ts";
import { archiveFolder, archiveOptions, senderOf, webhookOptions } from "../archive-run.ts";
import type { Arguments, Options } from "../arguments.ts";
import { issuesChannel, readChannels, readWebhook } from "../channels/read-channels.ts";
import { commandName, commandToRun } from "../command-name.ts";
import { buildFactsOf } from "../facts/ci-service.ts";
import { archiveToRead } from "../find-session.ts";
import type { Io } from "../io.ts";
import { findLine, jobOption } from "../job-line.ts";
import { ownScenarioFiles } from "../scenario-files.ts";

/** The options of `brownout deliver`. */
export const deliverOptions = {
  archive: archiveOptions.archive,
  ...jobOption,
  webhook: webhookOptions.webhook,
  channels: webhookOptions.channels,
  "github-issues": {
    says: "only to the issues of the repository in GITHUB_REPOSITORY, with the token in GITHUB_TOKEN",
  },
} as const satisfies Options;

type Given = Arguments<typeof deliverOptions>;

/** Delivers; resolves to 2 when a channel did not take all. */
export async function deliverCommand(asked: Given, io: Io): Promise<number> {
  const receivers = receiversOf(asked, io);
  const pending = readPending(asked.values, receivers, io);
  if (pending === undefined) {
    io.stdout.write("The archive is empty: there is nothing to deliver.\n");
    return 0;
  }
  let left = 0;
  for (const receiver of receivers) {
    const done = await deliver(receiver, pending.channels, pending.sender);
    left += done.left;
    for (const line of done.lines) io.stdout.write(`${line}\n`);
    const waiting = done.left === 0 ? "" : `, ${done.left} not yet`;
    io.stdout.write(`${receiver.name}: ${count(done.taken, "change")} delivered${waiting}.\n`);
  }
  return left === 0 ? 0 : 2;
}

function receiversOf({ values, positionals }: Given, io: Io): readonly Channel[] {
  if (values["github-issues"] !== undefined) {
    if (positionals.length > 0)
      throw new HarnessError("bad-usage", "--github-issues is a channel, no others are named", {
        hint: "Call it once with --github-issues, and once with names.",
      });
    return [issuesChannel(io.environment, { name: "GitHub issues" }, {})];
  }
  const webhook = readWebhook(values.webhook, io);
  const own = readChannels(values.channels, io);
  const all = [...(webhook === undefined ? [] : [webhook]), ...own];
  const names = all.map(({ name }) => name);
  if (all.length === 0) {
    throw new HarnessError("bad-usage", "there is no channel", {
      hint: "Write reports/channels.json, set BROWNOUT_WEBHOOK, or call it with --github-issues.",
    });
  }
  for (const name of positionals) {
    if (names.includes(name)) continue;
    throw new HarnessError("bad-usage", `there is no channel "${name}"`, {
      hint: suggestNames(name, names, `There are ${names.join(", ")}.`),
    });
  }
  return positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name));
}

function readPending(
  { archive: named, job }: Given["values"],
  receivers: readonly Channel[],
  io: Io,
): { readonly channels: Channels; readonly sender: Sender } | undefined {
  const archive = archiveToRead(named, io.cwd);
  try {
    const line = findLine(archive.lines(), job);
    const head = line === undefined ? undefined : archive.heads(1, line).at(-1);
    const session = head === undefined ? undefined : archive.session(head.id);
    if (line === undefined || session === undefined) return undefined;
    // An archive that cannot be written would deliver the same again and again, or nothing.
    for (const { name } of receivers) archive.pending(name, line);
    const folder = archiveFolder(named, io.cwd) ?? "";
    const build = buildFactsOf(io.environment)?.build ?? session.facts?.build;
    const sender = { ...senderOf(io), run: session.id, ...given("label", session.label) };
    return {
      channels: channelsOf(join(folder, ARCHIVE_FILE), line),
      sender: { ...sender, ...given("build", build), detailsOf: detailsIn(session, io) },
    };
  } finally {
    archive.close();
  }
}

/** What the archive knows of the run that a change is about. */
function detailsIn(session: ArchivedSession, { cwd }: Io) {
  const library = new Set(listScenarios().map(({ name }) => name));
  const files = ownScenarioFiles(cwd);
  return ({ subject }: Change): RunDetails => {
    const { scenario = "", client, mount } = subject;
    const run = session.runs.find(
      (one) => one.scenario === scenario && one.client === client && one.mount === mount,
    );
    const file = files.find((path) => basename(path).startsWith(`${scenario}.scenario.`));
    const which =
      file === undefined && library.has(scenario) && client !== undefined
        ? [scenario, "--client", client]
        : [file ?? ""];
    const options = [...(mount === undefined ? [] : ["--mount", mount]), "--seed", session.seed];
    const known = which[0] === "" ? undefined : commandToRun(cwd, ["run", ...which, ...options]);
    return {
      ...given("withoutTokenMs", run?.cost.withoutTokenMs),
      ...given("fix", rules.find(({ id }) => id === subject.rule)?.fix),
      ...given("replay", known ?? commandOf(session, cwd)),
    };
  };
}

/** The command of the whole session; that of a merged one says not what was played. */
function commandOf({ facts, seed }: ArchivedSession, cwd: string): string | undefined {
  const played = facts?.command ?? "";
  return played.startsWith("run") ? `${commandName(cwd)} ${played} --seed ${seed}` : undefined;
}
