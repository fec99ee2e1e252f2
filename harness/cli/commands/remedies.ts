/**
 * `brownout remedies`: plays a failing run again with each documented remedy around the client,
 * alone and together, and says what each changes, what it makes worse, and the code to take over.
 */
import { join, resolve } from "node:path";
import { parseClientName } from "../../clients/registry.ts";
import { HarnessError } from "../../core/errors.ts";
import { brownoutVersion } from "../../core/version.ts";
import { createProgress, statusText } from "../../reporting/formats/terminal.ts";
import { count } from "../../reporting/model/wording.ts";
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
  const selected = await selectedRuns(positionals, values, io);
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
    onProgress: (done, of, underWay) => progress.status(statusText(done, of, underWay)),
    onOutput: scripts.take,
  }).catch((error: unknown) => {
    if (error instanceof RemediesInterrupted) return error;
    throw error;
  });
  scripts.end();
  progress.end();
  if (played instanceof RemediesInterrupted) return interruptedCodes[played.signal];
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
  const isWhole =
    played.failures.length === 0 &&
    played.found.every(({ alone, together }) =>
      [...alone, ...(together === undefined ? [] : [together])].every(
        ({ kind }) => kind === "played",
      ),
    );
  return isWhole ? 0 : 2;
}

/** The runs of the scenario that is named; throws for what is no run of a client in JavaScript. */
async function selectedRuns(
  positionals: readonly string[],
  values: Arguments<typeof remediesOptions>["values"],
  io: Io,
): Promise<readonly Selected[]> {
  if (positionals.length !== 1) {
    throw new HarnessError(
      "bad-usage",
      `remedies needs one scenario, found ${count(positionals.length, "argument")}`,
      { hint: "Write: brownout remedies outage-12h-daemon-past-refresh-in" },
    );
  }
  const { runs } = await selectRuns({
    filters: positionals,
    ...(values.client === undefined ? {} : { client: values.client }),
    ...(values.mount === undefined ? {} : { mount: namedMount(values.mount) }),
    ...keptVersions(values.cache, io),
    cwd: io.cwd,
  });
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
