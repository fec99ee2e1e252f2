/**
 * `brownout remedies`: plays a failing run again with each documented remedy around the client,
 * alone and together, and says what each changes, what it makes worse, and the code to take over.
 */
import { join, resolve } from "node:path";
import { parseClientName } from "../../clients/registry.ts";
import { HarnessError } from "../../core/errors.ts";
import { brownoutVersion } from "../../core/version.ts";
import { createProgress, type Progress, statusText } from "../../reporting/formats/terminal.ts";
import { count } from "../../reporting/model/wording.ts";
import {
  type KnownFinding,
  knownLines,
  type KnownTable,
  knownTable,
} from "../../reporting/remedies/known-table.ts";
import { isForRun } from "../../reporting/model/baseline.ts";
import { readBaselineFile } from "../baseline-file.ts";
import { remediesLines } from "../../reporting/remedies/remedies-text.ts";
import type { RemediesOfRun } from "../../reporting/remedies/remedies-report.ts";
import type { Arguments, Options } from "../arguments.ts";
import { cacheOption, keptVersions } from "../client-versions/cache-option.ts";
import { interruptedCodes } from "../interrupt.ts";
import type { Io } from "../io.ts";
import { readSeed, readWorkers } from "../plan.ts";
import { probeMachine } from "../probe-machine.ts";
import { codeOf } from "../remedies/remedy-code.ts";
import { playRemedies, RemediesInterrupted } from "../remedies/play-remedies.ts";
import { createScriptOutput } from "../script-output.ts";
import { namedMount, type Selected, selectRuns } from "../selection.ts";

/** The options of `brownout remedies`. */
export const remediesOptions = {
  client: {
    value: "NAME[@VERSION]|FILE",
    says: "the client under test, or the file of one of your own (default: the scenario's own, else msal-node)",
  },
  mount: {
    value: "NAME",
    says: "how the client reaches the service (default: direct; https for a client of your own, proxy for pages)",
  },
  known: {
    says: "instead of one scenario, play all runs of which the baseline knows findings, and print a table of what each remedy does about them",
  },
  baseline: { value: "FILE", says: "the known findings (default: reports/baseline.json)" },
  seed: { value: "N", says: "where chance begins, a whole number (default: 1)" },
  out: { value: "DIR", says: "where the journals go (default: reports/out/remedies)" },
  cache: cacheOption,
  workers: { value: "N", says: "processes at work at once (default: one for each core)" },
  json: { says: "print what was found as JSON" },
} as const satisfies Options;

/** 0 when it could be played, whether or not something helps; 2 when a run could not. */
export async function remediesCommand(
  { values, positionals }: Arguments<typeof remediesOptions>,
  io: Io,
): Promise<number> {
  const seed = readSeed(values.seed, io.now);
  const workers = readWorkers(values.workers) ?? io.parallelism;
  const known = knownFindings(values, positionals, io.cwd);
  const selected = await selectedRuns({ names: positionals, known }, values, io);
  const out = resolve(io.cwd, values.out ?? join("reports", "out", "remedies"));
  const progress = createProgress(values.json === undefined ? io.stdout : io.stderr);
  await probeMachine([...new Set(selected.map(({ mount }) => mount))], io.now);
  progress.line(
    `brownout ${brownoutVersion}: remedies for ${count(selected.length, "run")}, seed ${seed}`,
  );
  const scripts = createScriptOutput({
    line: (text) => io.stderr.write(`${text}\n`),
    nameOf: ({ scenario }) => scenario,
  });
  const played = await playRemedies(selected, io, {
    seed,
    workers,
    out,
    fewest: known === undefined ? "find" : "none",
    onProgress: (done, of, underWay) => progress.status(statusText(done, of, underWay)),
    onOutput: scripts.take,
  }).catch((error: unknown) => {
    if (error instanceof RemediesInterrupted) return error;
    throw error;
  });
  scripts.end();
  progress.end();
  if (played instanceof RemediesInterrupted) return interruptedCodes[played.signal];
  const isWhole = isWholly(played);
  if (known !== undefined) {
    printTable(tableOf(known, { ...played, selected }), { seed, io, progress, ...jsonOf(values) });
    return isWhole ? 0 : 2;
  }
  const codeFor = (found: RemediesOfRun) => (remedies: readonly string[]) =>
    codeOf(remedies, {
      client: parseClientName(found.client.name).name,
      flows:
        selected.find(({ scenario }) => scenario.name === found.scenario)?.scenario.needs ?? [],
    });
  if (values.json !== undefined) {
    const runs = played.found.map((found) => ({
      ...found,
      ...(found.fewest === undefined ? {} : { code: codeFor(found)(found.fewest.remedies) }),
    }));
    const facts = { schema: "brownout/remedies/1", brownout: brownoutVersion, seed, runs };
    io.stdout.write(`${JSON.stringify(facts, null, 2)}\n`);
  }
  for (const found of played.found) {
    progress.line("");
    for (const line of remediesLines(found, codeFor(found))) progress.line(line);
  }
  for (const { run, message } of played.failures)
    progress.line(`${run.scenario.name}, ${run.client}: could not be played: ${message}`);
  return isWhole ? 0 : 2;
}

type Values = Arguments<typeof remediesOptions>["values"];

type Played = Awaited<ReturnType<typeof playRemedies>>;

/** Whether each run was played, with each of its remedies. */
function isWholly({ found, failures }: Played): boolean {
  const tried = found.flatMap(({ alone, together }) => [...alone, together ?? []].flat());
  return failures.length === 0 && tried.every(({ kind }) => kind === "played");
}

function jsonOf({ json }: Values): { readonly json?: true } {
  return json === undefined ? {} : { json };
}

/** The findings of `--known`; undefined without it. */
function knownFindings(
  { known, baseline, client }: Values,
  positionals: readonly string[],
  cwd: string,
): readonly KnownFinding[] | undefined {
  if (known === undefined) return undefined;
  if (positionals.length > 0 || client !== undefined) {
    throw new HarnessError("bad-usage", "it contradicts a scenario or client that is named", {
      place: "--known",
      hint: "With --known the baseline says which runs are played.",
    });
  }
  const { entries } = readBaselineFile({ cwd, named: baseline });
  return entries.filter(({ verdict }) => verdict === "fail");
}

function tableOf(
  known: readonly KnownFinding[],
  { found, failures, selected }: Played & { readonly selected: readonly Selected[] },
): KnownTable {
  return knownTable(known, found, (finding) => {
    const run = selected.find((one) => isForRun(finding, headerOf(one)));
    const failure = failures.find((one) => one.run === run);
    return failure === undefined
      ? "no such run can be played here"
      : `the run could not be played: ${failure.message}`;
  });
}

function headerOf({ scenario, client, version }: Selected) {
  return { scenario: scenario.name, client: { name: parseClientName(client).name, version } };
}

function printTable(
  table: KnownTable,
  {
    seed,
    json,
    io,
    progress,
  }: {
    readonly seed: string;
    readonly json?: true;
    readonly io: Io;
    readonly progress: Progress;
  },
): void {
  if (json !== undefined) {
    const facts = { schema: "brownout/remedies-of-known/1", brownout: brownoutVersion, seed };
    io.stdout.write(`${JSON.stringify({ ...facts, ...table }, null, 2)}\n`);
  }
  for (const line of knownLines(table)) progress.line(line);
}

/** The runs of the scenario that is named, or of known findings; throws for what is no run of a client in JavaScript. */
async function selectedRuns(
  {
    names,
    known,
  }: { readonly names: readonly string[]; readonly known: readonly KnownFinding[] | undefined },
  values: Values,
  io: Io,
): Promise<readonly Selected[]> {
  if (known === undefined && names.length !== 1) {
    throw new HarnessError(
      "bad-usage",
      `remedies needs one scenario, found ${count(names.length, "argument")}`,
      { hint: "Write: brownout remedies outage-12h-daemon-past-refresh-in, or --known." },
    );
  }
  const scenarios = new Set(known?.map(({ scenario }) => scenario));
  if (known?.length === 0) return [];
  const { runs: all } = await selectRuns({
    filters: known === undefined ? names : [...scenarios],
    ...(values.client === undefined ? {} : { client: values.client }),
    ...(values.mount === undefined ? {} : { mount: namedMount(values.mount) }),
    ...keptVersions(values.cache, io),
    cwd: io.cwd,
  });
  const runs = all.filter(
    (run) => known === undefined || known.some((finding) => isForRun(finding, headerOf(run))),
  );
  return runs.map((run) => {
    if (run.mount === "program") {
      throw new HarnessError("bad-usage", `${run.client} is another program`, {
        place: "--client",
        hint: "The remedies are in JavaScript, and go around a client in JavaScript.",
      });
    }
    const isPackage = run.isOwn !== true && run.mount === "https" && values.mount === undefined;
    return isPackage ? { ...run, mount: "direct" as const } : run;
  });
}
